"""Tills and hubs of different versions: nothing is lost, and the text says which of the two to update."""

import msgspec
import pytest

from hub import negotiating
from omnipos.events import SCHEMA
from omnipos.protocol import Hello, HelloAnswer
from tests.hub.conftest import rig, shelf, shelves
from tests.hub.rig import HubRig
from tests.sync.conftest import EnrolledTill
from tests.sync.test_engine import sell

__all__ = ["rig", "shelf", "shelves"]


@pytest.fixture
def base() -> str:
    """What is looked at here is the same on every database."""
    return "sqlite"


def test_a_hub_older_than_the_till_gets_nothing_that_it_would_not_know(
    counter: EnrolledTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert counter.engine.once().ok
    sell(counter, "8998866200578")
    hello = counter.client.hello

    def of_an_older_hub(said: Hello) -> HelloAnswer:
        return msgspec.structs.replace(hello(said), schema_max=0)

    with monkeypatch.context() as older:
        older.setattr(counter.client, "hello", of_an_older_hub)
        counter.engine._streams = None
        outcome = counter.engine.once()
    assert (outcome.pushed, outcome.waiting) == (0, 1)
    assert outcome.error == (
        "The hub's OmniPOS is older than this till's and does not know its newest entries yet."
        " Selling goes on and everything is kept. Update the hub."
    )
    outcome = counter.engine.once()
    assert (outcome.ok, outcome.pushed, outcome.waiting) == (True, 1, 0)


def test_a_till_too_old_for_the_hub_is_told_to_be_updated(
    rig: HubRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"epoch": 1, "head_seq": 0, "head_hash": "", "schema_min": 1, "schema_max": SCHEMA}
    body = said | {"version": "0.1", "sent_at_ms": rig.now_ms}
    rig.ask("POST", "/v1/hello", body, key=rig.till.token)
    monkeypatch.setattr(negotiating, "OLDEST_TILL", SCHEMA + 1)
    answer = rig.raw("POST", "/v1/hello", body, key=rig.till.token)
    assert (answer.status_code, answer.json()["code"]) == (426, "update_till")
    assert answer.json()["detail"].endswith("Its sales are safe. Update this till.")


@pytest.mark.parametrize("wrong", [{"schema_min": 0}, {"schema_min": SCHEMA + 1}])
def test_a_range_of_schemas_that_is_none_is_refused(rig: HubRig, wrong: dict[str, int]) -> None:
    said = {"epoch": 1, "head_seq": 0, "head_hash": "", "schema_min": 1, "schema_max": SCHEMA}
    body = said | {"version": "0.1", "sent_at_ms": rig.now_ms} | wrong
    assert rig.refused("POST", "/v1/hello", body, key=rig.till.token) == (400, "hello")


def test_a_newer_tills_additions_to_hello_are_overlooked(rig: HubRig) -> None:
    said = {"epoch": 1, "head_seq": 0, "head_hash": "", "schema_min": 1, "schema_max": 9}
    body = said | {"version": "9", "sent_at_ms": rig.now_ms, "brought_along_in": "version 9"}
    assert rig.ask("POST", "/v1/hello", body, key=rig.till.token)["schema_max"] == SCHEMA
