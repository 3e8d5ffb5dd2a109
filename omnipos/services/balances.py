"""Paying with gift cards, store credit, on account and foreign cash; looking at what a balance is."""

import msgspec

from omnipos.domain.account import (
    AccountKind,
    Standing,
    card_code,
    check_spending,
    lendable,
    spendable,
)
from omnipos.domain.basket import Basket
from omnipos.domain.errors import TenderRefused, WordNeeded
from omnipos.domain.foreign import foreign_cash
from omnipos.domain.money import format_money
from omnipos.domain.staff import Approval, Right
from omnipos.domain.tender import Tender, TenderKind
from omnipos.locale import _
from omnipos.ports import LinkState
from omnipos.services import approving, tendering
from omnipos.services.approving import Word
from omnipos.services.selling import BasketView, open_basket
from omnipos.services.tendering import Paid
from omnipos.services.till import Till
from omnipos.store import accounts

KIND_OF_TENDER = {
    TenderKind.GIFT_CARD: AccountKind.GIFT_CARD,
    TenderKind.STORE_CREDIT: AccountKind.STORE_CREDIT,
    TenderKind.ACCOUNT: AccountKind.ACCOUNT,
}
NO_WORD = Word()


def standing_of(till: Till, kind: AccountKind, account_id: str) -> Standing:
    """Return what this till knows of a balance, its own sales counted at once."""
    return accounts.standing_of(till.store.books, kind, account_id, till.shop().currency)


def of_customer(till: Till, kind: AccountKind) -> Standing:
    """Return a balance of the customer beside the basket, less what the basket was paid with it already."""
    basket = open_basket(till)
    return _with_basket(basket, standing_of(till, kind, customer_of(till)))


def due_now(till: Till) -> int:
    """Return what is still due of the basket on the counter."""
    return tendering.to_pay(till).due.due_minor


def card_standing(till: Till, text: str) -> Standing:
    """Return what is known of a gift card by its typed or scanned code; raise TenderRefused for no code."""
    till.signed_in(Right.SELL)
    return standing_of(till, AccountKind.GIFT_CARD, _code(text))


def known_card(till: Till, text: str) -> str:
    """Return the code of a gift card that this till knows of, or nothing."""
    code = card_code(text)
    return code if code and accounts.is_card(till.store.books, code) else ""


def _code(text: str) -> str:
    code = card_code(text)
    if not code:
        raise TenderRefused(_("That is no gift card's code. Scan the card, or type all of its digits."))
    return code


def pay_gift_card(till: Till, text: str, amount_minor: int | None = None) -> Paid:
    """Take a gift card; None is as much of what is due as is on it. Raises TenderRefused."""
    code = _code(text)
    if any(line.gift_card == code for line in open_basket(till).lines):
        raise TenderRefused(_("This gift card is sold in this basket; it pays from the next one on."))
    return _spend(till, TenderKind.GIFT_CARD, code, amount_minor)


def pay_store_credit(till: Till, amount_minor: int | None = None) -> Paid:
    """Take store credit of the customer beside the basket, as a gift card is taken."""
    return _spend(till, TenderKind.STORE_CREDIT, customer_of(till), amount_minor)


def pay_on_account(till: Till, amount_minor: int | None = None, word: Word = NO_WORD) -> Paid:
    """Let the customer owe it; beyond the limit somebody with the right to lend gives their word.

    Raises TenderRefused, and WordNeeded beyond the limit.
    """
    customer_id = customer_of(till)
    view = _owed_view(till)
    if any(line.pays_off for line in view.basket.lines):
        raise TenderRefused(_("A debt is paid off here. It cannot be paid by owing it again."))
    amount = view.due.due_minor if amount_minor is None else amount_minor
    standing = _with_basket(view.basket, standing_of(till, AccountKind.ACCOUNT, customer_id))
    left = lendable(standing)
    approval = None if amount <= left else _word_beyond(till, standing, left, word)
    tender = Tender(kind=TenderKind.ACCOUNT, amount_minor=amount, reference=customer_id, approval=approval)
    return tendering.take(till, tender)


def _word_beyond(till: Till, standing: Standing, left_minor: int, word: Word) -> Approval:
    code = standing.currency
    said = _("Beyond the limit of {limit}: {left} of it is left.").format(
        limit=format_money(standing.limit_minor, code), left=format_money(left_minor, code)
    )
    try:
        return approving.word_for(till, Right.ACCOUNT, said, word)
    except WordNeeded as needed:
        raise WordNeeded(f"{said} {needed}", needed.right, needed.reason) from None


def pay_foreign(till: Till, currency: str, text: str) -> Paid:
    """Take cash of another currency, typed as it is written there; change is given in the shop's own."""
    _owed_view(till)
    return tendering.take(till, foreign_cash(text, currency, till.shop().foreign))


def _owed_view(till: Till) -> BasketView:
    """Return the basket to be paid; raise TenderRefused where the customer gets money back instead."""
    view = tendering.to_pay(till)
    if view.due.due_minor <= 0:
        raise TenderRefused(_("The customer has nothing to pay here."))
    return view


def customer_of(till: Till) -> str:
    """Return who stands beside the basket; raise TenderRefused for nobody."""
    customer_id = open_basket(till).customer_id
    if not customer_id:
        raise TenderRefused(_("No customer stands beside the basket. Choose the customer first."))
    return customer_id


def _spend(till: Till, kind: TenderKind, account_id: str, amount_minor: int | None) -> Paid:
    view = _owed_view(till)
    settings, away = till.shop().accounts, is_away(till)
    standing = _with_basket(view.basket, standing_of(till, KIND_OF_TENDER[kind], account_id))
    left = spendable(standing, settings, away=away)
    amount = min(left, view.due.due_minor) if amount_minor is None else amount_minor
    check_spending(amount, standing, settings, away=away)
    return tendering.take(till, Tender(kind=kind, amount_minor=amount, reference=account_id))


def is_away(till: Till) -> bool:
    """Tell whether the hub cannot be asked now, so that its figures may have grown old."""
    return till.syncing.report().state is not LinkState.ONLINE


def _with_basket(basket: Basket, standing: Standing) -> Standing:
    """Return a balance less what the basket on the counter was paid with it already."""
    own = [
        tender.amount_minor
        for tender in basket.tenders
        if KIND_OF_TENDER.get(tender.kind) is standing.kind and tender.reference == standing.account_id
    ]
    sign = 1 if standing.kind is AccountKind.ACCOUNT else -1
    return msgspec.structs.replace(
        standing,
        unsent_minor=standing.unsent_minor + sign * sum(own),
        spent_unsent_minor=standing.spent_unsent_minor + sum(one for one in own if one > 0),
    )
