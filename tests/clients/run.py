"""Lets each generated client make the tour on one running stack."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "contract"))

from stack import running  # noqa: E402

WORK = ROOT / "target" / "clients"
TOURS = [
    [sys.executable, ROOT / "tests" / "clients" / "python" / "tour.py"],
    ["node", WORK / "typescript" / "built" / "tour.js"],
]

with running() as (api, simulator):
    environment = {**os.environ, "API": api, "SIMULATOR": simulator, "PYTHONPATH": str(WORK / "python")}
    failed = [tour for tour in TOURS if subprocess.run(tour, env=environment, check=False).returncode]
if failed:
    raise SystemExit("error: a generated client did not get on with the stack")
