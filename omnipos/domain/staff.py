"""Staff: their roles and rights, and how long a till waits after wrong PINs."""

from enum import StrEnum

import msgspec


class Role(StrEnum):
    """The roles that every shop has from its first day; the hub may have more, and change these."""

    CASHIER = "cashier"
    MANAGER = "manager"


class Right(StrEnum):
    """One thing a person may do."""

    SELL = "sell"
    COLLECT = "collect"
    REPORT = "report"
    COUNT = "count"
    OVERRIDE = "override"
    SETTLE = "settle"
    DISCOUNT = "discount"
    PRICE = "price"
    """Give a line another price by hand."""
    RETURN = "return"
    """Take goods back with their receipt, the money going the way it came."""
    RETURN_FREELY = "return_freely"
    """Take goods back without a receipt, too late, or more than was sold."""
    REFUND_CASH = "refund_cash"
    """Give cash back for what was not paid in cash."""
    DRAWER = "drawer"
    """Open a shift with its float; pay in, pay out, drop cash into the safe."""
    NO_SALE = "no_sale"
    """Open the drawer without a sale."""
    CASH_UP = "cash_up"
    """Count the drawer and close the shift."""
    PAYMENT = "payment"
    """Settle a payment that nobody knows the end of."""
    ACCOUNT = "account"
    """Sell on account, and lend beyond a limit."""
    STAFF = "staff"
    """Say who works here and what they may do."""
    TRAIN = "train"
    """Begin and end training."""
    BACK_OFFICE = "back_office"
    """Open the pages of the back office, and see there how the shop stands."""
    GOODS = "goods"
    """Change products, prices, taxes, promotions and coupons in the back office."""
    CUSTOMERS = "customers"
    """See and change customers in the back office, join two cards, forget somebody."""
    STORES = "stores"
    """Change stores and their settings, enrol and revoke tills in the back office."""


RIGHTS = {
    Role.CASHIER: frozenset(
        {Right.SELL, Right.COLLECT, Right.RETURN, Right.DRAWER, Right.CASH_UP, Right.TRAIN}
    ),
    Role.MANAGER: frozenset(Right),
}


class StaffRole(msgspec.Struct, frozen=True, kw_only=True):
    """What people of one role may do. An empty name is that of a role that every shop has."""

    code: str
    name: str = ""
    rights: tuple[str, ...] = ()


BUILT_IN_ROLES = tuple(
    StaffRole(code=role.value, rights=tuple(one.value for one in Right if one in rights))
    for role, rights in RIGHTS.items()
)


class Staff(msgspec.Struct, frozen=True, kw_only=True, tag="staff"):
    """One person of the shop. The hashes are argon2id in its standard text form.

    `rights` are those of the role as the hub has it, so that a till joins nothing; None, from an
    older hub, means what the role is by itself. A right that this program does not know is ignored.
    """

    staff_id: str
    name: str
    role: str
    pin_hash: str
    active: bool = True
    role_name: str = ""
    rights: tuple[str, ...] | None = None
    badge_id: str = ""
    """The part of the badge that tells whose it is; the rest of it is secret."""
    badge_hash: str = ""

    def may(self, right: Right) -> bool:
        """Tell whether this person has a right."""
        if self.rights is not None:
            return right.value in self.rights
        return self.role in RIGHTS and right in RIGHTS[Role(self.role)]


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """A manager's word for one action that the rules refuse, with the reason given for it."""

    staff_id: str
    reason: str


class StaffHabits(msgspec.Struct, frozen=True, kw_only=True):
    """How a store wants its people to sign in and out."""

    badge_needs_pin: bool = False
    """A badge alone opens nothing: the PIN is asked for too."""
    idle_lock_s: int | None = None
    """The till locks itself when nobody touches it for so long; None leaves it to the till, 0 is never."""
    lock_after_sale: bool = False
    """The till locks itself after each finished sale; the sale and its change stay in view."""


FREE_FAILURES = 4
LONGEST_DELAY_MS = 5 * 60_000


def delay_after(failures: int) -> int:
    """Return how many milliseconds the till waits after so many wrong PINs in a row."""
    if failures <= FREE_FAILURES:
        return 0
    return int(min(5_000 * 2 ** (failures - FREE_FAILURES - 1), LONGEST_DELAY_MS))
