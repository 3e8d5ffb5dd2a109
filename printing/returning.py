"""What a receipt says beside its sums when goods came back with it."""

from collections.abc import Iterator

from omnipos.domain.names import clean_text
from omnipos.domain.sale import Sale
from omnipos.locale import _
from printing.document import Align, Element, Feed, Row, Text


def return_title(sale: Sale) -> Iterator[Element]:
    """Yield that this is a return or an exchange, and of which receipt."""
    back = [line.returned for line in sale.lines if line.returned is not None]
    if not back:
        return
    yield Text(_("RETURN") if len(back) == len(sale.lines) else _("EXCHANGE"), Align.CENTER, bold=True)
    numbers = dict.fromkeys(clean_text(one.receipt_number, 40) for one in back if one.receipt_number)
    for number in numbers:
        yield Row((_("Of receipt"), number))
    if not numbers:
        yield Text(_("Without a receipt, allowed by a manager"))


def signature(sale: Sale) -> Iterator[Element]:
    """Yield where the customer signs for money that was given back."""
    if sale.total_minor < 0:
        yield Feed(2)
        yield Row((_("Customer"), "_" * 24))
