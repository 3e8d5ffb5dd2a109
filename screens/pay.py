"""Paying: what is due, one Enter for one tender, and the change, large, until the next sale begins."""

import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal

from omnipos.domain.money import currency, format_money, parse_money
from omnipos.domain.sale import Sale
from omnipos.domain.tender import CardSlip
from omnipos.locale import _, later
from omnipos.services import reprinting, selling, tendering
from omnipos.services.tendering import Paid
from screens.choice import RECALLED, ChoiceScreen
from screens.commands import BACK, HELP, Command
from screens.counter import Counter
from screens.desk import Desk
from screens.ringing import Scan, ring_scans
from screens.widgets.basket import BasketPane
from screens.widgets.entry import Entry
from screens.widgets.payment import NOTE_KEYS, PaymentPane

REPEAT_S = 0.3
"""An Enter so soon after the last tender's answer is the same Enter, held or hit twice."""

EXACT = Command(
    "enter", later("Take cash"), "take_cash", later("Take the sum typed, or all that is due, in cash")
)
CARD = Command("f9", later("Card"), "card", later("A payment made on the card terminal"))
UNDO = Command("f10", later("Give back"), "give_back", later("Give the last payment of this sale back"))
PRINT = Command("f7", later("Print again"), "print", later("Print this receipt again, marked COPY"))


class PayScreen(Counter):
    """Takes tenders until the sale is paid, then shows the change."""

    CSS_PATH: ClassVar[Path] = Path(__file__).with_suffix(".tcss")

    def __init__(self, desk: Desk) -> None:
        """Begin with nothing to pay."""
        self._sale: Sale | None = None
        super().__init__(desk)
        self._basket = BasketPane()
        self._payment = PaymentPane()
        self._amount = Entry(label=_("Given"), longest=20)
        self.entry = self._amount
        self._answered_at_s = 0.0
        self._sure_of = ""

    @property
    def commands(self) -> Sequence[Command]:
        """While paying the ways to pay; afterwards what can be done with the finished sale."""
        if self._sale is not None:
            return (PRINT, Command("escape", later("Next sale"), "back", later("Begin the next sale")))
        part_paid = self.desk.view is not None and self.desk.view.basket.tenders
        return (HELP, EXACT, CARD, *((UNDO,) if part_paid else ()), *self._note_commands(), BACK)

    def _note_commands(self) -> list[Command]:
        notes = currency(self.desk.currency).notes
        tells = later("The customer gives this note")
        return [
            Command(key, format_money(note, self.desk.currency), "note", tells, False)
            for key, note in zip(NOTE_KEYS, notes, strict=False)
        ]

    def compose(self) -> ComposeResult:
        """The basket left, what is due right, the sum given below."""
        yield self.header
        with Horizontal(id="counter"):
            yield self._basket
            yield self._payment
        yield self.message
        yield self._amount
        yield self.keys

    async def open(self) -> None:
        """Begin to pay the basket as it is now."""
        self._sale = None
        self._answered_at_s = 0.0
        self._amount.put("")
        self._amount.activate(True)
        self.say("")
        self.show()

    def show(self) -> None:
        """Paint what is due, or the finished sale."""
        super().show()
        if self._sale is None and self.desk.view is not None:
            self._basket.show(self.desk.view)
            self._payment.show(self.desk.view, None)
            owed = self.desk.view.due
            cash = format_money(owed.cash_due_minor, self.desk.currency)
            self._hint(_("Enter takes {sum} in cash, or type what is given").format(sum=cash))

    def _hint(self, hint: str) -> None:
        if hint != self._amount.hint:
            self._amount.hint = hint
            self._amount.repaint()

    async def press(self, key: str) -> bool:
        """Take a banknote's key; once the sale is finished any other key begins the next."""
        if self._sale is not None:
            return await self._press_when_finished(key)
        if key in NOTE_KEYS:
            notes = currency(self.desk.currency).notes
            at = NOTE_KEYS.index(key)
            if at < len(notes):
                await self._tender_cash(notes[at])
                return True
        return await super().press(key)

    async def _press_when_finished(self, key: str) -> bool:
        if key in ("enter", "f12"):
            # Reflexes: the change stays in view until something new begins.
            return True
        if key in ("f7", "escape"):
            return await super().press(key)
        await self._begin_next()
        screen = self.till_app.screen
        return isinstance(screen, Counter) and await screen.press(key)

    async def type(self, text: str) -> None:
        """Take a digit of the sum, C for a card; after the sale the first of what is typed next."""
        if self._sale is not None:
            await self._begin_next()
            screen = self.till_app.screen
            if isinstance(screen, Counter):
                await screen.type(text)
        elif text in "cC":
            await self.do_card()
        else:
            await super().type(text)

    def scan_of(self, code: str) -> Scan:
        """Return a scan; what stands in the sum is no quantity."""
        return Scan(code)

    async def take_scans(self, scans: Sequence[Scan]) -> Sequence[Scan]:
        """Begin the next sale with it; before this one is paid, go back to selling and ring it up there."""
        if self._sale is None:
            await self._begin_next()
            return scans
        # Rung up before the screen changes, so that both are painted at once.
        rung = await self.desk.till.run(ring_scans, scans)
        self._sale = None
        await (self.desk.put(rung.view) if rung.view is not None else self.desk.open_basket())
        await self.till_app.back(self)
        below = self.till_app.screen
        if rung.refusals and isinstance(below, Counter):
            below.say_rung(rung)
        done = len(scans) - len(rung.rest) - (rung.other is not None)
        return scans[done:]

    async def _begin_next(self) -> None:
        await self.till_app.back(self)
        if self._sale is not None:
            self._sale = None
            await self.desk.open_basket()
            await self.desk.look()

    async def do_back(self) -> None:
        """Back to selling; tenders already taken stay with the basket."""
        await self._begin_next()

    async def do_take_cash(self) -> None:
        """Take the sum typed, or all that is due, in cash."""
        text = self._amount.text.strip()
        await self._tender_cash(parse_money(text, self.desk.currency) if text else None)

    async def do_card(self) -> None:
        """Ask for what the card slip shows."""
        from screens.card import CardScreen

        text = self._amount.text.strip()
        amount = parse_money(text, self.desk.currency) if text else None

        async def ask() -> None:
            await self.go(CardScreen(self.desk, amount, self.tender_card))

        await self._once_sure(ask)

    async def do_give_back(self) -> None:
        """Give the last payment back, after a numbered choice."""
        view = self.desk.view
        if view is None or not view.basket.tenders:
            self.say(_("Nothing has been paid of this sale yet."), "warn")
            return
        last = view.basket.tenders[-1]
        amount = format_money(last.amount_minor, self.desk.currency)
        question = _("Give {amount} back?").format(amount=amount)
        if last.card is not None:
            question = _("Void {amount} on the card terminal, then take it back here?").format(amount=amount)
        await self.go(ChoiceScreen(self.desk, question, ((_("Yes, it was given back"), self._given_back),)))

    async def _given_back(self) -> None:
        await self.desk.put(await self.desk.till.run(tendering.take_back))
        self.show()

    async def do_print(self) -> None:
        """Print the finished sale's receipt again."""
        if self._sale is not None:
            await self.desk.till.run(reprinting.reprint, self._sale.receipt_number)
            self.say(_("Printed again, marked COPY."), "good")

    async def tender_card(self, amount_minor: int, slip: CardSlip) -> None:
        """Take a payment made on the card terminal; raises TenderRefused."""
        self._answer(await self.desk.till.run(tendering.pay_card, amount_minor, slip))

    async def _tender_cash(self, amount_minor: int | None) -> None:
        if self.pressed_at_s < self._answered_at_s + REPEAT_S:
            return

        async def take() -> None:
            self._answer(await self.desk.till.run(tendering.pay_cash, amount_minor))

        await self._once_sure(take)

    async def _once_sure(self, take: Callable[[], Awaitable[None]]) -> None:
        if not self._asks_first:
            await take()
            return

        async def go_on() -> None:
            self._sure_of = self.desk.view.basket.basket_id if self.desk.view else ""
            await take()

        await self.go(ChoiceScreen(self.desk, _(RECALLED), ((_("Yes, pay this basket"), go_on),)))

    @work(exclusive=True)
    async def _look(self) -> None:
        # The next basket is begun while the change is counted out, not while its first scan waits.
        await self.desk.till.run(selling.current)
        await self.desk.look()
        self.show()

    @property
    def _asks_first(self) -> bool:
        view = self.desk.view
        return self.desk.asks_before_tender and view is not None and view.basket.basket_id != self._sure_of

    def _answer(self, paid: Paid) -> None:
        self._answered_at_s = max(time.monotonic(), self.pressed_at_s)
        self._amount.put("")
        self.desk.view = paid.view
        self.desk.is_taken_over = False
        if paid.sale is None:
            return
        self._sale = paid.sale
        self._amount.activate(False)
        self._hint(_("Scan or type to begin the next sale"))
        self._payment.show(paid.view, paid.sale)
        self._look()
