"""Starts the built stack for tests that are written in Python."""

import contextlib
import json
import os
import subprocess
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def running():
    """A stack of its own with five demo users, until the end of the block: the addresses of the API and the simulator."""
    with tempfile.TemporaryDirectory() as data:
        stack, api, simulator = start(data)
        try:
            yield api, simulator
        finally:
            stack.terminate()
            stack.wait()


def start(data):
    """Starts the stack; returns its process, the address of the API and that of the simulator."""
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


def request_json(url, token=None, body=None, method=None):
    """Sends a request; returns the JSON of the response."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=30) as response:
        return json.load(response)


def log_in(simulator, identity, role):
    """Logs in; returns the Flex token."""
    claims = {"identity": identity, "full_name": identity, "email": identity, "roles": [role]}
    return request_json(f"{simulator}/sim/logins", body=claims)["token"]
