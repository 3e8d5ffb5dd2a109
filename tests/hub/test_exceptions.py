"""Exceptions at the hub: filed with a number, told to the store's tills, settled by the first answer."""

from pathlib import Path

import msgspec
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import insert

import hub
from hub import epochs, feed, tables
from hub.database import Database
from hub.serving import open_database
from hub.tables import LARGEST
from omnipos.domain.exceptions import ExceptionCase
from omnipos.events import SCHEMA, ExceptionSettled
from omnipos.protocol import EnrolAnswer
from tests.hub.journals import AT_MS, Journal
from tests.hub.rig import APPLIED, DUPLICATE, A, HubRig, outcomes

BROKEN = b'{"type":"sale_completed","sale":7}'


def case_of_a_broken_entry(rig: HubRig, role: str = "manager") -> Journal:
    """Push an entry that cannot be read; the hub files case 1 for it."""
    rig.employ(role)
    journal = rig.journal()
    rig.push(journal.append(body=BROKEN, kind="sale_completed"))
    return journal


def cases(rig: HubRig, *, only_open: bool = False) -> list[ExceptionCase]:
    query = "?only_open=true" if only_open else ""
    return msgspec.convert(rig.ask("GET", f"/v1/exceptions{query}")["exceptions"], list[ExceptionCase])


def pulled(rig: HubRig, till: EnrolAnswer | None = None) -> dict[str, ExceptionCase]:
    """Return what a till of the store gets of the stream, by key."""
    key = (till or rig.till).token
    page = rig.pull(f"exceptions/{rig.till.store_id}", key=key)
    return {one.key: one.record for one in page.changes if isinstance(one.record, ExceptionCase)}


def answer(journal: Journal, text: str, *, number: int = 1, about: int = 0, **more: str) -> ExceptionSettled:
    given = {"kind": "unknown_fact", "subject": journal.envelopes[about].event_id, "answer": text}
    return ExceptionSettled(number=number, **(given | more))


def test_a_case_reaches_the_tills_of_its_store_with_till_and_receipt(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    journal.receipts -= 1
    journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    (case,) = cases(rig)
    assert pulled(rig) == {"1": case}
    assert (case.number, case.kind, case.till_number, case.is_open) == (1, "receipt_twice", 1, True)
    assert (case.receipt_number, case.event_id) == ("S1-1-000001", journal.envelopes[1].event_id)
    assert (
        f"exceptions/{rig.till.store_id}"
        in rig.ask("POST", "/v1/hello", HELLO, key=rig.till.token)["streams"]
    )


HELLO = {
    "epoch": 1,
    "head_seq": 0,
    "head_hash": "",
    "schema_min": 1,
    "schema_max": SCHEMA,
    "version": "1",
    "sent_at_ms": AT_MS,
}


def test_another_store_cannot_see_a_case(rig: HubRig) -> None:
    rig.ask("PUT", "/v1/stores", {"stores": [{"code": "S2", "name": "Dua", "country": "ID"}]})
    other = rig.enrol("S2")
    case_of_a_broken_entry(rig)
    path = f"/v1/streams/exceptions/{rig.till.store_id}"
    assert rig.refused("GET", path, key=other.token) == (404, "not_found")
    assert rig.pull(f"exceptions/{other.store_id}", key=other.token).head == 0
    web = rig.ask("POST", "/v1/api-keys", {"channel": "web"})["key"]
    assert rig.refused("GET", path, key=web) == (404, "not_found")


def test_the_first_answer_settles_and_the_second_is_kept_behind_it(rig: HubRig) -> None:
    first = case_of_a_broken_entry(rig)
    other_till = rig.enrol()
    second = Journal(other_till)
    rig.push(first.append(answer(first, "entered", note="Rp 3.500\x1b")))
    rig.push(second.append(answer(first, "reported")), till=other_till)
    (case,) = cases(rig)
    assert [(one.answer, one.note, one.till_number) for one in case.answers] == [
        ("entered", "Rp 3.500", 1),
        ("reported", "", 2),
    ]
    assert (case.answers[0].staff_id, case.answers[0].at_ms) == ("staff-1", AT_MS + 1)
    assert pulled(rig, other_till) == {"1": case}
    assert cases(rig, only_open=True) == []


def test_an_answer_sent_twice_counts_once(rig: HubRig) -> None:
    journal = case_of_a_broken_entry(rig)
    settled = journal.append(answer(journal, "entered"))
    assert outcomes(rig.push(settled)) == [APPLIED]
    assert outcomes(rig.push(settled)) == [DUPLICATE]
    assert len(cases(rig)[0].answers) == 1


def test_an_answer_finds_its_case_under_another_number(rig: HubRig) -> None:
    journal = case_of_a_broken_entry(rig)
    rig.push(journal.append(answer(journal, "entered", number=700)))
    assert [one.answers[0].answer for one in cases(rig)] == ["entered"]


@pytest.mark.parametrize(
    "more", [{"kind": "receipt_twice"}, {"subject": "somebody"}], ids=["kind", "subject"]
)
def test_an_answer_to_no_case_settles_no_other_and_is_told(rig: HubRig, more: dict[str, str]) -> None:
    journal = case_of_a_broken_entry(rig)
    assert outcomes(rig.push(journal.append(answer(journal, "entered", **more)))) == [APPLIED]
    assert [(one.kind, one.is_open) for one in cases(rig)] == [
        ("unknown_fact", True),
        ("answer_without_case", True),
    ]


def test_a_till_cannot_settle_a_case_of_another_store(rig: HubRig) -> None:
    rig.ask("PUT", "/v1/stores", {"stores": [{"code": "S2", "name": "Dua", "country": "ID"}]})
    journal = case_of_a_broken_entry(rig)
    stranger = rig.enrol("S2")
    rig.push(Journal(stranger).append(answer(journal, "entered")), till=stranger)
    assert [(one.kind, one.is_open) for one in cases(rig)[:1]] == [("unknown_fact", True)]


def test_an_answer_of_somebody_who_is_no_manager_settles_nothing_and_is_told(rig: HubRig) -> None:
    journal = case_of_a_broken_entry(rig, "cashier")
    assert outcomes(rig.push(journal.append(answer(journal, "entered")))) == [APPLIED]
    assert [(one.kind, one.is_open) for one in cases(rig)] == [
        ("unknown_fact", True),
        ("settled_without_role", True),
    ]


def test_an_answer_that_only_the_till_needs_is_kept_in_its_journal_alone(rig: HubRig) -> None:
    journal = rig.journal()
    fact = ExceptionSettled(number=0, kind="print_failed", subject="12", answer="not_needed")
    assert outcomes(rig.push(journal.append(fact))) == [APPLIED]
    assert cases(rig) == []


def test_the_owner_settles_by_key_once(rig: HubRig) -> None:
    case_of_a_broken_entry(rig)
    path, wish = "/v1/exceptions/1/settle", {"answer": "reported", "note": "ticket 9"}
    settled = msgspec.convert(rig.ask("POST", path, wish), ExceptionCase)
    assert [(one.answer, one.note, one.till_number) for one in settled.answers] == [
        ("reported", "ticket 9", 0)
    ]
    rig.now_ms += 1000
    assert msgspec.convert(rig.ask("POST", path, wish), ExceptionCase) == settled
    assert rig.refused("POST", path, {"answer": "entered"}) == (409, "settled")
    assert pulled(rig) == {"1": settled}


@pytest.mark.parametrize("number", [0, 2, LARGEST, LARGEST + 1, 10**40])
def test_a_case_that_is_not_there_cannot_be_settled(rig: HubRig, number: int) -> None:
    case_of_a_broken_entry(rig)
    assert rig.refused("POST", f"/v1/exceptions/{number}/settle", {"answer": "x"}) == (404, "not_found")
    assert rig.refused("POST", "/v1/exceptions/1/settle", {"answer": "x"}, key=rig.till.token)[0] == 403
    assert [one.is_open for one in cases(rig)] == [True]


def test_cases_filed_before_there_was_a_stream_reach_the_tills(tmp_path: Path) -> None:
    path = str(tmp_path / "hub.db")
    config = Config()
    config.set_main_option("script_location", str(Path(hub.__file__).parent / "migrations"))
    database = Database(path)
    row = {"device_id": "d", "kind": "receipt_twice", "detail": "Twice.", "event_id": "e", "at_ms": AT_MS}
    with database.writing.connect() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "customers_merge")
    for number, store in enumerate(("s1", "s2", "", "s1"), start=1):
        one = insert(tables.exception_case).values(number=number, store_id=store, **row)
        database.write(lambda conn, one=one: conn.execute(one))
    database.close()
    opened = open_database(path)
    opened.write(lambda conn: epochs.begin(conn, AT_MS))
    page = opened.read(lambda conn: feed.page_of(conn, feed.exceptions_stream("s1"), "", 10, now_ms=AT_MS))
    opened.close()
    assert (page.upto, page.head, [one.key for one in page.changes]) == (2, 2, ["1", "4"])
    told = [msgspec.json.decode(one.record, type=ExceptionCase) for one in page.changes]
    assert [(one.number, one.kind, one.is_open) for one in told] == [
        (1, "receipt_twice", True),
        (4, "receipt_twice", True),
    ]
