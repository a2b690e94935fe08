"""Starts the stack and lets schemathesis ask it what the contract has, as somebody of each kind.

It finds no 5xx and no answer outside the contract: status, content type, headers and body of each answer stand there.
The seed is fixed, so that a run can be repeated: CONTRACT_SEED, 1 if not given.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
WORK = ROOT / "target" / "contract"

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]

# Who asks, what schemathesis tries, and how many requests it makes up for each operation. The account owner comes
# last: what they change, nobody after them would find.
CALLERS = [
    ("nobody", ["--phases", "examples,fuzzing"], 4),
    ("agent", ["--phases", "examples,fuzzing"], 4),
    ("supervisor", ["--phases", "examples,fuzzing"], 6),
    ("account_owner", ["--phases", "examples,coverage,fuzzing"], 16),
]

# As they log in with Flex; owner@example.com is the one whom the stack names in AccountOwners.
# Twilio's signature is not made here, and the contract is not asked for itself; the samples in `events/` have both.
WITHOUT_SUCCESS = {"POST /webhooks/taskrouter", "GET /openapi.yaml"}
LOGINS = {
    "account_owner": ("owner@example.com", "admin"),
    "supervisor": ("supervisor@example.com", "supervisor"),
    "agent": ("agent@example.com", "agent"),
}


def ask(url, token=None, body=None):
    """The JSON that this address answers with."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as answer:
        return json.load(answer)


def start(data):
    """The stack, its address and the simulator's."""
    environment = {**os.environ, "PORT": "0", "SEED": "5", "DATA": data}
    stack = subprocess.Popen(
        [ROOT / "target" / "debug" / "local"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    addresses = {}
    for line in stack.stdout:
        words = line.split()
        if words[:1] == ["API"]:
            addresses["api"] = words[-1]
        if words[:2] == ["TaskRouter", "simulator"]:
            addresses["simulator"] = words[-1]
            return stack, addresses["api"], addresses["simulator"]
    raise SystemExit("error: the stack did not start: run `make run` to see why")


def log_in(simulator, identity, role):
    """The token that Flex gives them."""
    claims = {"identity": identity, "full_name": identity, "email": identity, "roles": [role]}
    return ask(f"{simulator}/sim/logins", body=claims)["token"]


def known(api, simulator, token):
    """Things that are there, by the names of the path's parameters: some people who may come to harm, the demo's teams
    and skills, and a job."""
    for name in ["hedy", "grace", "rosa", "emmy"]:
        log_in(simulator, f"{name}@example.com", "agent")
    people = ask(f"{api}/users?role=agent&limit=100", token)["items"]
    people = [user["user_id"] for user in people if user["identity"] != LOGINS["agent"][0]]
    return {
        "user_id": people[:5],
        "team_id": [f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, 5)],
        "skill": ["English", "Onboarding", "Billing"],
        "name": ["Languages", "Topics"],
        "job_id": [ask(f"{api}/exports", token, {})["job_id"]],
        "file": ["start.js", "swagger-ui.css"],
    }


def operations():
    """Every operation of the contract: `GET /users`."""
    lines = (HERE / "../../infra/openapi.yaml").read_text().splitlines()
    path, found = None, set()
    for line in lines[lines.index("paths:") + 1 : lines.index("components:")]:
        if line.startswith("  /"):
            path = line.strip().rstrip(":")
        if line.strip() in ("get:", "post:", "put:", "patch:", "delete:") and line.startswith("    ") and line[4] != " ":
            found.add(f"{line.strip().rstrip(':').upper()} {path}")
    return found


def schemathesis(api, things, caller, token, phases, examples):
    """Whether all that this caller was answered stands in the contract."""
    command = [
        *[Path(sys.executable).with_name("schemathesis"), "--config-file", HERE / "schemathesis.toml", "--no-color"],
        *["run", f"{api}/openapi.yaml", "--url", api, "--checks", ",".join(CHECKS), *phases],
        *["--max-examples", str(examples), "--seed", os.environ.get("CONTRACT_SEED", "1")],
        *["--generation-database", "none", "--request-timeout", "30"],
    ]
    if token:
        command += ["--header", f"Authorization: Bearer {token}"]
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"),
        "CONTRACT_THINGS": json.dumps(things),
        "CONTRACT_SUCCESSES": str(WORK / f"{caller}.json"),
    }
    print(f"the contract, as {caller}", flush=True)
    done = subprocess.run(command, cwd=WORK, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    report = WORK / f"{caller}.txt"
    report.write_text(done.stdout)
    summary = [line.strip() for line in done.stdout.splitlines() if "generated" in line]
    print(f"  {' '.join(summary) or 'no summary'}", flush=True)
    had = set(json.loads((WORK / f"{caller}.json").read_text()))
    print(f"  operations with a success: {len(had)}", flush=True)
    missing = (operations() - had - WITHOUT_SUCCESS) if caller == "account_owner" else set()
    if missing:
        print(f"  without a success, so that what it answers then is not checked: {', '.join(sorted(missing))}", flush=True)
        return False
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        stack, api, simulator = start(data)
        try:
            tokens = {caller: log_in(simulator, *login) for caller, login in LOGINS.items()}
            things = known(api, simulator, tokens["account_owner"])
            right = [
                schemathesis(api, things, caller, tokens.get(caller), phases, examples)
                for caller, phases, examples in CALLERS
            ]
        finally:
            stack.terminate()
            stack.wait()
    if not all(right):
        raise SystemExit("error: the stack gave answers that are not in the contract")


main()
