"""A running stack on free ports, and Twilio's helper library with the simulator in place of Twilio."""

import json
import os
import subprocess
import tempfile
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "AC" + 32 * "0"
WORKSPACE = "WS" + 32 * "0"
AUTH_TOKEN = "local-auth-token"
API_KEY = "SK" + 32 * "0"
API_KEY_SECRET = "local-api-secret"


class Stack:
    """Starts empty; ends with `stop`."""

    def __init__(self):
        self.data = tempfile.TemporaryDirectory()
        environment = {**os.environ, "PORT": "0", "SEED": "0", "DATA": self.data.name}
        self.process = subprocess.Popen(
            [ROOT / "target" / "debug" / "local"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        lines = (line.split() for line in self.process.stdout)
        self.simulator = next((words[-1] for words in lines if words[:2] == ["TaskRouter", "simulator"]), None)
        if self.simulator is None:
            raise SystemExit("error: the stack did not start: run `make run` to see why")

    def stop(self):
        self.process.terminate()
        self.process.communicate()
        self.data.cleanup()

    def sim(self, path, body):
        """A request that controls the simulator; returns the JSON of the response."""
        request = urllib.request.Request(f"{self.simulator}/sim/{path}", json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def client(self, user=ACCOUNT, password=AUTH_TOKEN):
        return Client(user, password, ACCOUNT, http_client=SimulatorHttpClient(self.simulator))


class SimulatorHttpClient(TwilioHttpClient):
    """Sends to the simulator what is meant for Twilio; keeps the last request's headers."""

    def __init__(self, simulator):
        super().__init__(timeout=30)
        self.simulator = simulator

    def request(self, method, url, *args, **kwargs):
        address = urlsplit(url)
        query = f"?{address.query}" if address.query else ""
        self.sent_headers = kwargs.get("headers") or {}
        return super().request(method, f"{self.simulator}{address.path}{query}", *args, **kwargs)
