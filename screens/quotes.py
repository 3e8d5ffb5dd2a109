"""Customers' quotes at the sell screen: a basket kept, the list, a deposit, one taken up or cancelled."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from omnipos.domain.money import format_money, parse_money
from omnipos.locale import _, later
from omnipos.services import quotations
from omnipos.services.approving import Word
from omnipos.services.quotations import QuoteShown
from screens.choice import Answer, ChoiceScreen
from screens.commands import BACK, Command
from screens.desk import Desk
from screens.forms import Form
from screens.lists import WIDTH, ListScreen
from screens.widgets.cells import Row, between, drawn
from screens.widgets.entry import Entry

if TYPE_CHECKING:
    from screens.counter import Counter


class KeepQuoteScreen(Form):
    """Keeps the basket as a quote, with a note if one is typed."""

    def __init__(self, counter: "Counter") -> None:
        """Ask for the note."""
        self._counter = counter
        self._note = Entry(_("empty: no note"), label=_("Note"), longest=80)
        super().__init__(counter.desk, (self._note,), _("Keep this basket as a quote and print it"))

    async def send(self) -> None:
        """Keep and print it, and begin another basket."""
        shown = await self.desk.till.run(quotations.keep, self._note.text)
        await self.close()
        await self.desk.open_basket()
        said = _("Quote {number} is kept and printed. Scan it to take it up.")
        self._counter.say(said.format(number=shown.quotation.number), "good")


class DepositScreen(Form):
    """Puts a deposit on a quote into the basket."""

    def __init__(self, desk: Desk, shown: QuoteShown) -> None:
        """Ask for the sum."""
        self._number = shown.quotation.number
        self._amount = Entry(label=_("Amount"), longest=20)
        super().__init__(desk, (self._amount,), _("Deposit"), words_of(shown, desk))

    async def send(self) -> None:
        """Put the line into the basket."""
        amount = parse_money(self._amount.text, self.desk.currency)
        await self.desk.put(await self.desk.till.run(quotations.pay_ahead, self._number, amount))
        await self.close()


class QuotesScreen(ListScreen):
    """Lists the open quotes of the store; Enter shows what can be done with one."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Choose"), "choose", later("See what can be done with the quote")),
        BACK,
    )

    def __init__(self, counter: "Counter") -> None:
        """Begin with an empty list."""
        self._counter = counter
        self._quotes: tuple[QuoteShown, ...] = ()
        super().__init__(counter.desk, _("Quotes"), empty=_("No quote is open."))

    async def open(self) -> None:
        """Fetch the quotes."""
        self._quotes = await self.desk.till.run(quotations.listed)
        self.show()

    def rows(self) -> Sequence[Row]:
        """Return the quotes with whose they are and what is still to be paid."""
        rows: list[Row] = []
        for one in self._quotes:
            who = drawn(" · ".join(filter(None, (one.customer_name, one.quotation.note))))
            left = " · ".join(filter(None, (one.quotation.number, who)))
            rest = format_money(one.rest_minor, self.desk.currency)
            rows.append(((between(left, f"{rest} ", WIDTH), "plain"),))
        return rows

    async def do_choose(self) -> None:
        """Show what can be done with the chosen quote."""
        if self._quotes:
            chosen = self._quotes[self.lines.chosen].quotation.number
            await self.till_app.back(self)
            await show(self._counter, chosen)


def words_of(shown: QuoteShown, desk: Desk) -> str:
    """Say a quote: number, whose, its total and what is paid of it."""
    quotation = shown.quotation
    parts = [
        _("Quote {number}").format(number=quotation.number),
        shown.customer_name,
        format_money(quotation.total_minor, desk.currency),
    ]
    if shown.deposit_minor:
        paid, left = (format_money(one, desk.currency) for one in (shown.deposit_minor, shown.rest_minor))
        parts.append(_("{paid} paid, {rest} to pay").format(paid=paid, rest=left))
    if shown.has_run_out:
        parts.append(_("its prices ran out"))
    return " · ".join(filter(None, parts))


async def choose(counter: "Counter") -> None:
    """Keep the basket as a quote; with an empty one list the quotes."""
    view = counter.desk.view
    if view is not None and not view.basket.is_empty:
        await counter.go(KeepQuoteScreen(counter))
    else:
        await counter.go(QuotesScreen(counter))


async def show(counter: "Counter", number: str) -> None:
    """Offer what can be done with a quote."""
    desk = counter.desk
    shown = await desk.till.run(quotations.find, number)

    async def at_its_prices() -> None:
        async def take_up(word: Word) -> None:
            await desk.put(await desk.till.run(lambda till: quotations.recall(till, number, word=word)))

        await counter.with_word(take_up)

    async def at_todays() -> None:
        await desk.put(await desk.till.run(lambda till: quotations.recall(till, number, today=True)))

    async def deposit() -> None:
        await counter.go(DepositScreen(desk, shown))

    async def print_again() -> None:
        await desk.till.run(quotations.print_again, number)
        counter.say(_("Quote {number} is printed.").format(number=number), "good")

    async def cancel() -> None:
        view = await desk.till.run(quotations.cancel, number)
        if view is None:
            counter.say(_("The quote is cancelled."), "good")
            return
        await desk.put(view)
        counter.say(_("F12 gives the deposit back; the quote is cancelled with that."), "warn")

    answers: list[Answer] = [(_("Take it up at its prices"), at_its_prices)]
    if shown.has_run_out:
        answers.append((_("Take it up at the prices of today"), at_todays))
    answers += [
        (_("Pay a deposit on it"), deposit),
        (_("Print it"), print_again),
        (_("Cancel it"), cancel),
    ]
    await counter.go(ChoiceScreen(desk, words_of(shown, desk), answers))
