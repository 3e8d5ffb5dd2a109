"""Discounts, prices by hand and the price check in the plain counter."""

from collections.abc import Callable

import msgspec

from omnipos.domain import discounting as rules
from omnipos.domain.badge import is_badge
from omnipos.domain.basket import Line
from omnipos.domain.errors import BasketRefused, EntryRefused
from omnipos.domain.money import format_money
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.locale import _
from omnipos.services import discounting, selling
from omnipos.services.approving import Word
from omnipos.services.price_checking import PriceCheck, check_price
from omnipos.services.selling import BasketView
from screens.plain_selling import line_id_of
from screens.plain_talk import Answer, Talk
from screens.plain_words import quantity_words, time_words, total_words


def discount(talk: Talk, rest: str) -> Answer:
    """`discount 2 10% REASON` for line 2, `discount all 5000 REASON`, and `discount 2 back`."""
    where, amount, reason = _parts(rest)
    if not amount:
        raise EntryRefused(
            _("Type the line or all, a rate or a sum, and the reason: discount 2 5000 damaged.")
            + " "
            + _("Or take it back: discount 2 back.")
        )
    view = talk.till.call(selling.current)
    line_id = 0 if where.casefold() == "all" else line_id_of(view, where)
    if amount.casefold() == "back" and not reason:
        after = talk.till.call(discounting.take_discount_back, line_id)
        return _given(talk, after, _("The discount is taken back."), line_id)
    off = rules.parse_off(amount, view.basket.currency)

    def give(word: Word) -> Answer:
        if line_id:
            after = talk.till.call(discounting.discount_line, line_id, off, reason, word)
        else:
            after = talk.till.call(discounting.discount_basket, off, reason, word)
        worth_minor = rules.worth_minor(after.basket, after.totals.promotions, line_id)
        worth = format_money(worth_minor, view.basket.currency)
        if line_id:
            said = _("{amount} off {name}.").format(amount=worth, name=_line(after, line_id).name)
        else:
            said = _("{amount} off the whole basket.").format(amount=worth)
            said = f"{said} {rules.left_out_words(after.basket)}".rstrip()
        return _given(talk, after, said, line_id)

    return talk.allowing(give)


def price(talk: Talk, rest: str) -> Answer:
    """`price 2 3000 REASON` gives line 2 another price, `price 2 back` the one that it had."""
    where, amount, reason = _parts(rest)
    if not amount:
        raise EntryRefused(
            _("Type the line, the new price and the reason: price 2 3000 price match, or price 2 back.")
        )
    view = talk.till.call(selling.current)
    line_id = line_id_of(view, where)
    if amount.casefold() == "back" and not reason:
        after = talk.till.call(discounting.restore_price, line_id)
        line = _line(after, line_id)
        price = format_money(line.unit_price_minor, view.basket.currency)
        return _given(
            talk, after, _("{name} costs {price} again.").format(name=line.name, price=price), line_id
        )
    price_minor = rules.parse_price(amount, view.basket.currency)
    was_minor = _line(view, line_id).unit_price_minor

    def give(word: Word) -> Answer:
        after = talk.till.call(discounting.override_price, line_id, price_minor, reason, word)
        line = _line(after, line_id)
        said = _("{name} for {price} instead of {was}.").format(
            name=line.name,
            price=format_money(price_minor, view.basket.currency),
            was=format_money(was_minor, view.basket.currency),
        )
        return _given(talk, after, said, line_id)

    return talk.allowing(give)


def _parts(rest: str) -> tuple[str, str, str]:
    where, _space, behind = rest.partition(" ")
    amount, _space, reason = behind.strip().partition(" ")
    return where, amount, reason.strip()


def _line(view: BasketView, line_id: int) -> Line:
    return next(one for one in view.basket.lines if one.line_id == line_id)


def _given(talk: Talk, after: BasketView, said: str, line_id: int) -> Answer:
    talk.touched = line_id or talk.touched
    return Answer(say=f"{said} {total_words(after)}")


def allow(talk: Talk, rest: str) -> Answer:
    """`allow NAME PIN`, or a badge, is a manager's word for what was refused in the line before, once."""
    name, _space, pin = rest.rpartition(" ")
    act: Callable[[Word], Answer] | None = talk.refused_before
    if act is None:
        raise BasketRefused(_("Nothing waits for a manager's word. Type first what is to be allowed."))
    if is_badge(rest):
        return talk.allowing(act, Word(badge=rest))
    if is_badge(name):
        return talk.allowing(act, Word(badge=name, pin=pin))
    if not name.strip():
        # A slip of the fingers must not cost typing the whole line again.
        talk.refused = act
        raise EntryRefused(_("Type allow, a manager's name and their PIN: allow Budi 9999."))
    return talk.allowing(act, Word(name, pin))


def say_price(talk: Talk, rest: str) -> Answer:
    """`price-check CODE` or a name says what it costs; the basket is not touched."""
    if not rest:
        raise EntryRefused(_("Type price-check and a code or a name: price-check 8998866200578."))
    found = talk.till.call(check_price, rest)
    return Answer(say=_price_words(talk, found), more={"price": msgspec.to_builtins(found)})


def _price_words(talk: Talk, found: PriceCheck) -> str:
    shop = talk.till.call(lambda till: till.shop())
    money = shop.currency
    said = [
        _("{name}, {quantity}, {price}.").format(
            name=found.name,
            quantity=quantity_words(PIECE_MILLI, found.unit, money),
            price=format_money(found.price_minor, money),
        )
    ]
    if found.group_price_minor is not None:
        price = format_money(found.group_price_minor, money)
        said.append(_("For {group} {price}.").format(group=found.group, price=price))
    if found.quantity_milli != PIECE_MILLI:
        quantity = quantity_words(found.quantity_milli, found.unit, money)
        amount = format_money(found.amount_minor, money)
        said.append(_("{quantity} of it: {amount}.").format(quantity=quantity, amount=amount))
    said += [_("Promotion: {name}.").format(name=name) for name in found.promotions]
    if found.stock is None:
        said.append(_("How many are here is not known."))
    else:
        said.append(
            _("{count} here, {held} held, as of {time}.").format(
                count=quantity_words(found.stock.on_hand_milli, found.unit, money),
                held=quantity_words(found.stock.held_milli, found.unit, money),
                time=time_words(found.stock.as_of_ms, shop, talk.till.clock.now_ms()),
            )
        )
    return " ".join(said)
