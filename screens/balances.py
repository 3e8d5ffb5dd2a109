"""Paying by gift card, store credit, on account or foreign cash: one small form each, opened while paying."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from omnipos.domain.account import AccountKind, Standing, lendable, masked_code, spendable
from omnipos.domain.errors import TenderRefused
from omnipos.domain.foreign import foreign_cash
from omnipos.domain.money import format_amount, format_money, parse_money
from omnipos.locale import _
from omnipos.services import balances
from omnipos.services.approving import Word
from omnipos.services.tendering import Paid
from omnipos.services.till import Till
from screens.desk import Desk
from screens.forms import Form
from screens.widgets.entry import Entry

if TYPE_CHECKING:
    from screens.counter import Counter

Tendered = Callable[[Paid], None]
"""What is done with the answer of a tender."""


def standing_words(standing: Standing, desk: Desk) -> str:
    """Say what is on a balance, and as of when: `Gift card ****0010: Rp 50.000, as of 10:04`."""
    amount = format_money(standing.balance_minor, standing.currency)
    as_of = desk.clock(standing.as_of_ms) if standing.as_of_ms else _("never")
    match standing.kind:
        case AccountKind.GIFT_CARD:
            text = _("Gift card {code}: {amount}, as of {time}.")
        case AccountKind.STORE_CREDIT:
            text = _("Store credit: {amount}, as of {time}.")
        case AccountKind.ACCOUNT:
            text = _("Owed on account: {amount} of {limit}, as of {time}.")
    limit = format_money(standing.limit_minor, standing.currency)
    return text.format(code=masked_code(standing.account_id), amount=amount, limit=limit, time=as_of)


class GiftCardScreen(Form):
    """Takes a gift card: scanned or typed, then what is to be taken of it."""

    def __init__(self, desk: Desk, amount: str, tendered: Tendered, card: str = "") -> None:
        """Ask for the card, unless one was scanned; a sum typed before stands in the second field."""
        self._tendered = tendered
        self._card = Entry(_("scan the card, or type its number"), label=_("Card  "), longest=40)
        self._amount = Entry(_("empty: as much as is on it"), label=_("Amount"), longest=20)
        self._amount.suggest(amount)
        self._card.put(card)
        super().__init__(desk, (self._card, self._amount), _("Gift card"))
        if card:
            self.choose(1)

    async def do_enter(self) -> None:
        """Say what is on the card before anything is taken of it."""
        if self.entry is self._card:
            standing = await self.desk.till.run(balances.card_standing, self._card.text)
            self.say(standing_words(standing, self.desk), "good")
        await super().do_enter()

    async def send(self) -> None:
        """Take it."""
        text = self._amount.text.strip()
        amount = parse_money(text, self.desk.currency) if text else None
        self._tendered(await self.desk.till.run(balances.pay_gift_card, self._card.text, amount))
        await self.close()


class CreditScreen(Form):
    """Takes store credit of the customer beside the basket."""

    def __init__(self, desk: Desk, amount: str, standing: Standing, tendered: Tendered) -> None:
        """Ask for the sum, with what there is."""
        self._tendered = tendered
        self._amount = Entry(label=_("Amount"), longest=20)
        self._amount.suggest(amount)
        super().__init__(desk, (self._amount,), _("Store credit"), standing_words(standing, desk))

    async def send(self) -> None:
        """Take it."""
        amount = parse_money(self._amount.text, self.desk.currency)
        self._tendered(await self.desk.till.run(balances.pay_store_credit, amount))
        await self.close()


class AccountScreen(Form):
    """Lets the customer owe a sum; beyond the limit a manager's word is asked for."""

    def __init__(self, desk: Desk, amount: str, standing: Standing, tendered: Tendered) -> None:
        """Ask for the sum, with what is owed by now."""
        self._tendered = tendered
        self._amount = Entry(label=_("Amount"), longest=20)
        self._amount.suggest(amount)
        super().__init__(desk, (self._amount,), _("On account"), standing_words(standing, desk))

    async def send(self) -> None:
        """Lend it."""
        amount = parse_money(self._amount.text, self.desk.currency)

        async def lend(word: Word) -> None:
            self._tendered(await self.desk.till.run(balances.pay_on_account, amount, word))
            await self.close()

        await self.with_word(lend)


class ForeignScreen(Form):
    """Takes cash of another currency at the shop's rate."""

    def __init__(self, desk: Desk, tendered: Tendered) -> None:
        """Ask for the currency, filled in where there is one only, and for the sum."""
        self._tendered = tendered
        rates = desk.till.call(lambda till: till.shop()).foreign
        if not rates:
            raise TenderRefused(_("This shop takes cash of its own currency only."))
        self._rates = rates
        self._code = Entry(label=_("Currency"), longest=3)
        self._sum = Entry(_("what the customer gives"), label=_("Given   "), longest=20)
        words = ", ".join(
            f"{one.currency} 1 = {format_money(one.rate_minor, desk.currency)}" for one in rates
        )
        super().__init__(desk, (self._code, self._sum), _("Foreign cash"), words)
        self._code.suggest(rates[0].currency)
        self.choose(1)

    def edited(self) -> None:
        """Say what the sum typed so far is worth."""
        try:
            tender = foreign_cash(self._sum.text, self._code.text, self._rates)
        except TenderRefused:
            return
        self.say(
            _("Worth {amount}.").format(amount=format_money(tender.amount_minor, self.desk.currency)), "dim"
        )

    async def send(self) -> None:
        """Take it; change is given in the shop's own money."""
        self._tendered(await self.desk.till.run(balances.pay_foreign, self._code.text, self._sum.text))
        await self.close()


async def open_form(counter: "Counter", way: str, amount: str, tendered: Tendered, card: str = "") -> None:
    """Open the form of a way to pay: `g` gift card, `s` store credit, `a` on account, `u` foreign cash."""
    desk = counter.desk
    match way:
        case "g":
            await counter.go(GiftCardScreen(desk, amount, tendered, card))
        case "s":
            standing, most = await desk.till.run(_credit_now)
            await counter.go(CreditScreen(desk, amount or _typed(most, desk), standing, tendered))
        case "a":
            standing, due = await desk.till.run(_account_now)
            await counter.go(AccountScreen(desk, amount or _typed(due, desk), standing, tendered))
        case _:
            await counter.go(ForeignScreen(desk, tendered))


def _typed(amount_minor: int, desk: Desk) -> str:
    return format_amount(amount_minor, desk.currency)


def _credit_now(till: Till) -> tuple[Standing, int]:
    """Return the customer's store credit, and what of it fits what is due."""
    standing = balances.of_customer(till, AccountKind.STORE_CREDIT)
    left = spendable(standing, till.shop().accounts, away=balances.is_away(till))
    return standing, min(left, balances.due_now(till))


def _account_now(till: Till) -> tuple[Standing, int]:
    """Return what the customer owes, and what is due; raise TenderRefused for who may owe nothing."""
    standing = balances.of_customer(till, AccountKind.ACCOUNT)
    lendable(standing)
    return standing, balances.due_now(till)
