"""Giving money back: a numbered choice of the ways it may go, the way it came first; never a reflex."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from omnipos.domain.money import format_money
from omnipos.domain.refunding import may_go_back, next_paid
from omnipos.domain.tender import CardSlip, Tender, TenderKind
from omnipos.locale import _, later
from omnipos.services import returning, tendering
from omnipos.services.approving import Word
from screens.choice import Answer, ChoiceScreen
from screens.commands import Command
from screens.widgets.payment import tender_name

if TYPE_CHECKING:
    from screens.pay import Paying

HOW = Command("enter", later("Give back"), "take_cash", later("Choose how the money goes back"))


def goes_back(paying: "Paying") -> bool:
    """Tell whether the basket gives money back, or is an exchange of which nothing is due."""
    view = paying.desk.view
    if view is None or paying.has_change or not may_go_back(view.basket):
        return False
    if view.basket.quoted is not None and view.due.due_minor == 0:
        return not view.basket.tenders
    return view.due.total_minor < 0 or (view.due.total_minor == 0 and not view.basket.tenders)


async def ask(paying: "Paying") -> None:
    """Ask by which way the money goes back, or whether the even exchange is done."""
    desk = paying.desk
    view = desk.view
    assert view is not None, "only a basket that was seen is paid"
    if view.due.due_minor == 0:
        await _ask_even(paying)
        return
    ways = await desk.till.run(returning.ways_back)
    back = format_money(-view.due.due_minor, desk.currency)
    question = _("{amount} goes back to the customer. How?").format(amount=back)
    answers = [_answer(paying, way) for way in ways]
    await paying.counter.go(ChoiceScreen(desk, question, answers))


async def _ask_even(paying: "Paying") -> None:
    async def finish() -> None:
        paying.answer(await paying.desk.till.run(tendering.finish))

    question = _("Nothing is due and nothing goes back.")
    await paying.counter.go(ChoiceScreen(paying.desk, question, ((_("Finish the exchange"), finish),)))


def _answer(paying: "Paying", way: Tender) -> Answer:
    sum_back = format_money(-way.amount_minor, paying.desk.currency)
    text = f"{tender_name(way)} {sum_back}"
    if way.amount_minor == 0:
        text = _("Nothing: in cash it is rounded away")
    if way.kind is TenderKind.ONLINE:
        text = _("The web shop gives {amount} back").format(amount=sum_back)
    act: Callable[[], Awaitable[None]]
    if way.kind is TenderKind.CARD:

        async def act() -> None:
            await _card(paying, way)
    else:

        async def act() -> None:
            await paying.counter.with_word(lambda word: _give(paying, way, word))

    return text, act


async def ask_undo(paying: "Paying", last: Tender, undo: Callable[[], Awaitable[None]]) -> None:
    """Take the money back that went back last, after a numbered choice."""
    amount = format_money(-last.amount_minor, paying.desk.currency)
    question = _("{amount} went back as {way}. Take it back from the customer?").format(
        amount=amount, way=tender_name(last)
    )
    await paying.counter.go(ChoiceScreen(paying.desk, question, ((_("Yes, it was taken back"), undo),)))


async def _card(paying: "Paying", way: Tender) -> None:
    """Ask the terminal where one is set, else for what the slip of the refund shows."""
    from screens.card import CardScreen

    async def give(amount_minor: int, slip: CardSlip) -> None:
        tender = msgspec.structs.replace(way, amount_minor=-amount_minor, card=slip)
        await paying.counter.with_word(lambda word: _give(paying, tender, word))

    async def slip() -> None:
        await paying.counter.go(CardScreen(paying.desk, -way.amount_minor, give))

    if paying.desk.till.charging is None:
        await slip()
        return
    from screens.charging import charge

    async def ask_terminal(word: Word) -> None:
        await charge(paying.counter, way.amount_minor, refund_of=_paid_by(paying), word=word)

    at_terminal = partial(paying.counter.with_word, ask_terminal)
    answers = ((_("Ask the terminal to give it back"), at_terminal), (_("Type the card slip"), slip))
    question = _("{amount} goes back to the card.").format(
        amount=format_money(-way.amount_minor, paying.desk.currency)
    )
    await paying.counter.go(ChoiceScreen(paying.desk, question, answers))


def _paid_by(paying: "Paying") -> str:
    """Return the payment at a terminal that goes back, where it is known."""
    view = paying.desk.view
    paid = next_paid(view.basket, TenderKind.CARD) if view else None
    return paid.payment_id if paid else ""


async def _give(paying: "Paying", way: Tender, word: Word) -> None:
    paid = await paying.desk.till.run(returning.give_back, way, word)
    paying.answer(paid)
    if paid.sale is None:
        await ask(paying)
