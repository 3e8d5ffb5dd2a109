"""Settling at the till: what is listed, who may answer, offline too, once, and what stays for the record."""

import msgspec
import pytest

from omnipos.domain.catalogue import Item
from omnipos.domain.errors import EntryRefused, NotAllowed
from omnipos.domain.exceptions import ExceptionCase, Settlement
from omnipos.domain.paper import PaperKind
from omnipos.events import ExceptionSettled, decode_fact
from omnipos.ports import LinkReport, LinkState
from omnipos.protocol import Outcome, Verdict
from omnipos.services import reprinting, selling, settling, tendering, watching
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from omnipos.store import journal, orders, outbox, printjobs
from omnipos.store.connection import transaction
from tests.rigs import DEVICE, INDOMIE, NOON_MS, STORE, QuietLine, fill, staff_members

STREAM = f"exceptions/{STORE}"
CASE = ExceptionCase(
    number=7,
    store_id=STORE,
    device_id=DEVICE,
    till_number=1,
    kind="second_hand_over",
    detail="Order W-1001 was handed over a second time.",
    at_ms=NOON_MS,
    event_id="event-1",
)
OWNERS = Settlement(answer="goods_back", note="", staff_id="", till_number=0, at_ms=NOON_MS)


@pytest.fixture
def managed(till: Till) -> Till:
    """The till with the manager Budi signed in and case 7 in its mirror."""
    fill(till.store.folder, STREAM, ("7", CASE))
    till.staff = staff_members()[1]
    return till


def sell_one(till: Till) -> None:
    till.call(selling.ring, [(Item(product=INDOMIE), 1000)])
    till.call(tendering.pay_cash, 4000)


def verdict(till: Till, outcome: Outcome) -> None:
    """Let the hub answer to everything that waits."""

    def write() -> None:
        db = till.store.books
        waiting = outbox.next_batch(db, 100, 1 << 20)
        with transaction(db):
            answers = tuple(
                Verdict(
                    epoch=one.header.epoch,
                    seq=one.header.seq,
                    event_id=one.header.event_id,
                    outcome=outcome,
                    reason="Too new." if outcome is Outcome.QUARANTINED else "",
                )
                for one in waiting
            )
            outbox.record_verdicts(db, answers)

    till.store.call(write)


def facts(till: Till) -> list[ExceptionSettled]:
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    return [one for one in (decode_fact(event.body) for event in events) if isinstance(one, ExceptionSettled)]


def refs(till: Till) -> list[tuple[str, bool]]:
    return [(one.ref, one.case.is_open) for one in till.call(settling.listed)]


def test_a_case_is_settled_offline_and_stays_settled_until_the_mirror_says_so(managed: Till) -> None:
    assert managed.call(watching.status).needs_attention
    done = managed.call(settling.settle, "7", "goods_back", "shelf\x1b A1")
    assert (done.case.answers[0].note, done.settled_by) == ("shelf A1", "Budi")
    assert facts(managed) == [
        ExceptionSettled(
            number=7, kind="second_hand_over", subject="event-1", answer="goods_back", note="shelf A1"
        )
    ]
    assert refs(managed) == [("7", False)]
    assert not managed.call(watching.status).needs_attention

    theirs = msgspec.structs.replace(CASE, answers=(OWNERS, done.case.answers[0]))
    fill(managed.store.folder, STREAM, ("7", theirs), seen=1)

    def drop() -> None:
        with transaction(managed.store.books):
            orders.drop_shown_overlays(managed.store.books)

    managed.store.call(drop)
    (shown,) = managed.call(settling.listed)
    assert (shown.case.answers, shown.settled_by) == (theirs.answers, "the owner")


def test_an_answer_is_not_shown_twice_while_its_overlay_is_still_there(managed: Till) -> None:
    done = managed.call(settling.settle, "7", "charged")
    fill(managed.store.folder, STREAM, ("7", done.case), seen=1)
    assert managed.call(settling.find, "7").case.answers == done.case.answers


def test_a_case_is_settled_once(managed: Till) -> None:
    managed.call(settling.settle, "7", "goods_back")
    with pytest.raises(EntryRefused, match="settled already: The goods are back"):
        managed.call(settling.settle, "7", "charged")
    assert len(facts(managed)) == 1


@pytest.mark.parametrize(("ref", "answer"), [("7", "print_again"), ("8", "charged"), ("P1", "not_needed")])
def test_an_answer_or_case_that_is_not_there_changes_nothing(managed: Till, ref: str, answer: str) -> None:
    with pytest.raises(EntryRefused):
        managed.call(settling.settle, ref, answer)
    assert facts(managed) == []
    assert refs(managed) == [("7", True)]


def test_a_cashier_may_look_but_not_settle(managed: Till) -> None:
    managed.staff = staff_members()[0]
    assert managed.call(settling.find, "7").case == CASE
    with pytest.raises(NotAllowed):
        managed.call(settling.settle, "7", "goods_back")
    assert facts(managed) == []


def test_a_case_of_another_till_is_listed_but_is_no_alarm_here(till: Till) -> None:
    fill(till.store.folder, STREAM, ("7", msgspec.structs.replace(CASE, device_id="other", till_number=2)))
    status = till.call(watching.status)
    assert (status.open_here, status.open_in_store, status.needs_attention) == (0, 1, False)
    assert refs(till) == [("7", True)]


def test_an_entry_set_aside_is_listed_until_the_hubs_own_case_comes(till: Till) -> None:
    sell_one(till)
    verdict(till, Outcome.QUARANTINED)
    (aside,) = till.call(settling.listed)
    assert (aside.ref, aside.case.kind, aside.case.detail) == ("E1-1", "set_aside", "Too new.")
    assert (aside.case.receipt_number, aside.answers) == ("S1-1-000001", ())
    assert till.call(watching.status).needs_attention
    till.staff = staff_members()[1]
    with pytest.raises(EntryRefused, match="once the hub's own entry has come"):
        till.call(settling.settle, "E1-1", "entered")

    case = msgspec.structs.replace(CASE, kind="unknown_fact", event_id=aside.case.event_id)
    fill(till.store.folder, STREAM, ("7", case))
    assert refs(till) == [("7", True)]
    till.call(settling.settle, "7", "entered")
    assert not till.call(watching.status).needs_attention
    assert till.call(watching.status).quarantined == 1


def test_a_paper_that_failed_is_printed_again_as_a_copy_or_let_go(till: Till) -> None:
    sell_one(till)
    till.call(reprinting.reprint)
    jobs = printjobs.StoredJobs(till.store)
    for job_id in ("1", "2"):
        jobs.failed(job_id, "The picture is broken.")
    assert refs(till) == [("P1", True), ("P2", True)]
    till.staff = staff_members()[1]
    till.call(settling.settle, "P1", "print_again")
    till.call(settling.settle, "p2", "not_needed")
    assert refs(till) == []
    again = jobs.next_job()
    assert again is not None
    assert (again.job_id, again.kind, again.copy) == ("3", PaperKind.RECEIPT, True)
    assert [(one.number, one.subject, one.answer) for one in facts(till)] == [
        (0, "1", "print_again"),
        (0, "2", "not_needed"),
    ]
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


@pytest.mark.parametrize(
    ("skew_ms", "said"),
    [
        (300_000, None),
        (300_001, "The hub's clock is 5 minutes ahead of this till's."),
        (-7_200_000, "This till's clock is 120 minutes ahead of the hub's."),
    ],
)
def test_a_wrong_clock_is_an_exception_while_it_is_wrong(
    till: Till, line: QuietLine, skew_ms: int, said: str | None
) -> None:
    line.link = LinkReport(state=LinkState.ONLINE, since_ms=NOON_MS, skew_ms=skew_ms)
    assert [one.case.detail for one in till.call(settling.listed)] == ([said] if said else [])
    assert till.call(watching.status).needs_attention is bool(said)
    sell_one(till)


def test_a_hostile_detail_or_reference_does_nothing(till: Till) -> None:
    fill(till.store.folder, STREAM, ("7", msgspec.structs.replace(CASE, kind="of 2030", detail="\x1b]52;x")))
    assert till.call(settling.find, "#7").answers
    for ref in ("", "７", "9" * 30, "\x1b", "CLOCK"):
        with pytest.raises(EntryRefused):
            till.call(settling.find, ref)
