"""Taking goods back: what of a sale may still be returned, and a line that mirrors what was sold.

A sold line is shared out over its part returns by cumulative shares: each part is what has come back
with it less what had come back before, so that all parts together are the whole line to the minor unit.
"""

from collections.abc import Mapping, Sequence

import msgspec

from omnipos.domain.basket import MOST_LINES, Basket, Line, assert_open_to_change, check_amount
from omnipos.domain.errors import BasketRefused
from omnipos.domain.levying import parts_of, treatment_of
from omnipos.domain.money import half_up
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.domain.returned import Refundable, ReturnOf
from omnipos.domain.sale import Sale, SaleLine
from omnipos.domain.tax import Tax, TaxTotal, share
from omnipos.domain.tender import Tender, TenderKind
from omnipos.locale import _


class EarlierReturn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came back of a sale before: the sale that took it back, its lines, and the money it used up."""

    sale_id: str
    receipt_number: str
    at_ms: int
    credit_minor: int
    lines: tuple[tuple[int, int], ...]
    """The sold line's place, from 1, and the quantity (thousandths) that came back of it."""
    serials: tuple[str, ...] = ()
    tenders: tuple[Tender, ...] = ()
    """Those that gave money back; below zero."""


def earlier_return(sale: Sale, original_id: str) -> EarlierReturn | None:
    """Return what a sale took back of another one, or None when it took nothing back of it."""
    back = [line for line in sale.lines if line.returned is not None and line.returned.sale_id == original_id]
    if not back:
        return None
    credit = next((one for one in sale.credits if one.sale_id == original_id), None)
    given = credit.tenders if credit is not None else sale.tenders
    return EarlierReturn(
        sale_id=sale.sale_id,
        receipt_number=sale.receipt_number,
        at_ms=sale.completed_at_ms,
        credit_minor=sale.credit_minor if credit is None else credit.credit_minor,
        lines=tuple((line.returned.line_no, -line.quantity_milli) for line in back if line.returned),
        serials=tuple(serial for line in back for serial in line.serials),
        tenders=tuple(tender for tender in given if tender.amount_minor < 0),
    )


class SoldLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a sale and how much of it came back already; `line_no` is its place from 1."""

    line_no: int
    line: SaleLine
    returned_milli: int
    serials: tuple[str, ...] = ()
    """The numbers that have not come back yet."""
    refusal: str = ""
    """Why it cannot come back at all."""

    @property
    def left_milli(self) -> int:
        """How much may still come back."""
        return 0 if self.refusal else max(self.line.quantity_milli - self.returned_milli, 0)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A sale whose goods may come back, with all that is known to have come back of it.

    `asked_hub` is false when only this till was looked through.
    """

    sale: Sale
    earlier: tuple[EarlierReturn, ...] = ()
    asked_hub: bool = False

    @property
    def lines(self) -> tuple[SoldLine, ...]:
        """The sale's lines with what may still come back of each."""
        return tuple(_sold_line(self, index) for index in range(1, len(self.sale.lines) + 1))

    @property
    def refundable(self) -> Refundable:
        """What of the money paid may still go back, and by which means."""
        used = sum(one.credit_minor for one in self.earlier)
        return Refundable(
            sale_id=self.sale.sale_id,
            receipt_number=self.sale.receipt_number,
            left_minor=max(paid_minor(self.sale) - used, 0),
            tenders=_left_of_tenders(self.sale, self.earlier),
            customer_id=self.sale.customer_id,
            known=tuple(one.sale_id for one in self.earlier),
        )


def with_earlier(found: Found, more: Sequence[EarlierReturn]) -> Found:
    """Return a sale with further returns of it, those it has already counted once."""
    known = {one.sale_id for one in found.earlier}
    fresh = tuple(one for one in more if one.sale_id not in known)
    return msgspec.structs.replace(found, earlier=(*found.earlier, *fresh))


def paid_minor(sale: Sale) -> int:
    """Return the money behind the goods of a sale: tenders less change, and what it took from a return."""
    return sale.total_minor + sale.rounding_minor + sale.credit_minor


def _sold_line(found: Found, line_no: int) -> SoldLine:
    line = found.sale.lines[line_no - 1]
    back = sum(milli for one in found.earlier for place, milli in one.lines if place == line_no)
    gone = {serial for one in found.earlier for serial in one.serials}
    return SoldLine(
        line_no=line_no,
        line=line,
        returned_milli=back,
        serials=tuple(serial for serial in line.serials if serial not in gone),
        refusal=_refusal(line),
    )


def _refusal(line: SaleLine) -> str:
    if line.returned is not None:
        return _("It came back itself with that receipt.")
    if line.is_money:
        return _("It is money, not goods; it does not come back as goods.")
    return ""


def _left_of_tenders(sale: Sale, earlier: Sequence[EarlierReturn]) -> tuple[Tender, ...]:
    """Return the sale's tenders with what may still go back by each; change comes off the cash."""
    off: dict[tuple[TenderKind, str], int] = {(TenderKind.CASH, ""): sale.change_minor}
    for tender in (tender for one in earlier for tender in one.tenders):
        off[_means(tender)] = off.get(_means(tender), 0) - tender.amount_minor
    left = []
    for tender in reversed(sale.tenders):
        if tender.amount_minor <= 0:
            continue
        used = min(off.get(_means(tender), 0), tender.amount_minor)
        if used:
            off[_means(tender)] -= used
        if tender.amount_minor > used:
            left.append(msgspec.structs.replace(tender, amount_minor=tender.amount_minor - used))
    return tuple(reversed(left))


def _means(tender: Tender) -> tuple[TenderKind, str]:
    """Return what a tender is counted with: all cash together, each gift card by itself."""
    if tender.kind is TenderKind.FOREIGN_CASH:
        return TenderKind.CASH, ""
    return tender.kind, tender.reference if tender.kind is TenderKind.GIFT_CARD else ""


def mirror(
    sale: Sale,
    sold: SoldLine,
    quantity_milli: int,
    taxes: Mapping[str, Tax],
    *,
    reason: str,
    damaged: bool = False,
) -> ReturnOf:
    """Return what comes back with a quantity of a sold line, all sums as in its sale.

    Raises BasketRefused for more than may still come back, or a part of a piece. `taxes` are those of
    the shop, for codes that several taxes share.
    """
    check_returnable(sold, quantity_milli)
    line, before = sold.line, sold.returned_milli
    after = before + quantity_milli
    pieces = _pieces(sale, line, taxes)
    earlier, now = _cumulative(line, pieces, before), _cumulative(line, pieces, after)
    savings = tuple(
        msgspec.structs.replace(saving, amount_minor=old - new)
        for saving, old, new in zip(line.savings, earlier.savings, now.savings, strict=True)
        if old != new
    )
    totals = tuple(
        msgspec.structs.replace(total, base_minor=old[0] - new[0], tax_minor=old[1] - new[1])
        for total, old, new in zip(pieces, earlier.taxes, now.taxes, strict=True)
    )
    return ReturnOf(
        sale_id=sale.sale_id,
        receipt_number=sale.receipt_number,
        store_id=sale.store_id,
        line_no=sold.line_no,
        amount_minor=earlier.net_minor - now.net_minor + sum(saving.amount_minor for saving in savings),
        tax_minor=sum(total.tax_minor for total in totals),
        reason=reason,
        savings=savings,
        taxes=totals,
        damaged=damaged,
    )


def with_serials(sold: SoldLine, quantity_milli: int, serials: Sequence[str]) -> SoldLine:
    """Return a sold line with the serial numbers that come back of it; raise BasketRefused.

    Nobody need choose them while all that may come back does.
    """
    if not sold.serials or (not serials and quantity_milli >= sold.left_milli):
        return sold
    pieces = quantity_milli // PIECE_MILLI
    if len(set(serials)) != pieces or not set(serials) <= set(sold.serials):
        raise BasketRefused(
            _("Choose which of {name} comes back, by serial number: {serials}.").format(
                name=sold.line.name, serials=", ".join(sold.serials)
            )
        )
    return msgspec.structs.replace(sold, serials=tuple(serials))


def check_returnable(sold: SoldLine, quantity_milli: int) -> None:
    """Raise BasketRefused for more than may still come back of a line, or a part of a piece."""
    name = sold.line.name
    if sold.refusal:
        raise BasketRefused(f"{name}: {sold.refusal}")
    if quantity_milli <= 0 or (sold.line.unit == "pcs" and quantity_milli % PIECE_MILLI):
        raise BasketRefused(_("Type how much of {name} comes back.").format(name=name))
    if not sold.left_milli:
        raise BasketRefused(_("All of {name} on this receipt came back already.").format(name=name))
    if quantity_milli > sold.left_milli:
        raise BasketRefused(
            _("Of {name} only {left} may still come back; {sold} were sold with this receipt.").format(
                name=name, left=_plain(sold.left_milli), sold=_plain(sold.line.quantity_milli)
            )
        )


def _plain(quantity_milli: int) -> str:
    whole, rest = divmod(quantity_milli, PIECE_MILLI)
    return f"{whole}.{rest:03d}" if rest else str(whole)


def put_back(basket: Basket, found: Found, sold: SoldLine, back: ReturnOf, quantity_milli: int) -> Basket:
    """Return the basket with goods of a sale that come back, beside those of others; raise BasketRefused."""
    after = put_line(basket, _line_of(basket.next_line_id, sold, back, quantity_milli))
    money = {one.sale_id: one for one in after.refundables} | {found.sale.sale_id: found.refundable}
    first, *more = money.values()
    return msgspec.structs.replace(after, refundable=first, more_refundables=tuple(more))


def put_line(basket: Basket, line: Line) -> Basket:
    """Return the basket with a line that comes back; raise BasketRefused."""
    back = line.returned
    assert back is not None, "only what comes back goes this way"
    line = msgspec.structs.replace(line, note=_note(back))
    assert_open_to_change(basket)
    if basket.order is not None:
        raise BasketRefused(
            _("An online order is handed over in this basket. Finish it, then take goods back.")
        )
    if any(
        one.returned is not None and bool(one.returned.sale_id) != bool(back.sale_id) for one in basket.lines
    ):
        raise BasketRefused(
            _("Goods with and without a receipt do not come back together. Finish this basket first.")
        )
    if any(_is_same(one, back) for one in basket.lines):
        raise BasketRefused(
            _("{name} comes back in this basket already. Take that line out to change it.").format(
                name=line.name
            )
        )
    if len(basket.lines) >= MOST_LINES:
        raise BasketRefused(_("This basket is full. Pay it and begin another."))
    check_amount(line)
    return msgspec.structs.replace(basket, lines=(*basket.lines, line), next_line_id=basket.next_line_id + 1)


def _note(back: ReturnOf) -> str:
    """Return what stands below the line on screen and paper."""
    words = [_("From {number}").format(number=back.receipt_number)] if back.receipt_number else []
    words += [back.reason, *([_("damaged")] if back.damaged else [])]
    return ", ".join(word for word in words if word)


def _is_same(line: Line, back: ReturnOf) -> bool:
    one = line.returned
    return (
        one is not None and bool(back.sale_id) and (one.sale_id, one.line_no) == (back.sale_id, back.line_no)
    )


def _line_of(line_id: int, sold: SoldLine, back: ReturnOf, quantity_milli: int) -> Line:
    line = sold.line
    return Line(
        line_id=line_id,
        product_id=line.product_id,
        sku=line.sku,
        name=line.name,
        quantity_milli=-quantity_milli,
        unit_price_minor=line.unit_price_minor,
        tax_code=line.tax_code,
        unit=line.unit,
        department=line.department,
        price_list=line.price_list,
        discountable=False,
        serials=sold.serials[: quantity_milli // PIECE_MILLI],
        returned=back,
    )


class _Shares(msgspec.Struct, frozen=True):
    """What a part of a sold line comes to; per tax its base and the tax."""

    net_minor: int
    savings: tuple[int, ...]
    taxes: tuple[tuple[int, int], ...]


def _cumulative(line: SaleLine, totals: Sequence[TaxTotal], quantity_milli: int) -> _Shares:
    """Return what the first so many thousandths of a line come to."""
    sold = line.quantity_milli
    net = half_up(line.net_minor * quantity_milli, sold)
    # Tax follows the rounded goods, so that no part has more tax than goods.
    part, whole = (net, line.net_minor) if line.net_minor else (quantity_milli, sold)
    own = [half_up(total.tax_minor * part, whole) for total in totals]
    base = net - sum(tax for tax, total in zip(own, totals, strict=True) if total.inclusive)
    whole_base = line.net_minor - sum(total.tax_minor for total in totals if total.inclusive)
    # A tax on the taxes before it has them in its base as well.
    more = [half_up((total.base_minor - whole_base) * part, whole) for total in totals]
    return _Shares(
        net_minor=net,
        savings=tuple(half_up(saving.amount_minor * quantity_milli, sold) for saving in line.savings),
        taxes=tuple((base + above, tax) for above, tax in zip(more, own, strict=True)),
    )


def _pieces(sale: Sale, line: SaleLine, taxes: Mapping[str, Tax]) -> tuple[TaxTotal, ...]:
    """Return what each tax of the sale came to on one of its lines alone."""
    if not sale.taxes:
        return ()
    on_receipt = {total.code: total for total in sale.taxes}
    if line.tax_code in on_receipt:
        total = on_receipt[line.tax_code]
        base = line.net_minor - (line.tax_minor if total.inclusive else 0)
        return (msgspec.structs.replace(total, base_minor=base, tax_minor=line.tax_minor),)
    parts = [part.at(sale.completed_at_ms) for part in parts_of(line.tax_code, taxes)]
    taken = treatment_of(line.tax_code, taxes, sale.completed_at_ms).taken
    base = line.net_minor - (line.tax_minor if parts[0].inclusive else 0)
    totals, before = [], 0
    for tax, tax_minor in zip(parts, share(line.tax_minor, taken), strict=True):
        shown = on_receipt.get(tax.code) or TaxTotal(
            code=tax.code,
            name=tax.name,
            rate_ppm=tax.rate_ppm,
            inclusive=tax.inclusive,
            base_minor=0,
            tax_minor=0,
        )
        own_base = base + (before if tax.compound else 0)
        totals.append(msgspec.structs.replace(shown, base_minor=own_base, tax_minor=tax_minor))
        before += tax_minor
    return tuple(totals)
