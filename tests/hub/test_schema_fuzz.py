"""Whatever fits the OpenAPI description, or just does not, is answered and never breaks the hub."""

import os
import random
from copy import deepcopy
from typing import Any, cast
from urllib.parse import quote

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.serialization import decode_json, encode_json
from schemathesis.generation import GenerationMode

from hub.app import create_app
from hub.context import Hub
from omnipos.protocol import Problem
from tests.hub.journals import batch_of, zipped
from tests.hub.rig import A, HubRig

EXAMPLES = 500 if os.environ.get("OMNIPOS_SOAK") else 8
SHARE = {"sqlite": 1, "postgresql": 4}
"""Most of what a request is judged by is the same on both databases: PostgreSQL gets a part of the budget."""
ENDLESS = "/v1/hints"
"""Answers as long as one listens; what it sends has tests of its own."""


def bounded(base: str, times: int = 1) -> settings:
    """Return the budget of a test on a database."""
    examples = EXAMPLES * times // SHARE[base]
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


# As it is sent: some of its defaults are structs until then.
DESCRIPTION = decode_json(encode_json(create_app(cast("Hub", None)).openapi_schema.to_schema()))
OPERATIONS = [
    found.ok()
    for found in schemathesis.openapi.from_dict(DESCRIPTION).get_all_operations()
    if found.ok().path != ENDLESS
]


def keys_of(rig: HubRig) -> list[str]:
    """Return a key of each kind, and one that nobody has."""
    channel = rig.ask("POST", "/v1/api-keys", {"channel": "web"})["key"]
    return [rig.admin_key, rig.admin_key, channel, rig.till.token, "nobody"]


def send(rig: HubRig, case: Any, key: str) -> Any:
    """Send a case as its media type says, or as the raw bytes that it is."""
    body = getattr(case, "body", None)
    content = body if isinstance(body, bytes) else _encoded(body)
    query = {name: value for name, value in (case.query or {}).items() if name != "wait"}
    path = case.path
    for name, value in (case.path_parameters or {}).items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    headers = {"Authorization": f"Bearer {key}", "Content-Type": case.media_type or "application/json"}
    return rig.client.request(case.method, path, params=query, content=content, headers=headers)


def _encoded(body: object) -> bytes:
    if isinstance(body, dict | list | str | int | float | bool) or body is None:
        return msgspec.json.encode(body)
    return b""  # nothing was to be sent


def check(answer: Any) -> None:
    """An answer is the hub's own: no error of its own, and a refusal says what is wrong."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert msgspec.json.decode(answer.content, type=Problem).detail


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
def test_no_request_breaks_the_hub(rig: HubRig, base: str, operation: Any) -> None:
    keys = keys_of(rig)
    cases = st.one_of(operation.as_strategy(mode) for mode in GenerationMode)

    @bounded(base)
    @given(case=cases, key=st.sampled_from(keys))
    def ask(case: Any, key: str) -> None:
        check(send(rig, case, key))

    ask()
    rig.ask("GET", "/v1/health")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from((2**63, -1, 0, "\0", "\ud800", A, "sale_completed")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places_in(value: Any) -> list[tuple[Any, Any]]:
    """Return every place in a JSON value: what holds it, and its key or index."""
    if isinstance(value, dict):
        keys: list[Any] = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    else:
        return []
    return [(value, key) for key in keys] + [one for key in keys for one in places_in(value[key])]


def test_no_changed_batch_breaks_the_hub(rig: HubRig, base: str) -> None:
    changes = given(chance=st.randoms(use_true_random=False), value=json_values, packed=st.booleans())
    bounded(base, 20)(changes(lambda **drawn: push_changed(rig, **drawn)))()


def push_changed(rig: HubRig, chance: random.Random, value: object, packed: bool) -> None:
    """Push a batch in which a few places hold something else."""
    journal = rig.journal()
    for _sale in range(3):
        journal.sell((A, 1, 3500))
    batch = msgspec.json.decode(batch_of(journal.envelopes))
    for _change in range(chance.randint(1, 3)):
        holder, key = chance.choice(places_in(batch))
        holder[key] = deepcopy(value)  # or a later change could put it into itself
    try:
        body = msgspec.json.encode(batch)
    except (msgspec.MsgspecError, UnicodeEncodeError, ValueError):
        body = repr(batch).encode(errors="replace")
    headers = {"Authorization": f"Bearer {rig.till.token}"}
    if packed:
        body, headers["Content-Encoding"] = zipped(body), "gzip"
    check(rig.client.post("/v1/events", content=body, headers=headers))


def test_no_bytes_break_the_hub(rig: HubRig, base: str) -> None:
    pieces = given(start=st.binary(max_size=40), cut=st.integers(0, 2000), packed=st.booleans())
    bounded(base, 10)(pieces(lambda **drawn: push_bytes(rig, **drawn)))()


def push_bytes(rig: HubRig, start: bytes, cut: int, packed: bool) -> None:
    """Push the beginning of a batch behind some bytes."""
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    body = batch_of(journal.envelopes)
    body = start + (zipped(body) if packed else body)[:cut]
    headers = {
        "Authorization": f"Bearer {rig.till.token}",
        "Content-Encoding": "gzip" if packed else "identity",
    }
    check(rig.client.post("/v1/events", content=body, headers=headers))
