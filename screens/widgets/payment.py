"""The right side of paying: what is due and how it may be given; afterwards the change, large."""

from collections.abc import Sequence
from itertools import zip_longest

from rich.cells import cell_len

from omnipos.domain.account import masked_code
from omnipos.domain.money import currency, format_amount, format_money
from omnipos.domain.sale import Sale
from omnipos.domain.tender import Tender, TenderKind, tender_words
from omnipos.locale import _, later
from omnipos.services.selling import BasketView
from omnipos.services.watching import SaleStanding
from screens.commands import Command, key_name
from screens.widgets.cells import Row, between, cut, drawn, fit, framed, right, wrapped
from screens.widgets.digits import large
from screens.widgets.marks import sale_marks
from screens.widgets.side import WIDE

GIFT = Command("f6", later("Gift receipt"), "gift", later("Print the goods without their prices"))
PRINT = Command("f7", later("Print again"), "print", later("Print this receipt again, marked COPY"))

NOTE_KEYS = ("f2", "f3", "f4", "f5", "f6", "f7", "f8")


def tender_name(tender: Tender) -> str:
    """Return a tender as one says it: cash, card with its last digits, paid online."""
    slip = tender.card
    kind = tender_words(tender)
    if tender.qr is not None and not tender.qr.verified:
        kind = _("{payment}, unverified").format(payment=kind)
    words = [kind, slip.scheme if slip else "", slip.last_four if slip else ""]
    if tender.kind is TenderKind.GIFT_CARD:
        words.append(masked_code(tender.reference))
    if tender.foreign is not None:
        money = tender.foreign
        words.append(f"{money.currency} {format_amount(money.amount_minor, money.currency)}")
    return drawn(" ".join(word for word in words if word))


class PaymentSide:
    """While paying: total, tenders, rounding and what is due; or the finished sale with its change."""

    def __init__(
        self, view: BasketView, sale: Sale | None, standing: SaleStanding, more: Sequence[str] = ()
    ) -> None:
        """Look at a basket to be paid, or at the sale it has become; `more` are keys not every shop has."""
        self._view, self._sale, self._standing = view, sale, standing
        self._ways = tuple(one for one in OTHER_WAYS if one[0] not in SOME_SHOPS or one[0] in more)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, PaymentSide)
            and self._view is other._view
            and self._sale is other._sale
            and self._standing is other._standing
            and self._ways == other._ways
        )

    def rows(self, width: int, height: int) -> list[Row]:
        """Return the rows in their box."""
        margin = 3 if width >= WIDE else 1
        room = width - 2 - 2 * margin
        found = self._rows(room, height - 3)
        above: list[Row] = [()] if width >= WIDE else []
        indented: list[Row] = [((" " * margin, "plain"), *row) for row in found]
        return framed(_("Payment"), above + indented, width, height, "accent")

    def _rows(self, width: int, height: int) -> list[Row]:
        if self._sale is not None:
            return [*_finished_rows(self._sale, width), sale_marks(self._standing)]
        if self._view.due.total_minor < 0:
            return _due_rows(self._view, width)
        rows = _due_rows(self._view, width) + _note_rows(self._view.basket.currency, width)
        if self._view.due.due_minor > 0:
            rows += _other_rows(self._ways, width, height - len(rows))
        return rows


def _sum_row(left: str, minor: int, code: str, width: int, style: str) -> Row:
    return ((between(left, format_amount(minor, code), width), style),)


def _tender_rows(tender: Tender, code: str, width: int) -> list[Row]:
    """Return a tender whole, its sum behind the last of its words: "unverified" is never cut away."""
    amount = format_amount(tender.amount_minor, code)
    *above, last = wrapped(tender_name(tender), width - cell_len(amount) - 1)
    return [*(((line, "plain"),) for line in above), ((between(last, amount, width), "plain"),)]


def _saved_rows(goods_minor: int, saved_minor: int, code: str, width: int) -> list[Row]:
    if not saved_minor:
        return []
    return [
        _sum_row(_("Goods"), goods_minor, code, width, "plain"),
        _sum_row(_("Saved"), -saved_minor, code, width, "good"),
    ]


def _due_rows(view: BasketView, width: int) -> list[Row]:
    code, owed = view.basket.currency, view.due
    rows = [
        *_saved_rows(view.totals.goods_minor, view.totals.saved_minor, code, width),
        _sum_row(_("Total"), owed.total_minor, code, width, "plain"),
    ]
    for tax in view.totals.taxes:
        if tax.rate_ppm:
            name = _("of which {tax}") if tax.inclusive else _("with {tax}")
            rows.append(_sum_row(name.format(tax=drawn(tax.name)), tax.tax_minor, code, width, "dim"))
    rows += [_sum_row(tender_name(t), -t.amount_minor, code, width, "good") for t in view.basket.all_tenders]
    if owed.paid_minor:
        rows.append(_sum_row(_("Still due"), owed.due_minor, code, width, "plain"))
    if owed.total_minor < 0:
        return [*rows, *_back_rows(view, width)]
    if owed.rounding_minor:
        rows.append(_sum_row(_("Rounding, if in cash"), owed.rounding_minor, code, width, "plain"))
    if view.basket.payments:
        rows.append(_open_row(view, width))
    rows.append((("─" * width, "dim"),))
    rows.append(((between(_("DUE IN CASH"), format_money(owed.cash_due_minor, code), width), "accent"),))
    return rows


def _open_row(view: BasketView, width: int) -> Row:
    """Return whether somebody is asked for a payment now, or nobody knows the end of one."""
    if view.asking is None:
        return ((cut(_("Payment unknown · ^O"), width), "bad"),)
    by_code = view.asking is TenderKind.QR
    return ((cut(_("Asking the acquirer") if by_code else _("Asking the terminal"), width), "warn"),)


def _back_rows(view: BasketView, width: int) -> list[Row]:
    code, owed = view.basket.currency, view.due
    rows: list[Row] = []
    if owed.rounding_minor:
        rows.append(_sum_row(_("Rounding, if in cash"), owed.rounding_minor, code, width, "plain"))
    rows.append((("─" * width, "dim"),))
    back = format_money(-owed.cash_due_minor, code)
    rows.append(((between(_("GOES BACK"), back, width), "accent"),))
    return rows


def _note_rows(code: str, width: int) -> list[Row]:
    notes = [format_amount(note, code) for note in currency(code).notes]
    keys = [key_name(key) for key in NOTE_KEYS]
    room = (width - 2 * len("F2  ") - len("  ")) // 2
    cells = [(key, right(note, room)) for key, note in zip(keys, notes, strict=False)]
    middle = (len(cells) + 1) // 2
    rows: list[Row] = [(), ((cut(_("One key for a note"), width), "dim"),)]
    for number in range(middle):
        pieces: list[tuple[str, str]] = []
        for key, note in (cells[number], *cells[middle + number : middle + number + 1]):
            pieces += [(f"{key:<4}", "accent"), (f"{note}  " if not pieces else note, "plain")]
        rows.append(tuple(pieces))
    return rows


OTHER_WAYS = (
    ("C", later("Card")),
    ("T", later("Slip")),
    ("Q", later("QR")),
    ("O", later("Own QR")),
    ("G", later("Gift card")),
    ("S", later("Credit")),
    ("A", later("Account")),
    ("U", later("Foreign")),
)
SOME_SHOPS = "TOU"
"""Ways that are there only with a card terminal, with an acquirer, or with a rate for another currency."""


def _other_rows(ways: Sequence[tuple[str, str]], width: int, height: int) -> list[Row]:
    """Return the keys of the other ways to pay, two a row; where little room is left, the keys alone."""
    room = (width - 2 * len("C  ") - 1) // 2
    cells: list[Row] = [((f"{key}  ", "accent"), (fit(_(way), room), "plain")) for key, way in ways]
    pairs = zip_longest(cells[::2], cells[1::2], fillvalue=())
    head: Row = ((cut(_("Or another way"), width), "dim"),)
    named: list[Row] = [(*left, (" ", "plain"), *beside) for left, beside in pairs]
    keys: Row = ((cut("  ".join(key for key, _way in ways), width), "accent"),)
    return next(
        (rows for rows in ([(), head, *named], [head, *named], named, [keys]) if len(rows) <= height), []
    )


def _finished_rows(sale: Sale, width: int) -> list[Row]:
    code = sale.currency
    rows = [_sum_row(_("Total"), sale.total_minor, code, width, "plain")]
    if sale.saved_minor:
        rows.insert(0, _sum_row(_("Saved"), -sale.saved_minor, code, width, "good"))
    if sale.rounding_minor:
        rows.append(_sum_row(_("Rounding"), sale.rounding_minor, code, width, "plain"))
    rows += [row for one in sale.tenders for row in _tender_rows(one, code, width)]
    rows += [(("─" * width, "dim"),), ()]
    prefix = currency(code).prefix.strip()
    back = -sum(one.amount_minor for one in sale.tenders if one.kind is TenderKind.CASH)
    is_back = sale.total_minor < 0
    said, in_hand = (_("CASH BACK"), back) if is_back else (_("CHANGE DUE"), sale.change_minor)
    rows.append(((said, "strong"), (f"  {prefix}", "dim")))
    rows.append(())
    big = large(format_amount(in_hand, code), width)
    style = "accent" if in_hand else "dim"
    rows += [((right(line, width), style),) for line in big]
    saved = _("Sale {number} saved.").format(number=sale.receipt_number)
    rows += [(), *(((line, "good"),) for line in wrapped(saved, width))]
    return rows
