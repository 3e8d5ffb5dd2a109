"""Notes of a sale: one on a line, such as "no ice", and one on the whole receipt."""

from msgspec.structs import replace

from omnipos.domain.basket import Basket, BasketState, line_of
from omnipos.domain.cardnumber import free_text
from omnipos.domain.errors import BasketRefused
from omnipos.locale import _

LONGEST_LINE_NOTE = 80
LONGEST_RECEIPT_NOTE = 200


def note_line(basket: Basket, line_id: int, note: str) -> Basket:
    """Return the basket with a note on a line, also when part is paid; an empty note takes it off.

    Raises BasketRefused when the line is gone, EntryRefused for a card number.
    """
    assert basket.state is BasketState.OPEN, "only the open basket changes"
    line = replace(line_of(basket, line_id), note=free_text(note, LONGEST_LINE_NOTE))
    return replace(basket, lines=tuple(line if one.line_id == line_id else one for one in basket.lines))


def note_receipt(basket: Basket, note: str) -> Basket:
    """Return the basket with a note on its receipt; an empty note takes it off. Raises EntryRefused."""
    assert basket.state is BasketState.OPEN, "only the open basket changes"
    written = free_text(note, LONGEST_RECEIPT_NOTE)
    if written and not basket.lines:
        raise BasketRefused(_("The basket is empty. Scan something first."))
    return replace(basket, receipt_note=written)
