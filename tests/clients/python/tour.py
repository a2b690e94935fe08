"""The tour of the API with the client that openapi-python-client generates: each answer comes back as a typed body."""

import os
import time
from http import HTTPStatus
from uuid import UUID, uuid4

import httpx

from flex_roster_client import AuthenticatedClient, Client
from flex_roster_client.api.documentation import download_contract
from flex_roster_client.api.exports import start_export, view_job
from flex_roster_client.api.skills import list_skill_sets, view_skill
from flex_roster_client.api.teams import create_team, list_team_members
from flex_roster_client.api.users import (
    add_user, assign_skill, edit_user, list_user_history, list_users, remove_skill, view_me, view_user,
)  # fmt: skip
from flex_roster_client.models import (
    Action, ActingUser, Assignment, EffectiveSkill, ExportRequest, GatewayMessage, History, Job, JobState, Me,
    NewSkillLevel, NewTeam, NewUser, Problem, Role, Skill, SkillSetList, SkillSource, Team, User, UserEdit, UserList,
    Worker,
)  # fmt: skip

API = os.environ["API"]
SALES_US = UUID("00000000-0000-4000-8000-000000000001")


def log_in(identity, name, role):
    """A login to Flex by the simulator; returns the token."""
    claims = {"identity": identity, "full_name": name, "email": identity, "roles": [role]}
    response = httpx.post(f"{os.environ['SIMULATOR']}/sim/logins", json=claims, timeout=30)
    return response.raise_for_status().json()["token"]


def as_caller(token):
    return AuthenticatedClient(base_url=API, token=token, raise_on_unexpected_status=True, timeout=httpx.Timeout(30))


def answered(response, kind, status=HTTPStatus.OK):
    """The parsed body, which must be of this kind."""
    assert response.status_code == status, response
    assert isinstance(response.parsed, kind), response
    return response.parsed


def refused(response, status, code):
    """A problem document with this code."""
    problem = answered(response, Problem, status)
    assert (problem.status, problem.code) == (status, code), problem
    assert response.headers["content-type"] == "application/problem+json"


def refused_by_gateway(response, status, message):
    assert answered(response, GatewayMessage, status).message == message
    assert response.headers["content-type"] == "application/json"


def until(look, is_so):
    """The first answer that is so: derived data and jobs follow within moments."""
    deadline = time.monotonic() + 30
    while not is_so(answer := look()):
        assert time.monotonic() < deadline, answer
        time.sleep(0.05)
    return answer


def find(owner, text):
    found = until(lambda: answered(list_users.sync_detailed(client=owner, q=text), UserList), lambda page: page.items)
    assert found.next_cursor is None and isinstance(found.items[0].worker, Worker)
    return found.items[0].user_id


def edit(owner, user_id):
    viewed = view_user.sync_detailed(user_id, client=owner)
    user, etag = answered(viewed, User), viewed.headers["etag"]
    assert (etag, user.role) == ('"1"', Role.AGENT)
    change = UserEdit(role=Role.SUPERVISOR, teams=[SALES_US])
    edited = answered(edit_user.sync_detailed(user_id, client=owner, body=change, if_match=etag), User)
    assert (edited.role, edited.act_as_agent, edited.version) == (Role.SUPERVISOR, True, 2)
    refused(edit_user.sync_detailed(user_id, client=owner, body=UserEdit(), if_match=etag), 412, "stale")


def skills(owner, user_id):
    assert "Languages" in {found.name for found in answered(list_skill_sets.sync_detailed(client=owner), SkillSetList).items}
    assert answered(view_skill.sync_detailed("Languages", "English", client=owner), Skill).max_ == 100
    assigned = assign_skill.sync_detailed(user_id, "English", client=owner, body=Assignment(level=95))
    english = answered(assigned, User).effective_skills[0]
    assert isinstance(english, EffectiveSkill) and english.source is SkillSource.ASSIGNED
    assert [(other.source, other.level) for other in english.overrides] == [(SkillSource.TEAM, 90)]
    removed = remove_skill.sync_detailed(user_id, "English", client=owner, prefer="return=minimal")
    assert (removed.status_code, removed.headers["etag"]) == (HTTPStatus.NO_CONTENT, '"4"'), removed


def history(owner, user_id):
    """Page by page, newest first."""
    actions, cursor = [], None
    while cursor or not actions:
        more = {"cursor": cursor} if cursor else {}
        page = answered(list_user_history.sync_detailed(user_id, client=owner, limit=1, **more), History)
        actions += [(record.action, isinstance(record.actor, ActingUser)) for record in page.items]
        cursor = page.next_cursor
    assert actions == [(Action.EDITED, True)] * 3 + [(Action.ADOPTED, False)], actions


def teams(owner):
    body, key = NewTeam(name="Night shift of Python"), str(uuid4())
    created = create_team.sync_detailed(client=owner, body=body, idempotency_key=key)
    team = answered(created, Team, HTTPStatus.CREATED)
    assert created.headers["location"] == f"/teams/{team.team_id}"
    again = create_team.sync_detailed(client=owner, body=body, idempotency_key=key)
    assert answered(again, Team, HTTPStatus.CREATED) == team and again.headers["idempotency-replayed"] == "true"
    other = create_team.sync_detailed(client=owner, body=NewTeam(name="Another"), idempotency_key=key)
    refused(other, 422, "idempotency-key-reused")
    new = NewUser(
        identity="python.caroline", name="Caroline", teams=[team.team_id], assigned_skills=[NewSkillLevel("English")]
    )
    added = answered(add_user.sync_detailed(client=owner, body=new), User, HTTPStatus.CREATED)
    assert added.worker is None and added.effective_skills[0].level is None
    refused(add_user.sync_detailed(client=owner, body=new), 409, "identity-taken")
    members = answered(list_team_members.sync_detailed(team.team_id, client=owner), UserList)
    assert [member.name for member in members.items] == ["Caroline"]


def export(owner):
    job = answered(start_export.sync_detailed(client=owner, body=ExportRequest(q="python.")), Job, HTTPStatus.ACCEPTED)
    assert job.state is JobState.QUEUED and job.total is None
    has_ended = lambda job: job.state in (JobState.DONE, JobState.FAILED)  # noqa: E731
    job = until(lambda: answered(view_job.sync_detailed(job.job_id, client=owner), Job), has_ended)
    # Without the token: the link is S3's, and signed.
    lines = httpx.get(job.download_url, timeout=30).raise_for_status().text.splitlines()
    assert lines[0].startswith("\ufeffuser_id,identity,") and len(lines) == 1 + job.done == 1 + job.total, lines


def refusals(owner, agent):
    refused_by_gateway(list_users.sync_detailed(client=as_caller("x")), 403, "Forbidden")
    refused_by_gateway(view_me.sync_detailed(client=Client(base_url=API)), 401, "Unauthorized")
    refused(list_users.sync_detailed(client=agent), 403, "agents-may-not")
    refused(list_users.sync_detailed(client=owner, q="ma"), 400, "search-text-too-short")
    refused(view_user.sync_detailed(uuid4(), client=owner), 404, "unknown-user")
    refused(view_skill.sync_detailed("Languages", "Klingon / Qo'noS", client=owner), 404, "unknown-skill")
    refused_by_gateway(view_skill.sync_detailed("Languages", "", client=owner), 404, "Not Found")


def main():
    owner = as_caller(log_in("owner@example.com", "Olivia Owner", "admin"))
    agent = as_caller(log_in("python.mary@example.com", "Mary Python", "agent"))
    assert answered(view_me.sync_detailed(client=owner), Me).role is Role.ACCOUNT_OWNER
    assert download_contract.sync_detailed(client=Client(base_url=API)).parsed.startswith("openapi: ")
    refusals(owner, agent)
    user_id = find(owner, "mary py")
    edit(owner, user_id)
    skills(owner, user_id)
    history(owner, user_id)
    teams(owner)
    export(owner)
    print("the Python client has made the tour")


main()
