"""What the owner sends and gets about gift cards, store credit and sales on account."""

from typing import Annotated

import msgspec
from msgspec import Meta

from hub.messages import LARGEST, MOST_ROWS, Code, MaybeName, Minor, Name, Phone, Wish
from omnipos.domain.account import AccountKind
from omnipos.domain.money import MOST_MINOR

SignedMinor = Annotated[int, Meta(ge=-MOST_MINOR, le=MOST_MINOR)]
MaybeCurrency = Annotated[str, Meta(max_length=3)]
AccountId = Annotated[str, Meta(max_length=64)]


class BalanceWish(Wish, frozen=True, kw_only=True):
    """Whose balance is meant: a gift card's code, or a customer's id or phone number in any form.

    Without a currency it is the one of the first store.
    """

    kind: AccountKind
    account: AccountId = ""
    phone: Phone = ""
    currency: MaybeCurrency = ""


class EntryWish(BalanceWish, frozen=True, kw_only=True):
    """A sum to put on a balance, or to take off it when negative; each `entry_id` counts once."""

    entry_id: Code
    amount_minor: SignedMinor
    reason: Name


class PostEntries(Wish, frozen=True, kw_only=True):
    """`POST /v1/accounts/entries`: gift cards issued, balances corrected or brought along, all or none."""

    entries: Annotated[tuple[EntryWish, ...], Meta(max_length=MOST_ROWS)]


class TermsWish(BalanceWish, frozen=True, kw_only=True):
    """Whether a balance is blocked, and up to what its customer buys on account; None leaves it."""

    blocked: bool | None = None
    limit_minor: Minor | None = None
    reason: MaybeName = ""


class PutTerms(Wish, frozen=True, kw_only=True):
    """`PUT /v1/accounts`: limits and blocks to set, all or none."""

    accounts: Annotated[tuple[TermsWish, ...], Meta(max_length=MOST_ROWS)]


class EntryShown(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a balance: a sale's by its receipt, the owner's by its reason."""

    entry_id: str
    amount_minor: int
    at_ms: Annotated[int, Meta(ge=0, le=LARGEST)]
    store_code: str
    receipt_number: str
    reason: str


class AccountShown(msgspec.Struct, frozen=True, kw_only=True):
    """A balance as the hub has it."""

    kind: AccountKind
    account_id: str
    currency: str
    balance_minor: int
    limit_minor: int
    blocked: bool
    issued: bool
    entries: tuple[EntryShown, ...] = ()
    """Only where one balance is asked for: the latest, newest first."""


class AccountsShown(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/accounts`: a page of balances; `next` goes into `after`, empty at the end."""

    accounts: tuple[AccountShown, ...]
    next: str
