"""Notes on lines and on the receipt: kept with what they are about, and no card number among them."""

import pytest

from omnipos.domain.basket import Basket, Line, add_item, void_line
from omnipos.domain.catalogue import Item
from omnipos.domain.errors import BasketRefused, EntryRefused
from omnipos.domain.noting import note_line, note_receipt
from tests.rigs import INDOMIE, TEH

EMPTY = Basket(basket_id="b", number=1, currency="IDR", started_at_ms=0, staff_id="st")


def _basket() -> tuple[Basket, Line]:
    return add_item(EMPTY, Item(product=TEH), 1000)


def test_a_noted_line_stays_as_it_is_when_the_same_item_comes_again() -> None:
    basket, line = _basket()
    noted = note_line(basket, line.line_id, " no  ice ")
    after, added = add_item(noted, Item(product=TEH), 1000)
    assert [(one.note, one.quantity_milli) for one in after.lines] == [("no ice", 1000), ("", 1000)]
    assert added.line_id == 2
    assert note_line(noted, line.line_id, "").lines == basket.lines


def test_the_receipts_note_goes_with_the_last_line() -> None:
    basket, _line = _basket()
    two, indomie = add_item(note_receipt(basket, "Deliver on Friday"), Item(product=INDOMIE), 1000)
    one, _taken = void_line(two, indomie.line_id)
    assert one.receipt_note == "Deliver on Friday"
    none, _taken = void_line(one, 1)
    assert none.receipt_note == ""
    with pytest.raises(BasketRefused, match="Scan something first"):
        note_receipt(none, "x")
    assert note_receipt(none, "") == none


@pytest.mark.parametrize("text", ["4111 1111 1111 1111", "card 5555-5555-5555-4444!"])
def test_a_card_number_is_no_note(text: str) -> None:
    basket, line = _basket()
    with pytest.raises(EntryRefused, match="card number"):
        note_line(basket, line.line_id, text)
    with pytest.raises(EntryRefused, match="card number"):
        note_receipt(basket, text)


def test_notes_are_cut_to_what_paper_takes() -> None:
    basket, line = _basket()
    assert len(note_line(basket, line.line_id, "n" * 500).lines[0].note) == 80
    assert len(note_receipt(basket, "n" * 500).receipt_note) == 200


def test_a_line_that_is_gone_takes_no_note() -> None:
    with pytest.raises(BasketRefused, match="no longer in the basket"):
        note_line(EMPTY, 1, "x")
