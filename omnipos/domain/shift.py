"""A shift's totals: what X and Z reports say, and what stands in the way of a Z."""

from enum import StrEnum

import msgspec

from omnipos.domain.drawer import Pieces, worth_of
from omnipos.domain.staff import Approval
from omnipos.locale import _, later


class TakingsByKind(msgspec.Struct, frozen=True, kw_only=True):
    """What was tendered by one means before change; `back_minor` is the part of it, negative, given back."""

    kind: str
    count: int
    amount_minor: int
    back_minor: int = 0


class TakingsByTax(msgspec.Struct, frozen=True, kw_only=True):
    """What one tax at one rate came to, and the goods it is of, less what was saved on them."""

    code: str
    goods_minor: int
    tax_minor: int
    name: str = ""
    rate_ppm: int = 0
    inclusive: bool = True


class TakingsByDepartment(msgspec.Struct, frozen=True, kw_only=True):
    """What one department sold, less savings; what came back is taken off and told by itself."""

    department: str
    lines: int
    amount_minor: int
    returned_minor: int = 0


class TakingsBySaving(msgspec.Struct, frozen=True, kw_only=True):
    """What one promotion, discount or exemption took off."""

    kind: str
    name: str
    count: int
    amount_minor: int


class TakingsByStaff(msgspec.Struct, frozen=True, kw_only=True):
    """What one person sold, took back and voided."""

    staff_id: str
    sales: int
    total_minor: int
    returned_minor: int = 0
    discounts_minor: int = 0
    voids: int = 0
    no_sales: int = 0


class Voids(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken out before it was paid, and payments given back before their sale was finished."""

    lines: int = 0
    lines_minor: int = 0
    baskets: int = 0
    baskets_minor: int = 0
    tenders: int = 0
    tenders_minor: int = 0


class Takings(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of a shift's sales, in minor units."""

    sales: int = 0
    total_minor: int = 0
    tax_minor: int = 0
    rounding_minor: int = 0
    change_minor: int = 0
    saved_minor: int = 0
    returns: int = 0
    """Lines that came back."""
    returned_minor: int = 0
    gift_cards_minor: int = 0
    """Gift cards sold: money taken for what is no goods yet."""
    deposits_minor: int = 0
    """Deposits taken on quotes, less those given back."""
    quotes_sold: int = 0
    """Quotes that became sales."""
    unverified_qr_minor: int = 0
    """What was paid by QR code that nobody but the cashier has seen."""
    first_receipt: str = ""
    last_receipt: str = ""
    gaps: tuple[str, ...] = ()
    """Receipt numbers between the first and the last that no sale has."""
    tenders: tuple[TakingsByKind, ...] = ()
    taxes: tuple[TakingsByTax, ...] = ()
    departments: tuple[TakingsByDepartment, ...] = ()
    savings: tuple[TakingsBySaving, ...] = ()
    staff: tuple[TakingsByStaff, ...] = ()
    voids: Voids = Voids()


class ForeignCash(msgspec.Struct, frozen=True, kw_only=True):
    """Cash of another currency in the drawer, in its minor units; `worth_minor` is what it was taken for."""

    currency: str
    amount_minor: int
    """What was taken of it in the shift."""
    worth_minor: int
    float_minor: int = 0
    """What the last shift left of it."""

    @property
    def expected_minor(self) -> int:
        """What of it should lie in the drawer: none is ever given back."""
        return self.float_minor + self.amount_minor


class ForeignCount(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted of another currency at the close, in its minor units."""

    currency: str
    expected_minor: int
    counted_minor: int
    difference_minor: int
    """Counted less expected."""
    left_minor: int
    """What stays in the drawer for the next shift."""
    counted: tuple[Pieces, ...] = ()
    rate_minor: int = 0
    """What 1 major unit was worth in the shop's own money at the close; 0 where it had no rate any more."""

    def adds_up(self) -> bool:
        """Tell whether the pieces, the difference and what stays agree."""
        return (
            worth_of(self.counted) == self.counted_minor
            and self.counted_minor - self.expected_minor == self.difference_minor
            and 0 <= self.left_minor <= self.counted_minor
        )


class CountTold(msgspec.Struct, frozen=True, kw_only=True, tag="count_told"):
    """A count that was off and told to who counts blind: it stands, as the next one is blind no more."""

    staff_id: str
    counted: tuple[Pieces, ...]
    counted_minor: int
    difference_minor: int
    foreign: tuple[ForeignCount, ...] = ()

    def differences(self, own: str) -> dict[str, int]:
        """Return by how much it was off in each currency, the shop's own first."""
        return _off(own, self.difference_minor, self.foreign)


def _off(own: str, difference_minor: int, foreign: tuple[ForeignCount, ...]) -> dict[str, int]:
    found = {own: difference_minor} | {one.currency: one.difference_minor for one in foreign}
    return {code: minor for code, minor in found.items() if minor}


class DrawerSums(msgspec.Struct, frozen=True, kw_only=True):
    """What went into and out of the drawer; `expected_minor` is what should lie in it."""

    float_minor: int = 0
    taken_minor: int = 0
    """Cash tendered, before change."""
    change_minor: int = 0
    refunds_minor: int = 0
    """Cash given back for returns, as a positive sum."""
    paid_in_minor: int = 0
    paid_out_minor: int = 0
    safe_drop_minor: int = 0
    moves: int = 0
    no_sales: int = 0
    expected_minor: int = 0
    foreign: tuple[ForeignCash, ...] = ()
    float_short_minor: int = 0
    """By how much the float that was counted is less than what the last shift left."""
    told: CountTold | None = None
    """The count that somebody was told the difference of, before the one that the Z is of."""

    def adds_up(self) -> bool:
        """Tell whether what is expected is what the other sums say."""
        into = self.float_minor + self.taken_minor + self.paid_in_minor
        out = self.change_minor + self.refunds_minor + self.paid_out_minor + self.safe_drop_minor
        return into - out == self.expected_minor


class ObstacleKind(StrEnum):
    """What keeps a shift from being closed."""

    BASKET = "basket"
    PAYMENT = "payment"
    PAPER = "paper"
    NUMBERS = "numbers"


class Obstacle(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in the way of a Z; `subject` is the basket, payment, paper or number that it is about."""

    kind: ObstacleKind
    subject: str


OBSTACLE_WORDS = {
    ObstacleKind.BASKET: later("Basket {subject} is not finished. Pay it, or void it."),
    ObstacleKind.PAYMENT: later("Nobody knows how a payment of {subject} ended. Settle it first."),
    ObstacleKind.PAPER: later("A paper is not printed: {subject} See to the printer, or settle it."),
    ObstacleKind.NUMBERS: later(
        "Receipt number {subject} is missing. Run omnipos verify and tell the support."
    ),
}


def obstacle_words(obstacle: Obstacle) -> str:
    """Say what stands in the way of a Z, and what to do about it."""
    return _(OBSTACLE_WORDS[obstacle.kind]).format(subject=obstacle.subject)


class ShiftReport(msgspec.Struct, frozen=True, kw_only=True):
    """All that an X or a Z says of one shift. A Z has a number, and is never made again.

    The first sale's or float's time gives the business date, also of a shift that ends after midnight.
    """

    shift: str
    store_id: str
    till_number: int
    currency: str
    business_date: str
    began_at_ms: int
    until_ms: int
    takings: Takings
    drawer: DrawerSums
    number: str = ""
    """Printed on the Z, `S1-2-Z0017`; in a new epoch of the till with its letter, as on receipts."""
    count: int = 0
    """How many Z this till's books have, this one with them."""
    closed_by: str = ""
    counted: tuple[Pieces, ...] = ()
    counted_minor: int = 0
    difference_minor: int = 0
    """Counted less expected: more than nothing is over, less is short."""
    left_minor: int = 0
    """What stays in the drawer, and is the next shift's float unless that is counted anew."""
    over_short: Approval | None = None
    forced: Approval | None = None
    obstacles: tuple[Obstacle, ...] = ()
    """What it was closed over, on the word of who forced it."""
    first_epoch: int = 0
    """The epoch of the till's journal in which the shift began."""
    foreign_counted: tuple[ForeignCount, ...] | None = None
    """Foreign cash that there should be or is; None in an X, and in a Z from before any was counted."""
    allowed: Approval | None = None
    """Who allowed the count to somebody without the right."""

    @property
    def is_recount(self) -> bool:
        """Whether a count before this one was told, and differed otherwise from what should be there."""
        own, told = self.currency, self.drawer.told
        now = _off(own, self.difference_minor, self.foreign_counted or ())
        return told is not None and told.differences(own) != now

    def left_foreign(self) -> dict[str, int]:
        """Return what stays in the drawer of other currencies, in their minor units."""
        return {one.currency: one.left_minor for one in self.foreign_counted or () if one.left_minor}
