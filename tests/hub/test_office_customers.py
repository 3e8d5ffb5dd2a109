"""Customers in the back office: two cards joined, all that is kept given out, somebody forgotten."""

import pytest

from tests.hub.offices import Desk, hire
from tests.hub.rig import A, HubRig


@pytest.fixture
def desk(rig: HubRig) -> Desk:
    """A manager, signed in, and two cards of one person."""
    hire(rig, "Rina")
    cards = [{"name": "Sarah W", "phone": "081234567890", "customer_id": "c-one", "points": 30}]
    cards += [{"name": "Sarah Wijaya", "phone": "081200000001", "customer_id": "c-two", "points": 12}]
    rig.ask("PUT", "/v1/customers", {"customers": cards})
    desk = Desk(rig)
    desk.sign_in()
    return desk


def card(rig: HubRig, customer_id: str) -> dict[str, object]:
    """Return the card that an id stands for."""
    found: dict[str, object] = rig.ask("GET", f"/v1/customers/{customer_id}")["customer"]
    return found


def test_a_joined_card_stands_for_the_other_with_its_points_and_what_is_sold_to_it_later(desk: Desk) -> None:
    desk.act("customers", "c-one", "join", into="0812 0000 0001")
    kept = card(desk.rig, "c-one")
    assert (kept["customer_id"], kept["name"], kept["points"]) == ("c-two", "Sarah Wijaya", 42)
    journal = desk.rig.journal()
    journal.sell((A, 10, 3500), customer_id="c-one")
    desk.rig.push(*journal.envelopes)
    assert card(desk.rig, "c-two")["points"] == 45
    again = desk.act("customers", "c-one", "join", status=400, into="c-two")
    assert again.json()["msg"] == "These two are one card already. Nothing was changed."


def test_all_that_is_kept_is_given_out_and_then_forgotten(desk: Desk) -> None:
    journal = desk.rig.journal()
    journal.sell((A, 1, 3500), customer_id="c-one")
    desk.rig.push(*journal.envelopes)
    kept = desk.act("customers", "c-one", "take-out").json()
    assert (kept["card"]["phone"], len(kept["sales"]), kept["points"][0]["points"]) == (
        "+6281234567890",
        1,
        30,
    )
    desk.act("customers", "c-one", "forget")
    assert desk.rig.refused("GET", "/v1/customers/c-one") == (404, "not_found")
    assert "Sarah W<" not in desk.get("customers/list")
