"""Bar 1: the hub looks at rights itself; what somebody did who may not is counted, and flagged once a day."""

import pytest

from hub.rights import DAY_MS, KIND, NEEDED
from omnipos.domain.staff import Right
from omnipos.domain.tender import Tender, TenderKind
from omnipos.events import (
    SCHEMA,
    EpochBegun,
    EpochCause,
    Fact,
    LeaseReleased,
    PaperReprinted,
    TenderTakenBack,
)
from tests.hub.journals import AT_MS
from tests.hub.rig import APPLIED, A, HubRig, outcomes

REPRINT = PaperReprinted(receipt_number="S1-1-000001")
BACK = TenderTakenBack(basket_id="b-1", tender=Tender(kind=TenderKind.CASH, amount_minor=3500))


def details(rig: HubRig) -> list[str]:
    return [one["detail"] for one in rig.ask("GET", "/v1/exceptions")["exceptions"] if one["kind"] == KIND]


def flagged(rig: HubRig) -> int:
    """Return how many cases there are; there is no other kind of them."""
    assert set(rig.exceptions()) <= {KIND}
    return len(rig.exceptions())


def test_who_may_sell_is_not_flagged(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    journal.append(REPRINT)
    journal.append(BACK)
    rig.push(*journal.envelopes)
    assert flagged(rig) == 0


@pytest.mark.parametrize("fact", [REPRINT, BACK])
def test_a_forged_payment_back_by_a_name_the_hub_does_not_know_is_counted_and_flagged(
    rig: HubRig, fact: Fact
) -> None:
    journal = rig.journal(actor="s-forged")
    journal.append(fact)
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED]
    assert details(rig) == ["“s-forged” worked at this till. The hub knows nobody of that name."]


def test_many_sales_of_one_person_are_one_case_at_each_till_and_day_also_once_it_is_settled(
    rig: HubRig,
) -> None:
    journal = rig.journal(actor="s-forged")
    for _each in range(3):
        journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes[:2])
    assert flagged(rig) == 1
    rig.ask("POST", "/v1/exceptions/1/settle", {"answer": "talked_to"})
    rig.push(*journal.envelopes)
    assert flagged(rig) == 1
    journal.at_ms += DAY_MS
    journal.sell((A, 1, 3500))
    journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    assert flagged(rig) == 2
    assert rig.stock("A")[0] == -5000
    second = rig.enrol()
    there = rig.journal(second, actor="s-forged")
    there.sell((A, 1, 3500))
    rig.push(*there.envelopes, till=second)
    assert flagged(rig) == 3


def test_what_was_done_before_the_rights_were_withdrawn_is_right_and_what_came_after_is_flagged(
    rig: HubRig,
) -> None:
    rig.now_ms = AT_MS + DAY_MS
    rig.employ("cashier", active=False)
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    assert flagged(rig) == 0
    journal.at_ms += DAY_MS
    journal.sell((A, 1, 3500))
    assert outcomes(rig.push(journal.envelopes[-1])) == [APPLIED]
    assert details(rig) == ["Budi worked at this till after their rights were withdrawn."]


def test_what_a_till_writes_by_itself_needs_no_person_and_a_sale_by_nobody_is_flagged(rig: HubRig) -> None:
    journal = rig.journal(actor="")
    journal.append(EpochBegun(cause=EpochCause.ENROLLED, from_epoch=0, from_seq=0))
    rig.push(*journal.envelopes)
    assert details(rig) == []
    journal.append(BACK)
    rig.push(*journal.envelopes)
    assert len(details(rig)) == 1


def test_a_fact_that_the_till_writes_by_itself_is_not_in_the_table_and_rights_are_the_tills_own() -> None:
    assert {EpochBegun, LeaseReleased}.isdisjoint(NEEDED)
    assert {Right.SELL, Right.COLLECT, Right.COUNT} <= set(NEEDED.values())


def test_a_till_that_is_a_day_ahead_is_read_by_the_hubs_clock(rig: HubRig) -> None:
    rig.now_ms = AT_MS + 1000
    rig.employ("cashier", active=False)
    hello = {
        "epoch": 1,
        "head_seq": 0,
        "head_hash": "",
        "schema_min": 1,
        "schema_max": SCHEMA,
        "version": "1",
    }
    rig.ask("POST", "/v1/hello", {**hello, "sent_at_ms": rig.now_ms + DAY_MS}, key=rig.till.token)
    journal = rig.journal()
    journal.at_ms += DAY_MS
    journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    assert flagged(rig) == 0
