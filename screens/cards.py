"""Gift cards and debts at the sell screen: a card sold, topped up or looked at, a debt paid off."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from omnipos.domain.account import AccountKind
from omnipos.domain.money import format_amount, parse_money
from omnipos.locale import _
from omnipos.services import balances, gifting
from screens.balances import standing_words
from screens.choice import Answer, ChoiceScreen
from screens.desk import Desk
from screens.forms import Form
from screens.widgets.entry import Entry

if TYPE_CHECKING:
    from screens.counter import Counter


class SellCardScreen(Form):
    """Puts a gift card's value into the basket: on a new card, or on the one scanned."""

    def __init__(self, desk: Desk, code: str = "") -> None:
        """Ask for card and sum; a card that is known already is asked for its sum alone."""
        self._card = Entry(_("empty: a new card is printed"), label=_("Card  "), longest=40)
        self._card.put(code)
        self._amount = Entry(_("what is put on it"), label=_("Amount"), longest=20)
        super().__init__(desk, (self._card, self._amount), _("Sell or top up a gift card"))
        if code:
            self.choose(1)

    async def send(self) -> None:
        """Put the line into the basket."""
        amount = parse_money(self._amount.text, self.desk.currency)
        await self.desk.put(await self.desk.till.run(gifting.sell_card, amount, self._card.text))
        await self.close()


class LookScreen(Form):
    """Says what is on a gift card."""

    def __init__(self, desk: Desk) -> None:
        """Ask for the card."""
        self._card = Entry(_("scan the card, or type its number"), label=_("Card"), longest=40)
        super().__init__(desk, (self._card,), _("What is on a gift card"))

    async def send(self) -> None:
        """Say it, and be ready for the next card."""
        standing = await self.desk.till.run(balances.card_standing, self._card.text)
        self._card.put("")
        if standing.is_known:
            self.say(standing_words(standing, self.desk), "good")
        else:
            self.say(_("No gift card that this till knows has this code."), "warn")


class PayOffScreen(Form):
    """Lets the customer beside the basket pay what they owe on account."""

    def __init__(self, desk: Desk, owed: str, words: str) -> None:
        """Ask for the sum, all of it at first."""
        self._amount = Entry(label=_("Amount"), longest=20)
        self._amount.suggest(owed)
        super().__init__(desk, (self._amount,), _("Pay off an account"), words)

    async def send(self) -> None:
        """Put the line into the basket."""
        amount = parse_money(self._amount.text, self.desk.currency)
        await self.desk.put(await self.desk.till.run(gifting.pay_off, amount))
        await self.close()


async def choose(counter: "Counter") -> None:
    """Ask what is wanted of gift cards and accounts."""
    desk = counter.desk

    async def sell() -> None:
        await counter.go(SellCardScreen(desk))

    async def look() -> None:
        await counter.go(LookScreen(desk))

    async def pay_off() -> None:
        standing = await desk.till.run(balances.of_customer, AccountKind.ACCOUNT)
        owed = format_amount(max(standing.balance_minor, 0), desk.currency)
        await counter.go(PayOffScreen(desk, owed, standing_words(standing, desk)))

    answers = (
        (_("Sell or top up a gift card"), sell),
        (_("See what is on a gift card"), look),
        (_("The customer pays off what is owed"), pay_off),
    )
    await counter.go(ChoiceScreen(desk, _("Gift cards and accounts"), answers))


async def show_card(counter: "Counter", code: str, pay: Callable[[], Awaitable[None]]) -> None:
    """Offer what can be done with a gift card that was scanned while selling."""
    desk = counter.desk
    standing = await desk.till.run(balances.card_standing, code)

    async def top_up() -> None:
        await counter.go(SellCardScreen(desk, code))

    answers: list[Answer] = [(_("Put more on it"), top_up)]
    if desk.view is not None and desk.view.basket.lines:
        answers.insert(0, (_("Pay this basket with it"), pay))
    await counter.go(ChoiceScreen(desk, standing_words(standing, desk), answers))
