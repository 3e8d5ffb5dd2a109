"""Gift cards, store credit, sales on account: balances as the hub has them, and what may be used of one."""

from enum import StrEnum

import msgspec

from omnipos.domain.cardnumber import holds_card_number, is_luhn
from omnipos.domain.errors import EntryRefused, TenderRefused
from omnipos.domain.money import MOST_MINOR, format_money
from omnipos.domain.names import clean_text
from omnipos.locale import _, later


class AccountKind(StrEnum):
    """What a balance is: bought ahead on a card, owed to a customer, or owed by one."""

    GIFT_CARD = "gift_card"
    STORE_CREDIT = "store_credit"
    ACCOUNT = "account"
    DEPOSIT = "deposit"
    """Paid ahead on a customer's quote; the id is the quote's number."""


ACCOUNT_WORDS = {
    AccountKind.GIFT_CARD: later("Gift card"),
    AccountKind.STORE_CREDIT: later("Store credit"),
    AccountKind.ACCOUNT: later("On account"),
    AccountKind.DEPOSIT: later("Deposit"),
}


class AccountSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Up to what a shop's tills take a balance while the hub is away; 0 is not at all."""

    gift_card_offline_minor: int = 0
    """Of one gift card, until the hub has seen what was taken of it."""
    credit_offline_minor: int = 0
    """Of one customer's store credit, in the same way."""
    unseen_card_offline_minor: int = 0
    """Of a gift card that this till has never heard of; what its balance is, only the hub can say."""


def check_settings(settings: AccountSettings) -> AccountSettings:
    """Return settings that can be; raise EntryRefused for a sum below zero, or larger than any."""
    if not all(0 <= sum_minor <= MOST_MINOR for sum_minor in msgspec.structs.astuple(settings)):
        raise EntryRefused(_("What is taken while the hub is away cannot be less than nothing."))
    return settings


class Account(msgspec.Struct, frozen=True, kw_only=True, tag="account"):
    """One balance: what a customer may still spend, or on account what they owe.

    `account_id` is a gift card's code, a quote's number, else the customer's id. A gift card that only
    spending has told of is not `issued`.
    """

    kind: AccountKind
    account_id: str
    currency: str
    balance_minor: int
    limit_minor: int = 0
    """Up to what is sold on account."""
    blocked: bool = False
    issued: bool = True

    @property
    def key(self) -> str:
        """Under what it stands in the stream."""
        return account_key(self.kind, self.currency, self.account_id)


def account_key(kind: AccountKind, currency: str, account_id: str) -> str:
    """Return under what a balance stands in the stream."""
    return f"{kind.value}/{currency}/{account_id}"


class AccountMove(msgspec.Struct, frozen=True, kw_only=True):
    """What one line or tender of a sale adds to a balance, or takes off it when negative."""

    kind: AccountKind
    account_id: str
    currency: str
    amount_minor: int
    source: str
    """Its place in the sale, `line-1` or `tender-2`: a sale that is told again counts once."""


OWN_PREFIX = "99"
"""No bank's card number and no product's code of this length begins so (ISO/IEC 7812, GS1)."""
OWN_LENGTH = 16
SHORTEST_CODE, LONGEST_CODE = 6, 24
LEAST_NOISE = 10 ** (OWN_LENGTH - len(OWN_PREFIX) - 1)
"""So many codes there are to choose one of."""


def new_code(noise: int) -> str:
    """Return a gift card's code from a random number: nobody guesses it, and a slip of typing shows."""
    digits = f"{OWN_PREFIX}{noise % LEAST_NOISE:0{OWN_LENGTH - len(OWN_PREFIX) - 1}d}"
    return next(f"{digits}{check}" for check in range(10) if is_luhn(f"{digits}{check}"))


def card_code(text: str) -> str:
    """Return a gift card's code as it is kept, however it was grouped; empty for what is none."""
    code = clean_text(text, 60).replace(" ", "").replace("-", "").upper()
    fits = code.isascii() and code.isalnum() and SHORTEST_CODE <= len(code) <= LONGEST_CODE
    return code if fits else ""


def is_own_code(code: str) -> bool:
    """Tell whether a code is one that a till made."""
    return code.isdigit() and len(code) == OWN_LENGTH and code.startswith(OWN_PREFIX) and is_luhn(code)


def check_new_code(code: str) -> str:
    """Return a code that may become a gift card's; raise TenderRefused for any other."""
    own_form = code.isdigit() and len(code) == OWN_LENGTH and code.startswith(OWN_PREFIX)
    if not code or (own_form and not is_own_code(code)):
        raise TenderRefused(_("That is no gift card's code. Scan the card, or type all of its digits."))
    if holds_card_number(code):
        raise TenderRefused(
            _("That looks like a bank card's number. A gift card must have a number of its own.")
        )
    return code


def masked_code(code: str) -> str:
    """Return a code as papers and screens show it: who sees it must not be able to spend it."""
    return f"****{code[-4:]}"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a till knows of a balance: the hub's figure, moved by what it did itself since."""

    kind: AccountKind
    account_id: str
    currency: str
    account: Account | None = None
    """As the hub has it; None for one that it has not told of."""
    unsent_minor: int = 0
    """What this till added that the hub's figure does not contain yet."""
    spent_unsent_minor: int = 0
    """What this till took of it alone, of that."""
    as_of_ms: int = 0

    @property
    def is_known(self) -> bool:
        """Whether it is there at all: the hub told of it, or something was put on it here."""
        here = self.unsent_minor + self.spent_unsent_minor > 0
        return here or (self.account is not None and self.account.issued)

    @property
    def balance_minor(self) -> int:
        """What is on it, as far as this till knows."""
        return (self.account.balance_minor if self.account else 0) + self.unsent_minor

    @property
    def limit_minor(self) -> int:
        """Up to what is sold on account."""
        return self.account.limit_minor if self.account else 0


def spendable(standing: Standing, settings: AccountSettings, *, away: bool) -> int:
    """Return how much of a gift card or store credit a till may take now; raise TenderRefused for none."""
    if standing.account is not None and standing.account.blocked:
        raise TenderRefused(_("This balance was blocked by the owner. Ask the customer to see the manager."))
    if not standing.is_known:
        return _spendable_unseen(standing, settings, away=away)
    if standing.balance_minor <= 0:
        raise TenderRefused(_("Nothing is left on it."))
    if not away:
        return standing.balance_minor
    is_card = standing.kind is AccountKind.GIFT_CARD
    most = settings.gift_card_offline_minor if is_card else settings.credit_offline_minor
    return _offline(standing, min(most, standing.balance_minor + standing.spent_unsent_minor), most)


def _spendable_unseen(standing: Standing, settings: AccountSettings, *, away: bool) -> int:
    if standing.kind is not AccountKind.GIFT_CARD:
        raise TenderRefused(_("This customer has no store credit."))
    if not away:
        raise TenderRefused(_("No gift card has this code. Scan it again, or take another payment."))
    if not settings.unseen_card_offline_minor:
        raise TenderRefused(
            _("This till does not know the card, and the hub cannot be asked now. Take another payment.")
        )
    check_new_code(standing.account_id)
    most = settings.unseen_card_offline_minor
    return _offline(standing, most, most)


def _offline(standing: Standing, allowed_minor: int, most_minor: int) -> int:
    left = allowed_minor - standing.spent_unsent_minor
    if left > 0:
        return left
    if not most_minor:
        raise TenderRefused(
            _("The hub cannot be asked what is left on it, and this shop takes none meanwhile.")
        )
    raise TenderRefused(
        _(
            "While the hub is away, at most {most} of it is taken, and that has been. Nothing was taken."
        ).format(most=format_money(most_minor, standing.currency))
    )


def check_spending(amount_minor: int, standing: Standing, settings: AccountSettings, *, away: bool) -> None:
    """Raise TenderRefused when more would be taken of a gift card or store credit than may be."""
    left = spendable(standing, settings, away=away)
    if amount_minor <= left:
        return
    text = _("While the hub is away, {left} of it can be taken.") if away else _("Only {left} is left on it.")
    raise TenderRefused(text.format(left=format_money(left, standing.currency)))


def lendable(standing: Standing) -> int:
    """Return how much more a customer may buy on account; raise TenderRefused for who may not at all."""
    if standing.account is not None and standing.account.blocked:
        raise TenderRefused(_("This customer's account was blocked by the owner. Take another payment."))
    if standing.limit_minor <= 0:
        raise TenderRefused(_("This customer does not buy on account. The owner can allow it, with a limit."))
    return max(standing.limit_minor - standing.balance_minor, 0)
