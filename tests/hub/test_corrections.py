"""Corrections of cards: fields merge, a clash is shown and the loser kept, an erased card stays erased."""

import itertools
from typing import Any

import pytest

from omnipos.domain.customer import Consent, CustomerField, Purpose
from omnipos.domain.hybrid import HybridStamp
from omnipos.events import ConsentPatch, CustomerChanged, FieldPatch, PersonalCard
from tests.hub.journals import AT_MS, Journal
from tests.hub.rig import APPLIED, A, HubRig, outcomes

SARAH = {"name": "Sarah Wijaya", "phone": "081234567890", "customer_id": "c1"}
YEAR_MS = 365 * 86_400_000


def card(rig: HubRig, customer_id: str = "c1") -> dict[str, Any]:
    found: dict[str, Any] = rig.ask("GET", f"/v1/customers/{customer_id}")["customer"]
    return found


def kept(rig: HubRig) -> list[tuple[str, str]]:
    return [(one["field"], one["value"]) for one in card(rig)["kept"]]


def correct(
    journal: Journal, field: CustomerField, value: str, at_ms: int, base_rev: int = 2, customer_id: str = "c1"
) -> None:
    record = PersonalCard(**({"name": "", "phone": ""} | {field.value: value}))  # type: ignore[arg-type]
    new = f"{journal.till.device_id}-{len(journal.envelopes)}"
    patch = FieldPatch(
        base_rev=base_rev, field=field, old="", new=new, stamp=HybridStamp(wall_ms=at_ms, device_id="x")
    )
    journal.append(CustomerChanged(customer_id=customer_id, patches=(patch,)), personal={new: record})


def answer(journal: Journal, given: bool, at_ms: int) -> None:
    consent = Consent(
        purpose=Purpose.MARKETING,
        given=given,
        wording_version="1",
        language="id",
        staff_id="s",
        at_ms=at_ms,
    )
    patch = ConsentPatch(base_rev=2, old=None, new=consent, stamp=HybridStamp(wall_ms=at_ms))
    journal.append(CustomerChanged(customer_id="c1", consents=(patch,)))


@pytest.fixture
def tills(rig: HubRig) -> tuple[Journal, Journal]:
    rig.ask("PUT", "/v1/customers", {"customers": [SARAH]})
    return Journal(rig.till), Journal(rig.enrol())


def push(rig: HubRig, journal: Journal) -> None:
    answers = rig.push(*journal.envelopes, till=journal.till)
    assert set(outcomes(answers)) == {APPLIED}


def test_other_fields_both_stand(rig: HubRig, tills: tuple[Journal, Journal]) -> None:
    first, second = tills
    correct(first, CustomerField.NAME, "Sarah W.", AT_MS)
    correct(second, CustomerField.EMAIL, "sarah@example.com", AT_MS - 1)
    push(rig, first)
    push(rig, second)
    assert (card(rig)["name"], card(rig)["email"], kept(rig)) == ("Sarah W.", "sarah@example.com", [])
    assert rig.exceptions() == []
    record = rig.pull("customers").changes[-1].record
    assert (record.name, record.email) == ("Sarah W.", "sarah@example.com")  # type: ignore[union-attr]


@pytest.mark.parametrize("order", itertools.permutations(range(2)))
def test_of_two_names_the_later_stands_whichever_arrives_first(
    rig: HubRig, tills: tuple[Journal, Journal], order: tuple[int, int]
) -> None:
    correct(tills[0], CustomerField.NAME, "Sara", AT_MS - 2000)
    correct(tills[1], CustomerField.NAME, "Sarah W.", AT_MS - 1000)
    for index in order:
        push(rig, tills[index])
    assert (card(rig)["name"], kept(rig)) == ("Sarah W.", [("name", "Sara")])
    assert rig.exceptions() == []


def test_two_phone_numbers_are_a_persons_to_choose(rig: HubRig, tills: tuple[Journal, Journal]) -> None:
    correct(tills[0], CustomerField.PHONE, "0812-1111-1111", AT_MS - 2000)
    correct(tills[1], CustomerField.PHONE, "0812-2222-2222", AT_MS - 1000)
    for one in tills:
        push(rig, one)
    assert (card(rig)["phone"], kept(rig)) == ("+6281222222222", [("phone", "+6281211111111")])
    assert rig.exceptions() == ["customer_clash"]
    seen = card(rig)["rev"]
    correct(tills[0], CustomerField.PHONE, "0812-1111-1111", AT_MS, base_rev=seen)
    push(rig, Again(tills[0]))
    assert (card(rig)["phone"], kept(rig)) == ("+6281211111111", [])


def Again(journal: Journal) -> Journal:
    """The same journal: what the hub has already is answered as a duplicate, so only the last is sent."""
    last = Journal(journal.till)
    last.envelopes = journal.envelopes[-1:]
    return last


def test_a_number_of_another_card_is_kept_aside(rig: HubRig, tills: tuple[Journal, Journal]) -> None:
    rig.ask("PUT", "/v1/customers", {"customers": [{"name": "Budi", "phone": "081298765432"}]})
    correct(tills[0], CustomerField.PHONE, "081298765432", AT_MS)
    push(rig, tills[0])
    assert (card(rig)["phone"], kept(rig)) == ("+6281234567890", [("phone", "+6281298765432")])
    assert rig.exceptions() == ["customer_phone_taken"]


@pytest.mark.parametrize("order", itertools.permutations(range(2)))
def test_of_two_answers_the_stricter_stands(
    rig: HubRig, tills: tuple[Journal, Journal], order: tuple[int, int]
) -> None:
    answer(tills[0], False, AT_MS - 2000)
    answer(tills[1], True, AT_MS - 1000)
    for index in order:
        push(rig, tills[index])
    assert [one["given"] for one in card(rig)["consents"]] == [False]


def test_what_the_web_shop_changed_meanwhile_clashes_too(rig: HubRig, tills: tuple[Journal, Journal]) -> None:
    rig.now_ms += 1000
    rig.ask("PUT", "/v1/customers", {"customers": [SARAH | {"name": "Sarah of the web"}]})
    correct(tills[0], CustomerField.NAME, "Sara", AT_MS)
    push(rig, tills[0])
    assert (card(rig)["name"], kept(rig)) == ("Sarah of the web", [("name", "Sara")])


def test_an_edit_of_an_alias_lands_on_its_card_and_loses_nothing(rig: HubRig) -> None:
    rig.ask("PUT", "/v1/customers", {"customers": [SARAH]})
    from tests.hub.test_customers import added

    journal = rig.journal()
    journal.append(added("c2"), personal={"p-c2": PersonalCard(name="Sara", phone="+6281234567890")})
    correct(journal, CustomerField.NAME, "Sarah W.", AT_MS, base_rev=1, customer_id="c2")
    push(rig, journal)
    assert (card(rig, "c2")["customer_id"], card(rig)["name"]) == ("c1", "Sarah W.")
    assert rig.ask("GET", "/v1/customers/c1")["aliases"] == ["c2"]


def test_an_edit_of_nobody_is_told(rig: HubRig) -> None:
    journal = rig.journal()
    correct(journal, CustomerField.NAME, "X", AT_MS, customer_id="nobody")
    push(rig, journal)
    assert rig.exceptions() == ["customer_unknown"]


def test_a_clock_a_year_ahead_wins_only_until_the_next_edit(
    rig: HubRig, tills: tuple[Journal, Journal]
) -> None:
    correct(tills[0], CustomerField.NAME, "From the future", AT_MS + YEAR_MS)
    push(rig, tills[0])
    rig.now_ms += 60_000
    correct(tills[1], CustomerField.NAME, "Sarah W.", AT_MS + 30_000)
    push(rig, tills[1])
    assert (card(rig)["name"], kept(rig)) == ("Sarah W.", [("name", "From the future")])


def test_an_erased_customer_stays_erased(rig: HubRig, tills: tuple[Journal, Journal]) -> None:
    journal, later = tills
    journal.sell((A, 3, 3500), customer_id="c1")
    correct(journal, CustomerField.NAME, "Sara", AT_MS)
    push(rig, journal)
    assert (
        rig.refused("POST", "/v1/customers/erase", {"phone": "0812-3456-7890"}, key=rig.till.token)[0] == 403
    )
    gone = rig.ask("POST", "/v1/customers/erase", {"phone": "0812-3456-7890"})
    assert gone == {"customers": 1, "waiting_orders": []}
    told = [one for one in rig.pull("customers").changes if one.key == "c1"]
    assert [(one.record, one.erased) for one in told] == [(None, True)]
    correct(later, CustomerField.NAME, "Sarah again", AT_MS + 5)
    later.sell((A, 1, 3500), customer_id="c1")
    push(rig, later)
    assert rig.refused("GET", "/v1/customers/c1") == (404, "not_found")
    assert rig.ask("GET", "/v1/customers")["customers"] == []
    sales = rig.ask("GET", "/v1/sales")["sales"]
    assert [(one["customer_id"], one["flags"]) for one in sales] == [("c1", ""), ("c1", "")]
    assert rig.exceptions() == []
    for table in ("personal", "customer", "change", "event"):
        assert b"Sara" not in _bytes_of(rig, table)


def _bytes_of(rig: HubRig, table: str) -> bytes:
    with rig.hub.database.reading.begin() as conn:
        return repr(conn.exec_driver_sql(f"SELECT * FROM {table}").all()).encode()


def test_an_order_to_collect_keeps_its_name_until_it_is_collected(rig: HubRig) -> None:
    order = rig.order("W-1")
    rig.order("W-2")
    rig.ask("POST", "/v1/orders/W-2/cancel")
    assert rig.ask("POST", "/v1/customers/erase", {"phone": "081234567890"}) == {
        "customers": 1,
        "waiting_orders": ["W-1"],
    }
    names = {one["number"]: one["customer_name"] for one in rig.ask("GET", "/v1/orders")["orders"]}
    assert names == {"W-1": "Sarah Wijaya", "W-2": ""}
    rig.ask("POST", f"/v1/orders/{order['number']}/cancel")
    assert rig.ask("POST", "/v1/customers/erase", {"phone": "081234567890"}) == {
        "customers": 0,
        "waiting_orders": [],
    }
    assert {one["customer_phone"] for one in rig.ask("GET", "/v1/orders")["orders"]} == {""}
