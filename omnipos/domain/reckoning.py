"""Reckoning: what the entries of a shift come to, for X and Z alike, in whole minor units."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple, assert_never

from omnipos.domain.basket import Line
from omnipos.domain.drawer import CashMove
from omnipos.domain.sale import Sale, SaleLine
from omnipos.domain.saving import SavingKind
from omnipos.domain.shift import (
    CountTold,
    DrawerSums,
    ForeignCash,
    Takings,
    TakingsByDepartment,
    TakingsByKind,
    TakingsBySaving,
    TakingsByStaff,
    TakingsByTax,
    Voids,
)
from omnipos.domain.tender import Tender, TenderKind


class LineOut(NamedTuple):
    """A line that was voided."""

    line: Line


class BasketOut(NamedTuple):
    """A basket that was given up."""

    lines: tuple[Line, ...]


class TenderBack(NamedTuple):
    """A payment that was given back before its sale was finished."""

    tender: Tender


class FloatCounted(NamedTuple):
    """The float that was counted into the drawer."""

    float_minor: int


class Moved(NamedTuple):
    """Cash in or out that is no sale."""

    move: CashMove
    amount_minor: int


class NoSale(NamedTuple):
    """The drawer opened without a sale."""


class QuoteSold(NamedTuple):
    """A quote became a sale."""


MOST_GAPS = 20
"""Missing numbers told one by one where many are missing in a row."""

NOTHING: Mapping[str, int] = MappingProxyType({})
"""No foreign cash was left."""

Happened = Sale | LineOut | BasketOut | TenderBack | FloatCounted | Moved | CountTold | NoSale | QuoteSold


class Entry(NamedTuple):
    """One thing that happened in a shift, and who did it."""

    staff_id: str
    what: Happened


class Reckoned(NamedTuple):
    """What a shift comes to."""

    takings: Takings
    drawer: DrawerSums


def reckon(
    entries: Iterable[Entry],
    left_minor: int = 0,
    last_number: int = 0,
    left_foreign: Mapping[str, int] = NOTHING,
) -> Reckoned:
    """Return the sums of a shift that began with what another left, behind a receipt number.

    What is expected in the drawer is float + cash tendered − change − cash refunds + paid in − paid out
    − safe drops; foreign cash stands apart, as what was left of it and what was taken. Numbers of
    receipts that are missing are gaps.
    """
    sums = Reckoning(left_minor, last_number, left_foreign)
    for entry in entries:
        sums.add(entry)
    return sums.done()


def number_of(receipt_number: str) -> int:
    """Return the count at the end of a receipt number, 0 where there is none."""
    digits = receipt_number.rpartition("-")[2]
    return int(digits) if digits.isascii() and digits.isdigit() else 0


class Reckoning:
    """Sums under way, entry by entry."""

    def __init__(
        self, left_minor: int = 0, last_number: int = 0, left_foreign: Mapping[str, int] = NOTHING
    ) -> None:
        """Begin with what lies in the drawer, behind a receipt number."""
        self._float_minor = self._left_minor = left_minor
        self._number = last_number
        self._heads: dict[str, int] = defaultdict(int)
        self._receipts: list[str] = []
        self._gaps: list[str] = []
        self._kinds: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        self._taxes: dict[tuple[str, int, bool], list[int]] = defaultdict(lambda: [0, 0])
        self._tax_names: dict[tuple[str, int, bool], str] = {}
        self._departments: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        self._savings: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self._staff: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._voids: dict[str, int] = defaultdict(int)
        self._cash: dict[str, int] = defaultdict(int)
        self._foreign: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self._told: CountTold | None = None
        self._left_foreign = {code: minor for code, minor in left_foreign.items() if minor}

    def add(self, entry: Entry) -> None:
        """Take one entry in."""
        who = self._staff[entry.staff_id]
        match entry.what:
            case Sale() as sale:
                self._add_sale(sale)
            case LineOut(line=line):
                self._void("lines", line.amount_minor)
                who["voids"] += 1
            case BasketOut(lines=lines):
                self._void("baskets", sum(line.amount_minor for line in lines))
                who["voids"] += 1
            case TenderBack(tender=tender):
                self._void("tenders", tender.amount_minor)
            case FloatCounted(float_minor=float_minor):
                self._float_minor = float_minor
            case Moved(move=move, amount_minor=amount_minor):
                self._cash[f"{move.value}_minor"] += amount_minor
                self._cash["moves"] += 1
            case CountTold() as count:
                self._told = count
            case NoSale():
                self._cash["no_sales"] += 1
                who["no_sales"] += 1
            case QuoteSold():
                self._heads["quotes_sold"] += 1
            case unknown:
                assert_never(unknown)

    def _void(self, what: str, amount_minor: int) -> None:
        self._voids[what] += 1
        self._voids[f"{what}_minor"] += amount_minor

    def _add_sale(self, sale: Sale) -> None:
        heads, who = self._heads, self._staff[sale.staff_id]
        heads["sales"] += 1
        for name in ("total_minor", "tax_minor", "rounding_minor", "change_minor", "saved_minor"):
            heads[name] += getattr(sale, name)
        who["sales"] += 1
        who["total_minor"] += sale.total_minor
        self._count_number(sale.receipt_number)
        for line in sale.lines:
            self._add_line(line, who)
        self._add_taxes(sale)
        for tender in sale.tenders:
            self._add_tender(tender)
        self._cash["change_minor"] += sale.change_minor

    def _count_number(self, receipt: str) -> None:
        number = number_of(receipt)
        beginning = receipt.rpartition("-")[0]
        upto = min(number, self._number + 1 + MOST_GAPS)
        self._gaps += [f"{beginning}-{missing:06d}" for missing in range(self._number + 1, upto)]
        self._number = max(number, self._number)
        self._receipts.append(receipt)

    def _add_line(self, line: SaleLine, who: dict[str, int]) -> None:
        returned_minor = line.net_minor if line.returned is not None else 0
        if line.returned is not None:
            self._heads["returns"] += 1
            self._heads["returned_minor"] += returned_minor
            who["returned_minor"] += returned_minor
        if line.gift_card:
            self._heads["gift_cards_minor"] += line.net_minor
        elif line.deposit_on:
            self._heads["deposits_minor"] += line.net_minor
        else:
            _add(self._departments[line.department], 1, line.net_minor, returned_minor)
        for saving in line.savings:
            _add(self._savings[saving.kind.value, saving.name], 1, saving.amount_minor)
            if saving.kind is SavingKind.DISCOUNT:
                who["discounts_minor"] += saving.amount_minor

    def _add_taxes(self, sale: Sale) -> None:
        rates = {tax.code: tax for tax in sale.taxes}
        for line in sale.lines:
            rate = rates.get(line.tax_code)
            key = (line.tax_code, rate.rate_ppm, rate.inclusive) if rate else (line.tax_code, 0, True)
            _add(self._taxes[key], line.net_minor, line.tax_minor)
            self._tax_names[key] = rate.name if rate else ""

    def _add_tender(self, tender: Tender) -> None:
        amount_minor = tender.amount_minor
        _add(self._kinds[tender.kind.value], 1, amount_minor, min(amount_minor, 0))
        if tender.qr is not None and not tender.qr.verified:
            self._heads["unverified_qr_minor"] += amount_minor
        if tender.kind is TenderKind.CASH:
            self._cash["taken_minor"] += max(amount_minor, 0)
            self._cash["refunds_minor"] += max(-amount_minor, 0)
        if tender.kind is TenderKind.FOREIGN_CASH and tender.foreign is not None:
            _add(self._foreign[tender.foreign.currency], tender.foreign.amount_minor, amount_minor)

    def done(self) -> Reckoned:
        """Return what it all comes to so far."""
        return Reckoned(self._takings(), self._drawer())

    def _takings(self) -> Takings:
        return Takings(
            **self._heads,
            first_receipt=self._receipts[0] if self._receipts else "",
            last_receipt=self._receipts[-1] if self._receipts else "",
            gaps=tuple(self._gaps),
            tenders=tuple(
                TakingsByKind(kind=kind, count=count, amount_minor=amount, back_minor=back)
                for kind, (count, amount, back) in sorted(self._kinds.items())
            ),
            taxes=tuple(
                TakingsByTax(
                    code=key[0],
                    rate_ppm=key[1],
                    inclusive=key[2],
                    name=self._tax_names[key],
                    goods_minor=goods,
                    tax_minor=tax,
                )
                for key, (goods, tax) in sorted(self._taxes.items())
            ),
            departments=tuple(
                TakingsByDepartment(department=name, lines=lines, amount_minor=amount, returned_minor=back)
                for name, (lines, amount, back) in sorted(self._departments.items())
            ),
            savings=tuple(
                TakingsBySaving(kind=kind, name=name, count=count, amount_minor=amount)
                for (kind, name), (count, amount) in sorted(self._savings.items())
            ),
            staff=tuple(
                TakingsByStaff(staff_id=who, **{"sales": 0, "total_minor": 0} | did)
                for who, did in sorted(self._staff.items())
                if did
            ),
            voids=Voids(**self._voids),
        )

    def _drawer(self) -> DrawerSums:
        cash = self._cash
        expected_minor = (
            self._float_minor
            + cash["taken_minor"]
            - cash["change_minor"]
            - cash["refunds_minor"]
            + cash["paid_in_minor"]
            - cash["paid_out_minor"]
            - cash["safe_drop_minor"]
        )
        foreign = tuple(
            ForeignCash(
                currency=code,
                amount_minor=self._foreign[code][0],
                worth_minor=self._foreign[code][1],
                float_minor=self._left_foreign.get(code, 0),
            )
            for code in sorted({*self._left_foreign, *self._foreign})
        )
        return DrawerSums(
            float_minor=self._float_minor,
            expected_minor=expected_minor,
            foreign=foreign,
            float_short_minor=max(self._left_minor - self._float_minor, 0),
            told=self._told,
            **cash,
        )


def _add(sums: list[int], *more: int) -> None:
    for at, one in enumerate(more):
        sums[at] += one
