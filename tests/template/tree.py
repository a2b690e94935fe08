"""A copy of what the scripts in infra/ work on, with small binaries in the place of the functions."""

import json
import os
import pathlib
import platform
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FUNCTIONS = sorted(path.name for path in (ROOT / "functions").iterdir())
TOOLS = ROOT / "target" / "template" / "venv" / "bin"
HOST = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
OTHER = "x86_64" if HOST == "arm64" else "arm64"

# A small program of this machine.
PROGRAM = "/bin/true"


class Tree(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        shutil.copytree(ROOT / "infra", self.root / "infra")
        (self.root / "console").mkdir()
        for file in ("samconfig.toml", "Cargo.toml", "console/index.html"):
            shutil.copy(ROOT / file, self.root / file)
        for function in FUNCTIONS:
            (self.root / "functions" / function).mkdir(parents=True)
            (self.root / "built").mkdir(exist_ok=True)
            shutil.copy(PROGRAM, self.root / "built" / function)
        self.bin = self.root / "bin"
        self.bin.mkdir()

    def run_script(self, *command: str, **environment: str) -> subprocess.CompletedProcess:
        path = f"{self.bin}:{TOOLS}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1", **environment}
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=300)

    def build(self, architecture: str = HOST, profile: str = "release") -> subprocess.CompletedProcess:
        return self.run_script("infra/build.sh", architecture, profile, "built")

    def ok(self, ran: subprocess.CompletedProcess) -> str:
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        return ran.stdout

    def refused(self, ran: subprocess.CompletedProcess, *words: str) -> None:
        self.assertNotEqual(ran.returncode, 0, ran.stdout)
        for word in words:
            self.assertIn(word, ran.stderr)

    def command(self, name: str, script: str) -> pathlib.Path:
        """Puts a command in front of the others; returns the file in which it notes how it is called."""
        calls = self.root / f"{name}.calls"
        calls.touch()
        (self.bin / name).write_text(f'#!/usr/bin/env bash\necho "$*" >>"{calls}"\n{script}\n')
        (self.bin / name).chmod(0o755)
        return calls

    def manifest(self) -> dict:
        return json.loads((self.root / "target" / "lambda" / "manifest.json").read_text())
