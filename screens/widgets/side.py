"""Beside the basket: the customer's card, and the totals with their tax."""

from collections.abc import Sequence

from textual.content import Content

from omnipos.domain.money import format_amount, format_money
from omnipos.domain.phone import display
from omnipos.locale import _, ngettext
from omnipos.services.recognising import CustomerCard
from omnipos.services.selling import BasketView
from screens import times
from screens.desk import Desk
from screens.widgets.cells import Row, between, cut, drawn, wrapped
from screens.widgets.painted import Painted

CHANNEL_WORDS = {"store": "●", "web": "○"}


def purchase_rows(card: CustomerCard, desk: Desk, width: int) -> list[Row]:
    """Return the last purchases of every channel, two rows each."""
    rows: list[Row] = []
    for one in card.customer.purchases:
        when = times.day_or_clock(one.at_ms, desk.now_ms, desk.zone)
        channel = _("shop") if one.channel == "store" else drawn(one.channel)
        amount = format_amount(one.total_minor, desk.currency)
        rows.append(((between(f"{when} {channel}", amount, width), "plain"),))
        rows.append(((cut(f" {drawn(one.summary)}", width), "dim"),))
    return rows


class CustomerPane(Painted):
    """The card of the customer beside the basket."""

    def __init__(self, desk: Desk) -> None:
        """Begin with nobody."""
        super().__init__()
        self._desk = desk
        self._card: CustomerCard | None = None
        self._is_shown = False

    def show(self) -> None:
        """Show the card that the desk has now."""
        card = self._desk.card
        if self._is_shown and card is self._card:
            return
        self._card, self._is_shown = card, True
        self.border_title = Content(drawn(card.customer.name) if card else _("Customer"))
        self.set_class(card is None, "-nobody")
        self.repaint()

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return who it is, what waits for them and what they bought, as much as there is room for."""
        card, room = self._card, width - 2
        if card is None:
            hint = _("Type a phone number, or press F2.")
            return [((f" {line}", "dim"),) for line in wrapped(hint, room)]
        who = card.customer
        points = format_amount(who.points, "IDR")
        rows: list[Row] = [((display(who.phone), "plain"),)]
        standing = [drawn(who.tier)] if who.tier else []
        standing += [_("{points} points").format(points=points)]
        rows.append(((" · ".join(standing), "plain"),))
        if card.orders:
            count = len(card.orders)
            text = ngettext("{count} order to collect", "{count} orders to collect", count)
            rows.append((("● " + text.format(count=count), "accent"),))
        rows += purchase_rows(card, self._desk, room)
        as_of = self._desk.clock(card.as_of_ms) if card.as_of_ms else _("never")
        rows = rows[: max(height - 1, 1)]
        rows.append(((_("as of {time}").format(time=as_of), "dim"),))
        return [((" ", "plain"), *((cut(text, room), style) for text, style in row)) for row in rows]


class TotalsPane(Painted):
    """Lines, tax and total, set at the bottom."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self._view: BasketView | None = None

    def show(self, view: BasketView | None) -> None:
        """Show the sums of a basket."""
        if view is not self._view:
            self._view = view
            self.repaint()

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return the sums from the bottom up."""
        if self._view is None:
            return ()
        view, room = self._view, width - 3
        rows = [((f"  {between(left, behind, room)}", style),) for left, behind, style in _sums(view, height)]
        return [()] * (height - len(rows)) + rows


def _sums(view: BasketView, height: int) -> list[tuple[str, str, str]]:
    currency = view.basket.currency
    count = len(view.basket.lines)
    found = [(ngettext("{count} line", "{count} lines", count).format(count=count), "", "dim")]
    taxed = [tax for tax in view.totals.taxes if tax.rate_ppm]
    for tax in taxed[: max(height - 3, 0)]:
        found.append((drawn(tax.name), format_amount(tax.tax_minor, currency), "dim"))
    if view.due.paid_minor:
        found.append((_("Paid"), format_amount(-view.due.paid_minor, currency), "plain"))
        found.append((_("DUE"), format_money(view.due.due_minor, currency), "strong"))
    else:
        found.append((_("TOTAL"), format_money(view.totals.total_minor, currency), "strong"))
    return found[-height:]
