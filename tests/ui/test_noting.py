"""Notes at the counter and in plain words: written, seen, sold, printed, and kept over a park."""

import pytest

from omnipos.domain.paper import ReceiptPaper, paper_of
from omnipos.events import SaleCompleted, decode_fact
from omnipos.services import selling
from omnipos.services.till import Till
from omnipos.store import journal
from omnipos.store.printjobs import StoredJobs
from printing.document import as_text
from printing.receipt import receipt
from tests.rigs import HandClock
from tests.ui.driving import LARGE, SMALL, counter
from tests.ui.plain_rig import INDOMIE, TEH, say, tell


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_notes_are_written_on_a_line_and_on_the_receipt(till: Till, size: tuple[int, int]) -> None:
    async with counter(till, size) as hands:
        await hands.press("ctrl+n")
        assert "Scan something first." in hands.text
        await hands.scan(INDOMIE, TEH)
        await hands.press("ctrl+n")
        assert hands.up == "NotesScreen"
        assert "Teh Botol 450 ml" in hands.text
        await hands.type("4111111111111111")
        await hands.press("enter", "enter")
        assert "4111" not in hands.text, "it is refused when another field is typed in, and goes"
        await hands.press("up")
        await hands.type("no ice")
        await hands.press("enter")
        await hands.type("4111111111111111")
        await hands.press("enter")
        assert hands.up == "NotesScreen", "a card number is refused and nothing is lost"
        await hands.press("ctrl+u")
        await hands.type("Deliver on Friday")
        await hands.press("enter")
        assert hands.up == "SellScreen"
        rows = hands.text.splitlines()
        assert next(n for n, row in enumerate(rows) if "no ice" in row) == 1 + next(
            n for n, row in enumerate(rows) if "Teh Botol" in row
        )
        assert "Note: Deliver on Friday" in hands.text
        await hands.press("ctrl+n")
        await hands.press("ctrl+u", "enter", "enter")
        assert "no ice" not in hands.text
        assert "Note: Deliver on Friday" in hands.text


async def test_what_is_typed_is_the_note_of_a_parked_basket_and_its_age_is_shown(
    till: Till, clock: HandClock
) -> None:
    async with counter(till) as hands:
        await hands.scan(INDOMIE)
        await hands.type("red shirt")
        await hands.press("f4")
        assert "Basket 1 is parked." in hands.text
        clock.at_ms += 12 * 60_000
        await hands.press("f4")
        assert "1  Basket 1 · 12 min · 1 line · red shirt" in hands.text


def test_plain_words_write_and_read_notes(till: Till) -> None:
    assert say(till, "note").startswith("Type note and the text")
    assert say(till, "line-note 2").startswith("Type line-note")
    assert say(till, INDOMIE, TEH, "line-note 2 no ice") == "The note stands on line 2."
    assert say(till, "line-note 3 x") == "There is no line 3; the basket has 2 lines."
    assert say(till, "note Deliver on Friday") == "The note stands on the receipt."
    assert "card number" in say(till, "note 4111111111111111")
    assert "Line 2: Teh Botol 450 ml, 1 piece, Rp 6.000, note: no ice." in say(till, "basket")
    assert "Note: Deliver on Friday" in say(till, "basket")
    assert say(till, "line-note 1 spicy", "line-note 1 off") == "Line 1 has no note now."
    assert say(till, "park meja 5", "recall") is not None
    shape = tell(till, "basket")["basket"]
    assert (shape["note"], [one["note"] for one in shape["lines"]]) == ("Deliver on Friday", ["", "no ice"])


def test_notes_stand_on_the_paper_and_in_the_event(till: Till) -> None:
    sale = tell(till, INDOMIE, TEH, "line-note 2 no ice", "note Deliver on Friday", "pay cash")["sale"]
    assert (sale["note"], [one["note"] for one in sale["lines"]]) == ("Deliver on Friday", ["", "no ice"])
    assert till.call(selling.current).basket.receipt_note == "", "the next basket begins without one"
    event = till.store.call(lambda: list(journal.read_events(till.store.books)))[-1]
    fact = decode_fact(event.body)
    assert isinstance(fact, SaleCompleted)
    assert (fact.sale.note, fact.sale.lines[1].note) == ("Deliver on Friday", "no ice")
    job = StoredJobs(till.store).next_job()
    assert job is not None
    paper = paper_of(job)
    assert isinstance(paper, ReceiptPaper)
    rows = as_text(receipt(paper, copy=False), 32).splitlines()
    assert rows[rows.index("  no ice") - 1].startswith("Teh Botol 450 ml")
    assert "Note: Deliver on Friday" in rows
