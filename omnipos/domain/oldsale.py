"""Sales of the system that a shop had before: one line of its file each, read as the sale that it was."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta

from omnipos.domain.cardnumber import free_text
from omnipos.domain.errors import EntryRefused
from omnipos.domain.levying import TaxRule, parts_of, tax_lines, treatment_of
from omnipos.domain.money import MOST_MINOR, format_amount, line_amount, round_cash
from omnipos.domain.names import fold
from omnipos.domain.quantity import MOST_MILLI, PIECE_MILLI
from omnipos.domain.sale import Sale, SaleLine
from omnipos.domain.saving import Saving, SavingKind
from omnipos.domain.shop import Shop
from omnipos.domain.tax import PPM, Tax, TaxRounding, TaxTotal
from omnipos.domain.tender import Tender, TenderKind
from omnipos.locale import _

MOST_AHEAD_MS = 60 * 60_000
"""The old system's clock may be ahead by so much; later than that lies in the future."""
EARLIEST_MS = 315_532_800_000
"""1980: what says it is older counts seconds, not milliseconds."""
_PERCENT_PPM = 10_000

Signed = Annotated[int, Meta(ge=-MOST_MINOR, le=MOST_MINOR)]
Short = Annotated[str, Meta(max_length=200)]
Long = Annotated[str, Meta(max_length=2000)]
Digits = Annotated[int, Meta(ge=0, le=10**18)]


class OldLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line; a quantity below zero is a return or a credit. Sums are minor units."""

    quantity: Decimal
    unit_price_minor: Signed
    discount_minor: Signed = 0
    """Taken off the line's amount; what is added to it is below zero."""
    barcode: Short | Digits | None = None
    sku: Short | Digits | None = None
    department: Short | None = None
    name: Long | None = None
    tax_rate_ppm: Annotated[int, Meta(ge=0, le=10 * PPM)] | None = None


class OldTender(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One payment; cash below zero is change given, or money given back."""

    kind: TenderKind
    amount_minor: Signed


class OldSale(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One sale as the old system tells it. `at` is ISO 8601, of the shop's zone unless it says, or ms UTC."""

    number: Annotated[str, Meta(min_length=1, max_length=64)] | Digits
    at: Annotated[str, Meta(max_length=64)] | int
    lines: Annotated[tuple[OldLine, ...], Meta(max_length=2000)]
    tenders: Annotated[tuple[OldTender, ...], Meta(max_length=100)] = ()
    staff: Short | Digits | None = None
    customer_phone: Short | Digits | None = None


class Goods(msgspec.Struct, frozen=True):
    """What the catalogue knows by a barcode or SKU."""

    product_id: str
    sku: str
    name: str
    unit: str = "pcs"
    department: str = ""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What old sales are read with: the shop, its zone and taxes, its goods by code, its people by name."""

    shop: Shop
    zone: tzinfo
    now_ms: int
    taxes: Mapping[tuple[int, bool], Tax]
    """By rate on the price before tax, in millionths, and whether prices hold it; see `taxes_by_rate`."""
    by_barcode: Mapping[str, Goods]
    by_sku: Mapping[str, Goods]
    staff: Mapping[str, str]
    """Ids of people by the id itself and by folded name."""
    prices_hold_tax: bool


def taxes_by_rate(taxes: Mapping[str, Tax], at_ms: int) -> dict[tuple[int, bool], Tax]:
    """Return a shop's taxes by what they take of the price before them, and whether prices hold it."""
    found: dict[tuple[int, bool], Tax] = {}
    for code, tax in taxes.items():
        treatment = treatment_of(code, taxes, at_ms)
        taken, inclusive = sum(treatment.taken), parts_of(code, taxes)[0].inclusive
        rate, rest = divmod(taken * PPM, treatment.whole - (taken if inclusive else 0))
        if not rest:
            found.setdefault((rate, inclusive), tax)
    return found


def habit_holds_tax(shop: Shop, taxes: Mapping[str, Tax]) -> bool:
    """Tell whether prices usually hold their tax: as the taxes that are not 0 do, else as in the country."""
    kinds = {tax.inclusive for tax in taxes.values() if tax.rate_ppm}
    return shop.country != "US" if len(kinds) != 1 else kinds.pop()


def old_sale_id(store_id: str, number: str) -> str:
    """Return the id of an old sale: the same for the same number of a store, always."""
    return hashlib.sha256(f"{store_id}/{number}".encode()).hexdigest()[:32]


def number_of(old: OldSale) -> str:
    """Return a sale's number in the old system; raise EntryRefused for none that can be read."""
    number = free_text(str(old.number), 64)
    if not number:
        raise EntryRefused(_("The sale's number cannot be read."))
    return number


def fingerprint(old: OldSale) -> str:
    """Return what differs as soon as anything in the sale does."""
    return hashlib.sha256(msgspec.json.encode(old)).hexdigest()[:32]


def read_sale(old: OldSale, using: Reading, customer_id: str = "") -> Sale:
    """Return an old sale with its sums; raise EntryRefused when they do not add up, or for what is no sale.

    A line is quantity × unit price, rounded half up, less its discount. Whether prices hold the tax or
    it comes on top is what the tenders say: first as the shop's habit, then the other way.
    """
    number = number_of(old)
    at_ms = _moment(old.at, using)
    lines = [_line(line, using) for line in old.lines]
    tenders, change_minor = _tenders(old.tenders)
    rates = [line.tax_rate_ppm or 0 for line in old.lines]
    lines, taxes, total_minor = _taxed(lines, rates, old.tenders, using)
    given = sum(tender.amount_minor for tender in old.tenders)
    staff = str(old.staff if old.staff is not None else "")
    return Sale(
        sale_id=old_sale_id(using.shop.store_id, number),
        receipt_number=number,
        store_id=using.shop.store_id,
        till_number=0,
        staff_id=using.staff.get(staff) or using.staff.get(fold(staff)) or _said(staff, 80),
        currency=using.shop.currency,
        completed_at_ms=at_ms,
        lines=tuple(lines),
        taxes=taxes,
        total_minor=total_minor,
        rounding_minor=given - total_minor,
        tenders=tenders,
        change_minor=change_minor,
        customer_id=customer_id,
    )


def _moment(at: str | int, using: Reading) -> int:
    if isinstance(at, str):
        try:
            moment = datetime.fromisoformat(at.strip())
            aware = moment if moment.tzinfo else moment.replace(tzinfo=using.zone)
            at_ms = int(aware.timestamp()) * 1000 + aware.microsecond // 1000
        except (ValueError, OverflowError):
            raise EntryRefused(
                _("“{text}” is no time. Write it like 2024-03-31T14:05:00+07:00.").format(text=at[:40])
            ) from None
    else:
        at_ms = at
    if at_ms > using.now_ms + MOST_AHEAD_MS:
        raise EntryRefused(_("Its time, {at}, lies in the future.").format(at=_shown(at_ms, using.zone)))
    if at_ms < EARLIEST_MS:
        raise EntryRefused(
            _("Its time, {at}, is before 1980. Are these seconds? Milliseconds are needed.").format(
                at=_shown(at_ms, using.zone)
            )
        )
    return at_ms


def _shown(at_ms: int, zone: tzinfo) -> str:
    try:
        return datetime.fromtimestamp(at_ms // 1000, zone).isoformat()
    except (ValueError, OverflowError, OSError):
        return f"{str(at_ms)[:20]} ms"


def _line(line: OldLine, using: Reading) -> SaleLine:
    barcode, sku = _text(line.barcode), _text(line.sku)
    goods = using.by_barcode.get(barcode) or using.by_sku.get(sku or barcode)
    if goods is None:
        barcode, sku = _said(barcode, 64), _said(sku, 64)
    department = _said(line.department or "", 64)
    name = _said(line.name or "", 200) or (goods.name if goods else barcode or sku or department)
    if not name:
        raise EntryRefused(_("A line has no name, no barcode, no SKU and no department."))
    milli = _milli(line.quantity)
    amount = line_amount(milli, line.unit_price_minor)
    if abs(amount) > MOST_MINOR:
        raise EntryRefused(_("The sum of “{name}” is too large.").format(name=name[:40]))
    taken_off = 0 <= line.discount_minor <= amount
    savings = (
        (Saving(kind=SavingKind.DISCOUNT, name=_("Discount"), amount_minor=line.discount_minor),)
        if taken_off and line.discount_minor
        else ()
    )
    return SaleLine(
        product_id=goods.product_id if goods else "",
        sku=goods.sku if goods else sku or barcode,
        name=name,
        quantity_milli=milli,
        unit_price_minor=line.unit_price_minor,
        amount_minor=amount if taken_off else amount - line.discount_minor,
        tax_code="",
        tax_minor=0,
        unit=goods.unit if goods else "pcs",
        savings=savings,
        department=department or (goods.department if goods else ""),
    )


@lru_cache(maxsize=8192)
def _said(text: str, longest: int) -> str:
    """Return a text cleaned, without a card number in it; the same few stand in most lines."""
    return free_text(text, longest) if text else ""


def _text(code: str | int | None) -> str:
    return "" if code is None else str(code).strip()


def _milli(quantity: Decimal) -> int:
    if not quantity.is_finite() or len(quantity.as_tuple().digits) > 20 or quantity.adjusted() > 10:
        raise EntryRefused(_("“{text}” is no quantity.").format(text=str(quantity)[:20]))
    milli = quantity * PIECE_MILLI
    if milli != milli.to_integral_value():
        raise EntryRefused(
            _("The quantity {text} has more than three decimals.").format(text=str(quantity)[:20])
        )
    if abs(milli) > MOST_MILLI:
        raise EntryRefused(
            _("{quantity} is more than one line can hold. Was a barcode scanned here?").format(
                quantity=str(quantity)[:20]
            )
        )
    return int(milli)


def _tenders(old: Sequence[OldTender]) -> tuple[tuple[Tender, ...], int]:
    """Return the tenders and the change: cash below zero, unless the sale itself gave money back."""
    cash = [one.amount_minor for one in old if one.kind is TenderKind.CASH]
    change = -sum(amount for amount in cash if amount < 0)
    is_change = change <= sum(amount for amount in cash if amount > 0)
    kept = tuple(
        Tender(kind=one.kind, amount_minor=one.amount_minor)
        for one in old
        if not (is_change and one.kind is TenderKind.CASH and one.amount_minor < 0)
    )
    return kept, change if is_change else 0


Taxed = tuple[list[SaleLine], tuple[TaxTotal, ...], int]


def _taxed(lines: list[SaleLine], rates: list[int], tenders: Sequence[OldTender], using: Reading) -> Taxed:
    """Return the lines with the tax that makes them add up to the tenders, the totals per tax, and the total.

    Where none does, raise EntryRefused.
    """
    given = sum(one.amount_minor for one in tenders)
    cash = sum(one.amount_minor for one in tenders if one.kind is TenderKind.CASH)
    ways: list[Taxed] = []
    for way in _ways(lines, rates, using):
        if way[2] == given:
            return way
        ways.append(way)
    for way in ways:
        # What was settled in cash may have been rounded as the shop settles cash.
        if cash and round_cash(way[2] - (given - cash), using.shop.cash_rounding) == cash:
            return way
    total, currency = ways[0][2], using.shop.currency
    raise EntryRefused(
        _("tenders {tenders}, lines {lines}: {difference} differ").format(
            tenders=format_amount(given, currency),
            lines=format_amount(total, currency),
            difference=format_amount(abs(given - total), currency),
        )
    )


def _ways(lines: list[SaleLine], rates: list[int], using: Reading) -> Iterator[Taxed]:
    """Yield the ways in which a sale may have been taxed, the likeliest first."""
    habit, rounding = using.prices_hold_tax, using.shop.tax_rounding
    yield _tax(lines, rates, using, (habit, rounding))
    if any(rates):
        yield _tax(lines, rates, using, (not habit, rounding))
        for other in TaxRounding:
            if other is not rounding:
                yield _tax(lines, rates, using, (False, other))


def _tax(lines: list[SaleLine], rates: list[int], using: Reading, how: tuple[bool, TaxRounding]) -> Taxed:
    inclusive, rounding = how
    taxes = {rate: _tax_of(rate, inclusive, using) for rate in set(rates)}
    codes = [taxes[rate].code for rate in rates]
    rule = TaxRule(taxes={tax.code: tax for tax in taxes.values()}, rounding=rounding)
    amounts = [(line.net_minor, code) for line, code in zip(lines, codes, strict=True)]
    totals, line_taxes = tax_lines(amounts, rule)
    taxed = [
        msgspec.structs.replace(line, tax_code=code, tax_minor=tax_minor)
        for line, code, tax_minor in zip(lines, codes, line_taxes, strict=True)
    ]
    on_top = 0 if inclusive else sum(line_taxes)
    return taxed, totals, sum(line.net_minor for line in lines) + on_top


def _tax_of(rate_ppm: int, inclusive: bool, using: Reading) -> Tax:
    """Return the shop's own tax of a rate, else one that is named by the rate."""
    own = using.taxes.get((rate_ppm, inclusive))
    whole, rest = divmod(rate_ppm, _PERCENT_PPM)
    percent = f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + "%"
    return Tax(
        code=own.code if own else percent,
        name=own.name if own else percent,
        rate_ppm=rate_ppm,
        inclusive=inclusive,
        reason=own.reason if own else "",
    )
