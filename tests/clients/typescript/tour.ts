// The tour of the API with a client by openapi-fetch and the types that openapi-typescript generates.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./contract.js";

type Api = Client<paths>;
type Body = components["schemas"];

const { API, SIMULATOR } = process.env;
assert(API && SIMULATOR, "run tests/clients/run.sh");

const SALES_US = "00000000-0000-4000-8000-000000000001";

/** A login to Flex by the simulator; returns the token. */
async function logIn(identity: string, name: string, role: string): Promise<string> {
  const claims = { identity, full_name: name, email: identity, roles: [role] };
  const response = await fetch(`${SIMULATOR}/sim/logins`, { method: "POST", body: JSON.stringify(claims) });
  assert(response.ok, `${response.status}`);
  const login = (await response.json()) as { token: string };
  return login.token;
}

function asCaller(token?: string): Api {
  return createClient<paths>({ baseUrl: API!, headers: token ? { Authorization: `Bearer ${token}` } : {} });
}

interface Answer<Success, Failure> {
  data?: Success;
  error?: Failure;
  response: Response;
}

/** The typed body of a success. */
function answered<Success>(answer: Answer<Success, unknown>, status = 200): NonNullable<Success> {
  assert.equal(answer.response.status, status, JSON.stringify(answer.error));
  assert(answer.data);
  return answer.data;
}

/** A problem document with this code. */
function refused(answer: Answer<unknown, Body["ErrorBody"]>, status: number, code: string): void {
  assert.equal(answer.response.status, status);
  assert.equal(answer.response.headers.get("content-type"), "application/problem+json");
  assert(answer.error && "code" in answer.error, JSON.stringify(answer.error));
  assert.deepEqual([answer.error.status, answer.error.code], [status, code]);
}

function refusedByGateway(answer: Answer<unknown, Body["ErrorBody"]>, status: number, message: string): void {
  assert.equal(answer.response.status, status);
  assert.equal(answer.response.headers.get("content-type"), "application/json");
  assert(answer.error && "message" in answer.error, JSON.stringify(answer.error));
  assert.equal(answer.error.message, message);
}

/** The first answer that is so: derived data and jobs follow within moments. */
async function until<T>(look: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await look();
    if (isSo(answer)) return answer;
    assert(Date.now() < deadline, JSON.stringify(answer));
    await wait(50);
  }
}

async function find(owner: Api, q: string): Promise<string> {
  const look = async () => answered(await owner.GET("/users", { params: { query: { q } } }));
  const found = await until(look, (page) => page.items.length > 0);
  assert.equal(found.next_cursor, null);
  const user = found.items[0];
  assert(user?.worker);
  assert.match(user.worker.sid, /^WK/);
  return user.user_id;
}

async function edit(owner: Api, user_id: string): Promise<void> {
  const viewed = await owner.GET("/users/{user_id}", { params: { path: { user_id } } });
  const user: Body["User"] = answered(viewed);
  assert.equal(user.role satisfies Body["Role"], "agent");
  const etag = viewed.response.headers.get("etag");
  assert(etag);
  const params = { path: { user_id }, header: { "If-Match": etag } };
  const edited = await owner.PATCH("/users/{user_id}", { params, body: { role: "supervisor", teams: [SALES_US] } });
  const { role, act_as_agent, version } = answered(edited);
  assert.deepEqual([role, act_as_agent, version], ["supervisor", true, 2]);
  refused(await owner.PATCH("/users/{user_id}", { params, body: {} }), 412, "stale");
}

async function skills(owner: Api, user_id: string): Promise<void> {
  const skillSets = answered(await owner.GET("/skill-sets"));
  assert(skillSets.items.some((found) => found.name === "Languages"));
  const params = { path: { user_id, skill: "English" } };
  const assigned = await owner.PUT("/users/{user_id}/skills/{skill}", { params, body: { level: 95 } });
  const english = answered(assigned).effective_skills[0];
  assert(english);
  assert.deepEqual([english.source, english.level], ["assigned", 95]);
  assert.deepEqual(english.overrides.map((other) => [other.source, other.level]), [["team", 90]]);
  const header = { Prefer: "return=minimal" };
  const removed = await owner.DELETE("/users/{user_id}/skills/{skill}", { params: { ...params, header } });
  assert.deepEqual([removed.response.status, removed.response.headers.get("etag")], [204, '"4"']);
}

/** Page by page, newest first. */
async function history(owner: Api, user_id: string): Promise<void> {
  const actions: [Body["Action"], Body["Actor"]["kind"]][] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = cursor ? { limit: 1, cursor } : { limit: 1 };
    const answer = await owner.GET("/users/{user_id}/history", { params: { path: { user_id }, query } });
    const page: Body["History"] = answered(answer);
    actions.push(...page.items.map((record): (typeof actions)[0] => [record.action, record.actor.kind]));
    cursor = page.next_cursor;
  } while (cursor);
  const edited: typeof actions = [["edited", "user"], ["edited", "user"], ["edited", "user"]];
  assert.deepEqual(actions, [...edited, ["adopted", "taskrouter"]]);
}

async function teams(owner: Api): Promise<void> {
  const params = { header: { "Idempotency-Key": randomUUID() } };
  const body = { name: "Night shift of TypeScript" };
  const created = await owner.POST("/teams", { params, body });
  const team = answered(created, 201);
  assert.equal(created.response.headers.get("location"), `/teams/${team.team_id}`);
  const again = await owner.POST("/teams", { params, body });
  assert.deepEqual(answered(again, 201), team);
  assert.equal(again.response.headers.get("idempotency-replayed"), "true");
  const other = await owner.POST("/teams", { params, body: { name: "Another" } });
  refused(other, 422, "idempotency-key-reused");
  const newUser: Body["NewUser"] = {
    identity: "typescript.caroline",
    name: "Caroline",
    role: "agent",
    teams: [team.team_id],
    assigned_skills: [{ skill: "English" }],
  };
  const added = answered(await owner.POST("/users", { body: newUser }), 201);
  assert.deepEqual([added.worker, added.effective_skills[0]?.level], [null, null]);
  refused(await owner.POST("/users", { body: newUser }), 409, "identity-taken");
  const path = { team_id: team.team_id };
  const members = answered(await owner.GET("/teams/{team_id}/members", { params: { path } }));
  assert.deepEqual(members.items.map((member) => member.name), ["Caroline"]);
}

async function exportUsers(owner: Api): Promise<void> {
  const started = answered(await owner.POST("/exports", { body: { q: "typescript.", status: "active" } }), 202);
  assert.deepEqual([started.state, started.total], ["queued", null]);
  const params = { path: { job_id: started.job_id } };
  const look = async () => answered(await owner.GET("/jobs/{job_id}", { params }));
  const job = await until(look, (seen) => seen.state === "done" || seen.state === "failed");
  assert(job.download_url, JSON.stringify(job));
  // Without the token: the link is S3's, and signed.
  const file = await fetch(job.download_url);
  assert(file.ok, `${file.status}`);
  const lines = (await file.text()).trimEnd().split("\r\n");
  assert(lines[0]?.startsWith("user_id,identity,"), lines[0]);
  assert.deepEqual([lines.length, job.total], [1 + job.done, job.done]);
}

async function refusals(owner: Api, agent: Api): Promise<void> {
  refusedByGateway(await asCaller("x").GET("/users"), 403, "Forbidden");
  refusedByGateway(await asCaller().GET("/me"), 401, "Unauthorized");
  refused(await agent.GET("/users"), 403, "agents-may-not");
  refused(await owner.GET("/users", { params: { query: { q: "ma" } } }), 400, "search-text-too-short");
  const nobody = { params: { path: { user_id: randomUUID() } } };
  refused(await owner.GET("/users/{user_id}", nobody), 404, "unknown-user");
  const look = (skill: string) =>
    owner.GET("/skill-sets/{name}/skills/{skill}", { params: { path: { name: "Languages", skill } } });
  refused(await look("Klingon / Qo'noS"), 404, "unknown-skill");
  refusedByGateway(await look(""), 404, "Not Found");
}

const owner = asCaller(await logIn("owner@example.com", "Olivia Owner", "admin"));
const agent = asCaller(await logIn("typescript.mary@example.com", "Mary Typescript", "agent"));
assert.equal(answered(await owner.GET("/me")).role, "account_owner");
const contract = await asCaller().GET("/openapi.yaml", { parseAs: "text" });
assert(String(contract.data).startsWith("openapi: "));
await refusals(owner, agent);
const userId = await find(owner, "mary ty");
await edit(owner, userId);
await skills(owner, userId);
await history(owner, userId);
await teams(owner);
await exportUsers(owner);
console.log("the TypeScript client has made the tour");
