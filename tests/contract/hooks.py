"""Lets made-up requests be about things that are there, most of the time: else all would be answered 404."""

import atexit
import json
import os
from pathlib import Path

import schemathesis
from hypothesis import strategies as st

THINGS = json.loads(os.environ["CONTRACT_THINGS"])

# The filters of the list, by what they name.
FILTERS = {"team": "team_id", "skill": "skill"}

SUCCESSES = set()
atexit.register(lambda: Path(os.environ["CONTRACT_SUCCESSES"]).write_text(json.dumps(sorted(SUCCESSES))))


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """The contract's examples are about things of another deployment."""
    for parameter in raw_schema["components"]["parameters"].values():
        if parameter["in"] == "path" and parameter["name"] in THINGS:
            parameter["example"] = THINGS[parameter["name"]][0]


@schemathesis.hook
def flatmap_path_parameters(context, path_parameters):
    return sometimes(path_parameters, THINGS)


@schemathesis.hook
def flatmap_query(context, query):
    return sometimes(query, {name: THINGS[thing] for name, thing in FILTERS.items()})


@schemathesis.hook
def after_call(context, case, response):
    """Notes which operations had a success; `run.py` asks for those that had none."""
    if response.status_code < 400:
        SUCCESSES.add(case.operation.label)


def sometimes(parameters, things):
    """Each parameter as it was made up, or one of the things."""
    if not isinstance(parameters, dict):
        return st.just(parameters)
    choices = {name: st.sampled_from([value, *things.get(name, [])]) for name, value in parameters.items()}
    return st.fixed_dictionaries(choices)
