"""Starts the stack and lets schemathesis send the requests of the contract, as a caller of each role.

Fails on a 5xx, and on a response whose status, content type, headers or body the contract does not define.
The seed is fixed, so that a run can be repeated: CONTRACT_SEED, 1 by default.
"""

import json
import os
import subprocess
import sys
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

from stack import ROOT, log_in, request_json, running

HERE = Path(__file__).resolve().parent
WORK = ROOT / "target" / "contract"

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]

# The callers, the phases of schemathesis, and the number of generated requests for each operation. The account owner
# is last: later callers would not find what they delete.
CALLERS = [
    ("anonymous", ["--phases", "examples,fuzzing"], 4),
    ("agent", ["--phases", "examples,fuzzing"], 4),
    ("supervisor", ["--phases", "examples,fuzzing"], 6),
    ("account_owner", ["--phases", "examples,coverage,fuzzing"], 16),
]

# Operations without a successful request here: callbacks need Twilio's signature, and the contract does not describe
# itself; the samples in `events/` cover both.
# Steps of a bulk job need one that has come so far, and the hash of its plan; drift, another tool that has changed the
# worker: they are tested end to end.
WITHOUT_SUCCESS = {
    "POST /webhooks/taskrouter",
    "GET /openapi.yaml",
    "GET /jobs/{job_id}/plan",
    "GET /jobs/{job_id}/results",
    "POST /jobs/{job_id}/apply",
    "POST /jobs/{job_id}/cancel",
    "POST /jobs/{job_id}/undo",
    "POST /users/{user_id}/drift/{field}/{decision}",
}

# Identity and Flex role of each caller; the stack lists owner@example.com in AccountOwnersParameter.
LOGINS = {
    "account_owner": ("owner@example.com", "admin"),
    "supervisor": ("supervisor@example.com", "supervisor"),
    "agent": ("agent@example.com", "agent"),
}


# A file of users that says nothing new.
IMPORTED = b"identity\nhedy@example.com\n"


def existing_ids(api, simulator, token):
    """Ids of existing items by the parameter that names them: users that the requests may change, with skills assigned
    for good and for a month, the demo's teams and skills, a job, and a file to be imported."""
    for name in ["hedy", "grace", "rosa", "emmy"]:
        log_in(simulator, f"{name}@example.com", "agent")
    users = request_json(f"{api}/users?role=agent&limit=100", token)["items"]
    user_ids = [user["user_id"] for user in users if user["identity"] != LOGINS["agent"][0]][:5]
    until = (datetime.now(timezone.utc) + timedelta(days=30)).isoformat()
    for user_id in user_ids:
        for skill, assigned in [("English", {"level": 50}), ("Billing", {"level": 50}), ("Onboarding", {})]:
            for period in [{}, {"until": until}]:
                request_json(f"{api}/users/{user_id}/skills/{skill}", token, {**assigned, **period}, "PUT")
    upload = request_json(f"{api}/uploads", token, {"bytes": len(IMPORTED)})
    urllib.request.urlopen(urllib.request.Request(upload["url"], IMPORTED, method="PUT"), timeout=30).close()
    return {
        "user_id": user_ids,
        "team_id": [f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, 5)],
        "skill": ["English", "Billing", "Onboarding"],
        "name": ["Languages", "Topics"],
        "job_id": [request_json(f"{api}/exports", token, {})["job_id"]],
        "upload_id": [upload["upload_id"]],
        "file": ["start.js", "swagger-ui.css"],
    }


def operations():
    """The operations of the contract: `GET /users`."""
    lines = (HERE / "../../infra/openapi.yaml").read_text().splitlines()
    path, found = None, set()
    for line in lines[lines.index("paths:") + 1 : lines.index("components:")]:
        if line.startswith("  /"):
            path = line.strip().rstrip(":")
        if line.strip() in ("get:", "post:", "put:", "patch:", "delete:") and line.startswith("    ") and line[4] != " ":
            found.add(f"{line.strip().rstrip(':').upper()} {path}")
    return found


def schemathesis(api, ids, caller, token, phases, examples):
    """Runs schemathesis as this caller; returns whether all responses conform to the contract, and the operations that had
    a success."""
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
        "CONTRACT_IDS": json.dumps(ids),
        "CONTRACT_SUCCESSES": str(WORK / f"{caller}.json"),
    }
    print(f"the contract, as {caller}", flush=True)
    result = subprocess.run(command, cwd=WORK, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    report = WORK / f"{caller}.txt"
    report.write_text(result.stdout)
    summary = [line.strip() for line in result.stdout.splitlines() if "generated" in line]
    print(f"  {' '.join(summary) or 'no summary'}", flush=True)
    successes = set(json.loads((WORK / f"{caller}.json").read_text()))
    print(f"  operations with a success: {len(successes)}", flush=True)
    if result.returncode:
        print(result.stdout, flush=True)
    return result.returncode == 0, successes


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    with running() as (api, simulator):
        tokens = {caller: log_in(simulator, *login) for caller, login in LOGINS.items()}
        ids = existing_ids(api, simulator, tokens["account_owner"])
        results = [
            schemathesis(api, ids, caller, tokens.get(caller), phases, examples)
            for caller, phases, examples in CALLERS
        ]
    if not all(conforms for conforms, _ in results):
        raise SystemExit("error: the stack returned responses that the contract does not define")
    missing = operations().difference(WITHOUT_SUCCESS, *[successes for _, successes in results])
    if missing:
        raise SystemExit(f"error: without a success, so that the response is not checked: {', '.join(sorted(missing))}")


main()
