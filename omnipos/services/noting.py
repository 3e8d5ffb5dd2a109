"""Writing notes on the lines of the open basket and on its receipt."""

from omnipos.domain import noting as rules
from omnipos.domain.staff import Right
from omnipos.services.selling import BasketView, open_basket, save, view_of
from omnipos.services.till import Till


def write(till: Till, receipt_note: str | None = None, line_id: int = 0, line_note: str = "") -> BasketView:
    """Write the receipt's note unless it is None, and that of a line unless its id is 0, in one commit.

    An empty note takes it off. Raises BasketRefused, or EntryRefused for a card number.
    """
    till.signed_in(Right.SELL)
    before = after = open_basket(till)
    if line_id:
        after = rules.note_line(after, line_id, line_note)
    if receipt_note is not None:
        after = rules.note_receipt(after, receipt_note)
    view = view_of(till, after, line_id)
    save(till, before, after)
    return view
