"""The AWS CLI reads the table and fetches an export, as an operator; with a function's key it is denied what the function's
policy does not grant."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "contract"))

from stack import log_in, request_json, start  # noqa: E402

TABLE = "flex-roster-Directory"


class AwsCli(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data = tempfile.TemporaryDirectory()
        cls.stack, cls.api, cls.simulator = start(cls.data.name)
        cls.addClassCleanup(cls.stop)
        cls.owner = log_in(cls.simulator, "owner@example.com", "admin")
        printed = subprocess.run(
            [ROOT / "target" / "debug" / "local", "env", "--data", cls.data.name],
            check=True, capture_output=True, text=True,
        ).stdout
        exports = (shlex.split(line)[1] for line in printed.splitlines())
        cls.environment = dict(export.split("=", 1) for export in exports)

    @classmethod
    def stop(cls):
        cls.stack.terminate()
        cls.stack.communicate()
        cls.data.cleanup()

    def aws(self, *arguments, **variables):
        """Runs the AWS CLI with what `local env` prints, and nothing of the user's own configuration."""
        environment = {
            "PATH": os.environ["PATH"], "HOME": self.data.name, "AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true",
            **self.environment, **variables,
        }
        aws = Path(sys.executable).parent / "aws"
        return subprocess.run([aws, *arguments], env=environment, capture_output=True, text=True, timeout=120)

    def json(self, *arguments):
        done = self.aws(*arguments, "--output", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def as_function(self, key, *arguments):
        """What the AWS CLI complains of with a function's key."""
        done = self.aws(*arguments, AWS_ACCESS_KEY_ID=key, AWS_SESSION_TOKEN="local-session-token")
        self.assertNotEqual(done.returncode, 0, done.stdout)
        return done.stderr

    def export(self):
        """Starts an export and waits for it; returns the job."""
        job = request_json(f"{self.api}/exports", self.owner, {})
        deadline = time.monotonic() + 60
        while job["state"] != "done":
            self.assertLess(time.monotonic(), deadline, job)
            time.sleep(0.1)
            job = request_json(f"{self.api}/jobs/{job['job_id']}", self.owner)
        return job

    def test_the_table_is_described_and_read_by_key_by_query_and_by_scan(self):
        described = self.json("dynamodb", "describe-table", "--table-name", TABLE)["Table"]
        indexes = sorted(index["IndexName"] for index in described["GlobalSecondaryIndexes"])
        self.assertEqual(indexes, ["by_pending", "by_status"])
        me = request_json(f"{self.api}/me", self.owner)
        key = json.dumps({"pk": {"S": f"USER#{me['user_id']}"}, "sk": {"S": "PROFILE"}})
        item = self.json("dynamodb", "get-item", "--table-name", TABLE, "--key", key)["Item"]
        self.assertEqual(item["user_id"]["S"], me["user_id"])
        active = self.json(
            "dynamodb", "query", "--table-name", TABLE, "--index-name", "by_status",
            "--key-condition-expression", "by_status_pk = :pk",
            "--expression-attribute-values", json.dumps({":pk": {"S": "STATUS#active"}}),
        )
        listed = request_json(f"{self.api}/users?limit=100", self.owner)["items"]
        self.assertEqual([user["user_id"]["S"] for user in active["Items"]], [user["user_id"] for user in listed])
        everything = self.json("dynamodb", "scan", "--table-name", TABLE, "--select", "COUNT")
        self.assertGreater(everything["Count"], len(listed))

    def test_the_commands_of_the_operations_page_run_as_they_stand_there(self):
        log_in(self.simulator, "mary.somerville@example.com", "agent")
        page = (ROOT / "docs" / "operations.md").read_text()
        block = page.split("## AWS tools", 1)[1].split("```console\n", 1)[1].split("```", 1)[0]
        block = block.replace("local env", f"local env --data {shlex.quote(self.data.name)}")
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {"PATH": path, "HOME": self.data.name, "AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true"}
        self.export()
        script = f"set -euo pipefail\n{block}"
        deadline = time.monotonic() + 60  # the search entries follow the change
        while True:
            done = subprocess.run(
                ["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            if "somerville" in done.stdout or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        self.assertIn("mary.somerville@example.com", done.stdout)
        self.assertIn(".csv", done.stdout)

    def test_an_export_is_listed_and_fetched(self):
        job = self.export()
        bucket = self.environment["EXPORT_BUCKET"]
        prefix = f"exports/{job['job_id']}/"
        files = self.json("s3api", "list-objects-v2", "--bucket", bucket, "--prefix", prefix)["Contents"]
        self.assertEqual(len(files), 1)
        target = Path(self.data.name) / "users.csv"
        copied = self.aws("s3", "cp", f"s3://{bucket}/{files[0]['Key']}", str(target))
        self.assertEqual(copied.returncode, 0, copied.stderr)
        rows = target.read_text(encoding="utf-8-sig").splitlines()
        self.assertTrue(rows[0].startswith("user_id,identity,name,"), rows[0])
        self.assertEqual(len(rows) - 1, job["total"])

    def test_secrets_and_functions_are_reached_too(self):
        token = self.json(
            "ssm", "get-parameter", "--name", "/flex-roster/twilio-auth-token", "--with-decryption"
        )["Parameter"]
        self.assertEqual((token["Type"], token["Value"]), ("SecureString", "local-auth-token"))
        answer = Path(self.data.name) / "answer.json"
        self.json("lambda", "invoke", "--function-name", "flex-roster-FanOut", "--payload", "{}", str(answer))
        self.assertTrue(answer.exists())

    def test_a_functions_key_opens_what_its_policy_grants_and_nothing_else(self):
        table = f"arn:aws:dynamodb:us-east-1:000000000000:table/{TABLE}"
        scan = self.as_function("AKIALOCALSEARCH", "dynamodb", "scan", "--table-name", TABLE)
        self.assertIn("(AccessDeniedException) when calling the Scan operation: User: arn:aws:sts::", scan)
        self.assertIn(f"is not authorized to perform: dynamodb:Scan on resource: {table}", scan)
        key = json.dumps({"pk": {"S": "AUDIT#user#1"}, "sk": {"S": "1"}})
        record = self.as_function("AKIALOCALEDIT", "dynamodb", "delete-item", "--table-name", TABLE, "--key", key)
        self.assertIn("with an explicit deny in an identity-based policy", record)
        bucket = self.environment["EXPORT_BUCKET"]
        file = self.as_function("AKIALOCALEXPORT", "s3api", "put-object", "--bucket", bucket, "--key", "exports/1")
        self.assertIn("(AccessDenied) when calling the PutObject operation", file)
        secret = self.as_function("AKIALOCALVIEW", "ssm", "get-parameter", "--name", "/flex-roster/twilio-auth-token")
        self.assertIn("(AccessDeniedException) when calling the GetParameter operation", secret)
        invoked = self.as_function(
            "AKIALOCALVIEW", "lambda", "invoke", "--function-name", "flex-roster-Sync", os.devnull
        )
        self.assertIn("(AccessDeniedException) when calling the Invoke operation", invoked)


if __name__ == "__main__":
    unittest.main()
