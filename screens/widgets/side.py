"""Beside the basket: one pane, and what stands in it while selling: the customer's card and the sums."""

from collections.abc import Sequence
from typing import Protocol

from rich.cells import cell_len

from omnipos.domain.account import AccountKind
from omnipos.domain.money import format_amount, format_money
from omnipos.domain.phone import display
from omnipos.locale import _, ngettext
from omnipos.services.recognising import CustomerCard
from omnipos.services.selling import BasketView
from screens import times
from screens.desk import Desk
from screens.widgets.cells import Row, between, cut, drawn, framed, wrapped
from screens.widgets.painted import Painted

WIDE = 40
TOTALS_NARROW = 6
TOTALS_WIDE = 8
"""From `WIDE` cells on there is room for more rows of sums."""
COUPONS_NARROW = 2
COUPONS_WIDE = 4
"""Of many coupons the last ones given stand beside the basket."""


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


class Beside(Protocol):
    """What can stand beside the basket."""

    def rows(self, width: int, height: int) -> list[Row]:
        """Return the rows to show in so many cells."""
        ...


class SidePane(Painted):
    """All that stands beside the basket, one widget: another face of it changes no layout."""

    _shown: Beside | None = None

    def show(self, beside: Beside) -> None:
        """Show something beside the basket; the same again costs nothing."""
        if beside != self._shown:
            self._shown = beside
            self.repaint()

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return the rows."""
        return self._shown.rows(width, height) if self._shown is not None else ()


class SellingSide:
    """While selling: the customer's card, and the sums at the bottom."""

    def __init__(self, desk: Desk) -> None:
        """Look at the desk as it is now."""
        self._desk, self._view, self._card = desk, desk.view, desk.card

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SellingSide) and self._view is other._view and self._card is other._card

    def rows(self, width: int, height: int) -> list[Row]:
        """Return the card over the sums."""
        coupons, totals = (COUPONS_WIDE, TOTALS_WIDE) if width >= WIDE else (COUPONS_NARROW, TOTALS_NARROW)
        sums = [*_coupon_rows(self._view, width, coupons), *_sum_rows(self._view, width, totals)]
        sums = [()] * (totals - len(sums)) + sums
        room = height - len(sums)
        title = drawn(self._card.customer.name) if self._card else _("Customer")
        card = _card_rows(self._card, self._desk, width - 2, room - 2)
        return framed(title, card, width, room, "dim") + sums


def _card_rows(card: CustomerCard | None, desk: Desk, width: int, height: int) -> list[Row]:
    """Return who it is, what waits for them and what they bought, as much as there is room for."""
    room = width - 2
    if card is None:
        hint = _("Type a phone number, or press F2.")
        return [((f" {line}", "dim"),) for line in wrapped(hint, room)]
    who = card.customer
    points = format_amount(who.points, "IDR")
    rows: list[Row] = [((display(who.phone), "plain"),)]
    standing = [drawn(who.tier)] if who.tier else []
    standing += [_("{points} points").format(points=points)]
    rows.append(((" · ".join(standing), "plain"),))
    rows += balance_rows(card, desk, room)
    if card.orders:
        count = len(card.orders)
        text = ngettext("{count} order to collect", "{count} orders to collect", count)
        rows.append((("● " + text.format(count=count), "accent"),))
    rows += purchase_rows(card, desk, room)
    as_of = desk.clock(card.as_of_ms) if card.as_of_ms else _("never")
    rows = rows[: max(height - 1, 1)]
    rows.append(((_("as of {time}").format(time=as_of), "dim"),))
    return [((" ", "plain"), *((cut(text, room), style) for text, style in row)) for row in rows]


def balance_rows(card: CustomerCard, desk: Desk, room: int) -> list[Row]:
    """Return the customer's store credit and debt, each with its own "as of" where it is another."""
    rows: list[Row] = []
    for one, text in ((card.credit, _("Credit {amount}")), (card.owed, _("Owes {amount}"))):
        if one is not None and (one.balance_minor or one.limit_minor):
            said = text.format(amount=format_money(one.balance_minor, one.currency))
            style = "accent" if one.kind is AccountKind.STORE_CREDIT else "warn"
            as_of = ""
            if one.as_of_ms and desk.clock(one.as_of_ms) != desk.clock(card.as_of_ms):
                as_of = _("as of {time}").format(time=desk.clock(one.as_of_ms))
            both = f"{said} · {as_of}" if as_of else said
            if cell_len(both) <= room:
                rows.append(((both, style),))
            else:
                rows += [((said, style),), ((f"  {as_of}", "dim"),)]
    return rows


def _coupon_rows(view: BasketView | None, width: int, most: int) -> list[Row]:
    """Return the coupons in the basket, each with what it opens and saves or why it does nothing yet."""
    if view is None:
        return []
    room = width - 3
    rows: list[Row] = []
    for one in view.coupons[-most:]:
        saved = format_amount(-one.saved_minor, view.basket.currency) if one.saved_minor else ""
        rows.append(((f"  {between(drawn(one.code), saved, room)}", "good" if saved else "warn"),))
        if one.name:
            opens = _("opens: {name}").format(name=drawn(one.name))
            rows.append(((f"  {cut(opens, room)}", "dim"),))
        if one.idle:
            rows.append(((f"  {cut(one.idle, room)}", "warn"),))
    return [*rows, ()] if rows else rows


def _sum_rows(view: BasketView | None, width: int, height: int) -> list[Row]:
    """Return lines, tax, what is saved, and the total."""
    if view is None:
        return []
    room = width - 3
    return [((f"  {between(left, behind, room)}", style),) for left, behind, style in _sums(view, height)]


def _sums(view: BasketView, height: int) -> list[tuple[str, str, str]]:
    currency = view.basket.currency
    count = len(view.basket.lines)
    found = [(ngettext("{count} line", "{count} lines", count).format(count=count), "", "dim")]
    saved = view.totals.saved_minor
    if view.basket.exemption is not None:
        reason = drawn(view.basket.exemption.reason)
        found.append((_("No tax: {reason}").format(reason=reason), "", "accent"))
    taxed = [tax for tax in view.totals.taxes if tax.rate_ppm]
    for tax in taxed[: max(height - 3 - bool(saved), 0)]:
        found.append((drawn(tax.name), format_amount(tax.tax_minor, currency), "dim"))
    if saved:
        found.append((_("Saved"), format_amount(-saved, currency), "good"))
    if view.due.paid_minor:
        found.append((_("Paid"), format_amount(-view.due.paid_minor, currency), "plain"))
        found.append((_("DUE"), format_money(view.due.due_minor, currency), "strong"))
    else:
        found.append((_("TOTAL"), format_money(view.totals.total_minor, currency), "strong"))
    return found[-height:]
