"""What a person at the counter can act on, one class a kind of refusal.

    DomainError
    ├── ItemUnknown        nothing in the catalogue answers to this
    ├── EntryRefused       a number or text that makes no sense here
    ├── BasketRefused      the basket does not allow this now
    ├── TenderRefused      the payment does not fit what is due
    │   └── PaymentOpen    a payment of this sale is not known yet; another must be meant
    ├── QrRefused          a payment QR code that cannot be used as it is
    ├── CouponRefused      the coupon does not count, or not again
    ├── CustomerRefused    a customer's details cannot be taken
    ├── ReturnRefused      the goods cannot come back so
    ├── OrderRefused       the order does not allow this step
    ├── DrawerRefused      the drawer or its shift does not allow this now
    ├── SignInRefused      name and PIN do not open the till
    ├── NotAllowed         the person lacks the right
    │   └── WordNeeded     a manager may allow it here and now
    └── StoreTrouble       the data folder cannot be used as it is

The text of each says what happened, whether the data is safe where that is in doubt, and what to do.
"""

from omnipos.domain.staff import Right


class DomainError(Exception):
    """A refusal whose text is shown to the cashier."""


class ItemUnknown(DomainError):
    """Nothing in the catalogue answers to what was scanned or typed."""


class EntryRefused(DomainError):
    """A number or text that makes no sense where it was entered."""


class BasketRefused(DomainError):
    """The basket does not allow this now."""


class TenderRefused(DomainError):
    """The payment does not fit what is due."""


class QrRefused(DomainError):
    """A payment QR code that is broken, or does not fit this shop."""


class PaymentOpen(TenderRefused):
    """A payment of this sale is not known yet; paying it again outside must be meant."""


class CouponRefused(DomainError):
    """The coupon does not count here and now, or not again."""


class CustomerRefused(DomainError):
    """A customer's details cannot be taken as they are."""


class ReturnRefused(DomainError):
    """The goods cannot come back so."""


class OrderRefused(DomainError):
    """The order does not allow this step now."""


class DrawerRefused(DomainError):
    """The drawer or its shift does not allow this now."""


class SignInRefused(DomainError):
    """Name and PIN do not open the till."""


class NotAllowed(DomainError):
    """The person signed in lacks the right for this."""


class WordNeeded(NotAllowed):
    """The person signed in lacks the right, but a manager's name and PIN, or badge, allow this one action."""

    def __init__(self, text: str, right: Right | None = None, reason: str = "") -> None:
        """Say which right is missing, and why the action is wanted."""
        super().__init__(text)
        self.right = right
        self.reason = reason


class StoreTrouble(DomainError):
    """The data folder cannot be used as it is: locked, newer, read-only or damaged."""
