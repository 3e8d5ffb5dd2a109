"""Discounts and other prices given by hand: by whom, with which reason, and saved with the basket."""

from msgspec.structs import replace

from omnipos.domain import discounting as rules
from omnipos.domain.basket import Basket, Discount, PriceOverride, line_of
from omnipos.domain.discounting import Off
from omnipos.domain.staff import Right
from omnipos.services import pricedesk
from omnipos.services.approving import Word, word_for
from omnipos.services.selling import BasketView, open_basket, save, view_of
from omnipos.services.till import Till

NOBODY = Word()


def discount_line(till: Till, line_id: int, off: Off, reason: str, word: Word = NOBODY) -> BasketView:
    """Take a rate or a sum off one line; a discount that it had gives way.

    Raises BasketRefused, EntryRefused, or WordNeeded when a manager must allow it.
    """
    till.signed_in(Right.SELL)
    before = open_basket(till)
    given = _discount(off, reason)
    would = _checked(till, rules.discount_line(before, line_id, given), line_id)
    what = rules.discount_words(would.basket, would.totals.promotions, line_id)
    approval = word_for(till, Right.DISCOUNT, given.reason, word, what)
    given = replace(given, approval=approval)
    return _saved(till, before, rules.discount_line(before, line_id, given), line_id)


def discount_basket(till: Till, off: Off, reason: str, word: Word = NOBODY) -> BasketView:
    """Take a rate or a sum off all lines together, as `discount_line` does off one."""
    till.signed_in(Right.SELL)
    before = open_basket(till)
    given = _discount(off, reason)
    would = _checked(till, rules.discount_basket(before, given))
    what = rules.discount_words(would.basket, would.totals.promotions)
    approval = word_for(till, Right.DISCOUNT, given.reason, word, what)
    given = replace(given, approval=approval)
    return _saved(till, before, rules.discount_basket(before, given))


def override_price(
    till: Till, line_id: int, price_minor: int, reason: str, word: Word = NOBODY
) -> BasketView:
    """Give one line another price for a piece or kilogram, as `discount_line` gives a discount."""
    till.signed_in(Right.SELL)
    before = open_basket(till)
    was_minor = line_of(before, line_id).unit_price_minor
    given = PriceOverride(reason=rules.clean_reason(reason), was_minor=was_minor)
    would = _checked(till, rules.override_price(before, line_id, price_minor, given), line_id)
    what = rules.price_words(would.basket, line_id, was_minor)
    approval = word_for(till, Right.PRICE, given.reason, word, what)
    given = replace(given, approval=approval)
    return _saved(till, before, rules.override_price(before, line_id, price_minor, given), line_id)


def take_discount_back(till: Till, line_id: int = 0) -> BasketView:
    """Take the discount of a line, or without one of the whole basket, away again; nobody need allow it."""
    till.signed_in(Right.SELL)
    before = open_basket(till)
    after = rules.take_back(before, line_id)
    save(till, before, after)
    return view_of(till, after, line_id)


def restore_price(till: Till, line_id: int) -> BasketView:
    """Give a line the price back that it had before somebody changed it.

    Raises BasketRefused, also when that would leave less to pay than a discount takes off.
    """
    till.signed_in(Right.SELL)
    before = open_basket(till)
    after = rules.restore_price(before, line_id)
    # Another customer may stand beside the basket by now.
    group = pricedesk.group_of(pricedesk.customer_of(till, after))
    return _saved(till, before, pricedesk.repriced(till, after, group), line_id)


def check(till: Till, line_id: int = 0, *, is_price: bool = False) -> None:
    """Raise BasketRefused where no discount or price can be given, before anything is typed."""
    rules.check_gift(open_basket(till), line_id, is_price=is_price)


def would_come_to(till: Till, line_id: int, off: Off) -> BasketView:
    """Return the basket as a discount would leave it, nothing saved; without a line for all lines."""
    basket = open_basket(till)
    given = Discount(reason="–", rate_ppm=off.rate_ppm, amount_minor=off.amount_minor)
    if line_id:
        return _checked(till, rules.discount_line(basket, line_id, given), line_id)
    return _checked(till, rules.discount_basket(basket, given))


def would_cost(till: Till, line_id: int, price_minor: int) -> BasketView:
    """Return the basket as another price of a line would leave it, nothing saved."""
    basket = open_basket(till)
    given = PriceOverride(reason="–", was_minor=0)
    return _checked(till, rules.override_price(basket, line_id, price_minor, given), line_id)


def _discount(off: Off, reason: str) -> Discount:
    written = rules.clean_reason(reason)
    return Discount(reason=written, rate_ppm=off.rate_ppm, amount_minor=off.amount_minor)


def _checked(till: Till, basket: Basket, line_id: int = 0) -> BasketView:
    view = view_of(till, basket, line_id)
    rules.check_sums(basket, view.totals.promotions, line_id)
    return view


def _saved(till: Till, before: Basket, after: Basket, line_id: int = 0) -> BasketView:
    view = _checked(till, after, line_id)
    save(till, before, after)
    return view
