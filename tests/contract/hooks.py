"""Puts ids of existing items into most generated requests: without them all responses would be 404."""

import atexit
import json
import os
from pathlib import Path

import schemathesis
from hypothesis import strategies as st

IDS = json.loads(os.environ["CONTRACT_IDS"])

# The filters of the list, with the path parameter of the same item.
FILTERS = {"team": "team_id", "skill": "skill"}

SUCCESSES = set()
atexit.register(lambda: Path(os.environ["CONTRACT_SUCCESSES"]).write_text(json.dumps(sorted(SUCCESSES))))


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Replaces the ids in the contract's examples, which are those of another deployment."""
    for parameter in raw_schema["components"]["parameters"].values():
        if parameter["in"] == "path" and parameter["name"] in IDS:
            parameter["example"] = IDS[parameter["name"]][0]


@schemathesis.hook
def flatmap_path_parameters(context, path_parameters):
    return use_existing_ids(path_parameters, IDS)


@schemathesis.hook
def flatmap_query(context, query):
    return use_existing_ids(query, {name: IDS[parameter] for name, parameter in FILTERS.items()})


@schemathesis.hook
def flatmap_body(context, body):
    return use_existing_ids(body, {"upload_id": IDS["upload_id"]})


@schemathesis.hook
def flatmap_headers(context, headers):
    """Mostly without If-Match: what is generated names hardly ever the current version."""
    if not isinstance(headers, dict) or "If-Match" not in headers:
        return st.just(headers)
    without = {name: value for name, value in headers.items() if name != "If-Match"}
    return st.sampled_from([headers, without, without, without])


@schemathesis.hook
def after_call(context, case, response):
    """Records the operations that had a success; `run.py` reports those that had none."""
    if response.status_code < 400:
        SUCCESSES.add(case.operation.label)


def use_existing_ids(parameters, ids):
    """Each parameter as generated, or an existing id."""
    if not isinstance(parameters, dict):
        return st.just(parameters)
    choices = {name: st.sampled_from([value, *ids.get(name, [])]) for name, value in parameters.items()}
    return st.fixed_dictionaries(choices)
