"""What a person must settle, on the screens and line by line: found, read, answered by number, offline."""

import msgspec
import pytest

from omnipos.config import Settings
from omnipos.domain.money import format_money
from omnipos.locale import speak
from omnipos.ports import LinkReport, LinkState
from omnipos.protocol import Outcome, Verdict
from omnipos.services import settling, watching
from omnipos.services.till import Till
from omnipos.store import outbox
from omnipos.store.connection import transaction
from screens.desk import Desk
from screens.widgets.header import HeaderLine, standing
from tests.rigs import NOON_MS, QuietLine, exception_case, fill_exceptions, staff_members
from tests.ui.driving import counter
from tests.ui.plain_rig import INDOMIE, say, tell


@pytest.fixture
def managed(till: Till) -> Till:
    """The till with three cases in its mirror and the manager Budi signed in."""
    fill_exceptions(till.store.folder)
    till.staff = staff_members()[1]
    return till


def hub_says(till: Till, outcome: Outcome) -> None:
    """Let the hub answer to the oldest entry that waits."""

    def write() -> None:
        db = till.store.books
        header = outbox.next_batch(db, 1, 1 << 20)[0].header
        verdict = Verdict(epoch=header.epoch, seq=header.seq, event_id=header.event_id, outcome=outcome)
        with transaction(db):
            outbox.record_verdicts(db, (verdict,))

    till.store.call(write)


async def test_a_case_is_found_from_the_status_line_read_and_settled(managed: Till) -> None:
    async with counter(managed) as hands:
        assert "▲ needs attention · ^S" in hands.text
        await hands.press("ctrl+s")
        assert "To be settled by a person, at this till" in hands.text
        await hands.press("ctrl+x")
        assert "2 to settle" in hands.text
        assert "One online order was handed over twice." in hands.text
        await hands.press("enter")
        assert "Order W-1001 was handed over a second time." in hands.text
        assert "Please check" in hands.text
        assert " 1 The goods are back in the store." in hands.text
        await hands.press("enter")
        assert "Enter is no answer here." in hands.text
        await hands.type("9")
        assert hands.up == "CaseScreen"
        await hands.type("1")
        assert hands.up == "NoteForm"
        assert [one.case.is_open for one in managed.call(settling.listed)] == [True, True, False]
        await hands.type("shelf A1")
        await hands.press("enter")
        assert hands.up == "ExceptionsScreen"
        assert "Exception 7 is settled." in hands.text
        assert "1 to settle" in hands.text
        assert "● all at hub" in hands.text or "1 waiting" in hands.text
        await hands.press("down", "enter")
        assert "Settled by Budi, 17:00: The goods are back in the store." in hands.text
        assert "shelf A1" in hands.text


async def test_a_cashier_reads_a_case_and_is_asked_for_a_managers_word(till: Till) -> None:
    fill_exceptions(till.store.folder)
    async with counter(till) as hands:
        await hands.press("ctrl+x", "enter")
        await hands.type("1")
        await hands.press("enter")
        assert hands.up == "WordScreen"
        assert "Settling exception 7: Sari may not do this." in hands.text
    assert not till.call(settling.find, "7").case.answers


async def test_nothing_to_settle_says_so(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("ctrl+x", "enter")
        assert "Nothing needs a person here." in hands.text


async def test_each_sale_says_whether_it_is_at_the_hub(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(INDOMIE)
        await hands.press("f12", "enter")
        assert "✓ on disk  ○ at hub" in hands.text
        hub_says(till, Outcome.APPLIED)
        await hands.app.look_around()
        await hands.settle()
        assert "✓ on disk  ✓ at hub" in hands.text
        await hands.scan(INDOMIE)
        await hands.press("f12", "enter", "escape", "f7")
        hub_says(till, Outcome.QUARANTINED)
        await hands.app.look_around()
        await hands.settle()
        listed = [row for row in hands.text.splitlines() if "S1-1-00000" in row]
        assert "✓ on disk  ▲ set aside" in listed[0]
        assert "✓ on disk  ✓ at hub" in listed[1]
        assert all(format_money(3500, "IDR") in row for row in listed)
        await hands.press("enter")
        assert "✓ on disk  ▲ set aside" in hands.text


@pytest.mark.parametrize(
    ("state", "sales", "said"),
    [
        (LinkState.ASKING, 0, "○ asking the hub"),
        (LinkState.ONLINE, 0, "● all at hub"),
        (LinkState.ONLINE, 2, "● 2 waiting since 17:00"),
        (LinkState.AWAY, 0, "○ hub away"),
        (LinkState.AWAY, 2, "○ hub away · 2 waiting"),
        (LinkState.ATTENTION, 2, "▲ needs attention · ^S"),
    ],
)
def test_the_status_line_says_exactly_one_thing(
    till: Till, line: QuietLine, state: LinkState, sales: int, said: str
) -> None:
    for _sale in range(sales):
        say(till, INDOMIE, "pay cash", "1")
    line.link = LinkReport(state=state, since_ms=NOON_MS)
    desk = desk_of(till)
    assert standing(desk.status, desk)[0] == said


def desk_of(till: Till) -> Desk:
    desk = Desk(till, Settings())
    desk.shop, desk.status = till.call(Till.shop), till.call(watching.status)
    return desk


@pytest.mark.parametrize("language", ["en", "id", "ms"])
def test_the_status_line_is_whole_on_the_smallest_screen(
    managed: Till, line: QuietLine, language: str
) -> None:
    line.print_trouble = "Printer out of paper."
    desk = desk_of(managed)
    assert desk.status is not None
    speak(language)
    for state in LinkState:
        for waiting in (0, 54_321):
            status = msgspec.structs.replace(
                desk.status, link=state, waiting=waiting, open_here=0, waiting_since_ms=1
            )
            desk.status = status
            row = HeaderLine(desk).paint(80, 1)[0]
            assert standing(status, desk)[0] in "".join(text for text, _style in row)
            assert "Toko Sinar" in row[0][0]


def test_plain_lists_reads_and_settles(managed: Till) -> None:
    assert say(managed, "exceptions") == (
        "2 exceptions. 7, 16:50, Till 1: One online order was handed over twice. 8, 16:50, Till 2:"
        " A new customer has the id of another. The other card is left as it was."
        " Type exception and its number to hear the answers."
    )
    assert say(managed, "exception 7") == (
        "7, 16:50, Till 1: One online order was handed over twice. Order W-1001 was handed over a second"
        " time. Please check: a sale, goods or money may be missing. Order W-1001. 1: The goods are back in"
        " the store. 2: The customer paid for the goods. 3: The goods are lost and written off."
        " Type settle 7 and the number of the answer."
    )
    assert "1 exception to settle; type exceptions." in say(managed, "status")
    told = tell(managed, "settle 7 2 Rp 13.000 in cash")
    assert told["say"] == "Exception 7 is settled: The customer paid for the goods."
    assert [(one["answer"], one["note"]) for one in told["exception"]["settled"]] == [
        ("charged", "Rp 13.000 in cash")
    ]
    assert say(managed, "exception 7").endswith(
        "Settled by Budi, 17:00: The customer paid for the goods. Rp 13.000 in cash"
    )
    assert [one["ref"] for one in tell(managed, "exceptions")["exceptions"]] == ["8"]


@pytest.mark.parametrize(
    "line", ["settle", "settle 7", "settle 7 9", "settle 99 1", "exception", "exception x"]
)
def test_plain_refuses_what_makes_no_sense(managed: Till, line: str) -> None:
    assert not tell(managed, line)["ok"]
    assert managed.call(settling.find, "7").case == exception_case()


def test_plain_says_where_a_sale_is(till: Till) -> None:
    told = tell(till, INDOMIE, "pay cash", "receipt S1-1-000001")
    assert told["say"].endswith("It is on disk and waits for the hub.")
    hub_says(till, Outcome.APPLIED)
    told = tell(till, "receipt")
    assert told["say"].endswith("It is on disk and at the hub.")
    assert told["receipt"]["standing"] == "at_hub"
    assert "The last sale is S1-1-000001. It is on disk and at the hub." in say(till, "status")
    assert not tell(till, "receipt S1-1-000099")["ok"]
