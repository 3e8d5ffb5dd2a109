"""Customers: one card a phone number, purchases of every channel, points that are a ledger."""

from typing import Any

from omnipos.domain.customer import Consent, Purpose
from omnipos.events import CustomerAdded, PersonalCard
from tests.hub.journals import AT_MS
from tests.hub.rig import APPLIED, A, B, HubRig, outcomes

CONSENT = Consent(
    purpose=Purpose.SERVICE, given=True, wording_version="1", language="id", staff_id="s", at_ms=AT_MS
)


def put(rig: HubRig, *rows: dict[str, object]) -> dict[str, Any]:
    answer: dict[str, Any] = rig.ask("PUT", "/v1/customers", {"customers": rows})
    return answer


def found(rig: HubRig, query: str) -> list[str]:
    return [one["name"] for one in rig.ask("GET", f"/v1/customers?{query}")["customers"]]


def added(customer_id: str) -> CustomerAdded:
    return CustomerAdded(customer_id=customer_id, personal_id=f"p-{customer_id}", consents=(CONSENT,))


def test_a_customer_is_found_by_any_way_to_say_the_phone(rig: HubRig) -> None:
    put(rig, {"name": "Sarah Wijaya", "phone": "0812-3456-7890"}, {"name": "Budi", "phone": "081298765432"})
    for form in ("0812-3456-7890", "%2B62 812 3456 7890", "6281234567890", "81234567890", "7890"):
        assert found(rig, f"phone={form}") == ["Sarah Wijaya"]
    assert found(rig, "q=wij") == ["Sarah Wijaya"]
    assert found(rig, "q=wijaya sar") == ["Sarah Wijaya"]
    assert found(rig, "q=%25") == found(rig, "")
    assert found(rig, "q=ijaya") == []
    assert found(rig, "phone=___") == []


def test_importing_again_doubles_nothing_and_keeps_what_was_earned(rig: HubRig) -> None:
    row = {"name": "Sarah", "phone": "081234567890", "points": 100, "tier": "Gold"}
    assert put(rig, row) == {"written": 1, "unchanged": 0, "problems": []}
    assert put(rig, row) == {"written": 0, "unchanged": 1, "problems": []}
    card = rig.ask("GET", "/v1/customers")["customers"][0]
    journal = rig.journal()
    journal.sell((A, 10, 3500), customer_id=card["customer_id"])
    rig.push(*journal.envelopes)
    put(rig, row)
    put(rig, row | {"points": 150})
    cards = rig.ask("GET", "/v1/customers")["customers"]
    assert [(one["name"], one["points"], one["tier"]) for one in cards] == [("Sarah", 153, "Gold")]


def test_bad_rows_are_told_and_good_rows_kept(rig: HubRig) -> None:
    answer = put(rig, {"name": "A", "phone": "12"}, {"name": "B", "phone": "081234567890"}, {"name": "\x1b"})
    assert answer["written"] == 1
    assert [one["row"] for one in answer["problems"]] == [0, 2]
    assert found(rig, "") == ["B"]


def test_a_sale_and_an_order_stand_on_the_card(rig: HubRig) -> None:
    order = rig.order("W1")
    card = order["customer_id"]
    journal = rig.journal()
    journal.sell((A, 6, 3500), customer_id=card)
    rig.push(*journal.envelopes)
    record = rig.ask("GET", "/v1/customers?phone=081234567890")["customers"][0]
    assert [(one["channel"], one["reference"], one["total_minor"]) for one in record["purchases"]] == [
        ("S1", "S1-1-000001", 21_000),
        ("admin", "W1", 13_000),
    ]
    assert record["points"] == 2
    journal.sell((A, 2, 3500), (B, 1, 6000), customer_id=card, order_id=order["order_id"])
    rig.push(*journal.envelopes[1:])
    after = rig.ask("GET", "/v1/customers?phone=081234567890")["customers"][0]
    assert sorted(one["reference"] for one in after["purchases"]) == ["S1-1-000001", "W1"]
    assert rig.pull("customers").changes[-1].key == card


def test_a_customer_added_at_a_till_reaches_every_till(rig: HubRig) -> None:
    journal = rig.journal()
    personal = {"p-c1": PersonalCard(name="Sa\x1brah\u202e", phone="+6281234567890")}
    journal.append(added("c1"), personal=personal)
    journal.sell((A, 3, 3500), customer_id="c1")
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED, APPLIED]
    record = rig.pull("customers").changes[0].record
    assert (record.customer_id, record.name, record.phone) == ("c1", "Sarah", "+6281234567890")  # type: ignore[union-attr]
    assert record.consents == (CONSENT,)  # type: ignore[union-attr]
    assert record.points == 1  # type: ignore[union-attr]


def test_a_known_phone_makes_an_alias_and_sales_keep_their_key(rig: HubRig) -> None:
    put(rig, {"name": "Sarah Wijaya", "phone": "081234567890", "customer_id": "old"})
    journal = rig.journal()
    journal.append(added("new"), personal={"p-new": PersonalCard(name="Sara", phone="+6281234567890")})
    journal.sell((A, 3, 3500), customer_id="new")
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED, APPLIED]
    cards = rig.ask("GET", "/v1/customers")["customers"]
    assert [(one["customer_id"], one["name"], one["points"]) for one in cards] == [("old", "Sarah Wijaya", 1)]
    assert cards[0]["consents"][0]["purpose"] == "service"
    sale = rig.ask("GET", "/v1/sales")["sales"][0]
    assert (sale["customer_id"], sale["flags"]) == ("new", "")
    told = {change.key: change.record for change in rig.pull("customers").changes}
    assert told["new"] is None


def test_a_customer_without_a_personal_record_or_with_a_taken_id_breaks_nothing(rig: HubRig) -> None:
    journal = rig.journal()
    journal.append(added("c1"))
    journal.append(added("c1"), personal={"p-c1": PersonalCard(name="Thief", phone="1")})
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED, APPLIED]
    assert rig.exceptions() == ["customer_known"]
    assert found(rig, "") == [""]


def test_personal_data_are_in_one_table_only(rig: HubRig) -> None:
    journal = rig.journal()
    personal = {"p-c1": PersonalCard(name="Zubaidah", phone="+6281234567890")}
    journal.append(added("c1"), personal=personal)
    rig.push(*journal.envelopes)
    assert "Zubaidah" not in rig.raw("GET", "/v1/events").text
