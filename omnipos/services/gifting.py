"""Gift cards sold and topped up, and debts paid off: lines of a basket that are money and no goods."""

import secrets

import msgspec

from omnipos.domain.account import (
    LEAST_NOISE,
    AccountKind,
    card_code,
    check_new_code,
    masked_code,
    new_code,
)
from omnipos.domain.basket import MOST_LINES, Basket, Line, assert_open_to_change, check_amount
from omnipos.domain.errors import BasketRefused, EntryRefused, TenderRefused
from omnipos.domain.money import format_money
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.domain.staff import Right
from omnipos.locale import _
from omnipos.services import balances
from omnipos.services.selling import BasketView, open_basket, save, view_of
from omnipos.services.till import Till
from omnipos.store import catalogue

CARD_SKU, DEBT_SKU = "GIFT", "DEBT"


def sell_card(till: Till, amount_minor: int, text: str = "") -> BasketView:
    """Put a sum on a gift card, once the basket is paid; without a code it is a new card, printed then.

    Raises TenderRefused for a code that can be no card's, BasketRefused while the basket is being paid.
    """
    code = _code_for(till, text) if text.strip() else new_code(secrets.randbelow(LEAST_NOISE))
    return add_money(
        till,
        amount_minor,
        sku=CARD_SKU,
        name=_("Gift card {code}").format(code=masked_code(code)),
        gift_card=code,
    )


def _code_for(till: Till, text: str) -> str:
    code = card_code(text)
    standing = balances.card_standing(till, text)
    if standing.account is not None and standing.account.blocked:
        raise TenderRefused(_("This balance was blocked by the owner. Ask the customer to see the manager."))
    # An own card's number may look like a bank's; no other may.
    if not standing.is_known:
        check_new_code(code)
        if catalogue.item_by_code(till.store.books, code) is not None:
            raise TenderRefused(_("A product has this code. Give the gift card another one."))
    if any(line.gift_card == code for line in open_basket(till).lines):
        raise BasketRefused(
            _("This gift card is in the basket already. Take its line out to change the sum.")
        )
    return code


def pay_off(till: Till, amount_minor: int | None = None) -> BasketView:
    """Let the customer beside the basket pay what they owe on account; None is all of it."""
    customer_id = balances.customer_of(till)
    basket = open_basket(till)
    owed = balances.standing_of(till, AccountKind.ACCOUNT, customer_id).balance_minor
    owed -= sum(line.amount_minor for line in basket.lines if line.pays_off == customer_id)
    if owed <= 0:
        raise BasketRefused(_("This customer owes nothing."))
    amount = owed if amount_minor is None else amount_minor
    if amount > owed:
        raise BasketRefused(
            _("This customer owes {owed} and no more.").format(owed=format_money(owed, basket.currency))
        )
    return add_money(till, amount, sku=DEBT_SKU, name=_("Paid on account"), pays_off=customer_id)


def add_money(
    till: Till,
    amount_minor: int,
    *,
    sku: str,
    name: str,
    gift_card: str = "",
    pays_off: str = "",
    deposit_on: str = "",
) -> BasketView:
    """Put a line that is a sum of money into the basket; only a deposit that goes back is below zero."""
    till.signed_in(Right.SELL)
    before = open_basket(till)
    assert_open_to_change(before)
    if amount_minor == 0 or (amount_minor < 0 and not deposit_on):
        raise EntryRefused(_("Type a sum above nothing."))
    if len(before.lines) >= MOST_LINES:
        raise BasketRefused(_("This basket is full. Pay it and begin another."))
    line = Line(
        line_id=before.next_line_id,
        product_id="",
        sku=sku,
        name=name,
        quantity_milli=PIECE_MILLI if amount_minor > 0 else -PIECE_MILLI,
        unit_price_minor=abs(amount_minor),
        tax_code="",
        discountable=False,
        gift_card=gift_card,
        pays_off=pays_off,
        deposit_on=deposit_on,
    )
    check_amount(line)
    after = _with_line(before, line)
    view = view_of(till, after, line.line_id)
    save(till, before, after)
    return view


def _with_line(basket: Basket, line: Line) -> Basket:
    return msgspec.structs.replace(basket, lines=(*basket.lines, line), next_line_id=basket.next_line_id + 1)
