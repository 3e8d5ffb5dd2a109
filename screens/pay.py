"""Paying: what is due, one Enter for one tender, and the change, large, until the next sale begins."""

import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from omnipos.domain.money import currency, format_money, parse_money
from omnipos.domain.sale import Sale
from omnipos.domain.tender import CardSlip
from omnipos.locale import _, later
from omnipos.services import giving_back, qr_paying, reprinting, selling, tendering
from omnipos.services.tendering import Paid
from screens import refund
from screens.choice import RECALLED, ChoiceScreen
from screens.commands import BACK, BUYER, HELP, Command
from screens.widgets.entry import Asked, Entry
from screens.widgets.payment import GIFT, NOTE_KEYS, PRINT, PaymentSide, tender_name

if TYPE_CHECKING:
    from screens.counter import Counter

LONGEST_SUM = 20
REPEAT_S = 0.3
"""An Enter so soon after the last tender's answer is the same Enter, held or hit twice."""

EXACT = Command(
    "enter", later("Take cash"), "take_cash", later("Take the sum typed, or all that is due, in cash")
)
CARD = Command("c", later("Card"), "card", later("A payment made on the card terminal"))
CARD_TOO = Command("f9", later("Card"), "card", later("The same as C: a card payment"), False)
QR = Command(
    "q", later("QR"), "qr", later("Paid by QR code (QRIS, DuitNow QR) from the customer's phone"), False
)
OWN_QR = Command(
    "o", later("Shop's own QR"), "own_qr", later("The shop's own standing QR code, not verified"), False
)
BALANCES = (
    Command("g", later("Gift card"), "gift_card", later("Pay with a gift card"), False),
    Command("s", later("Store credit"), "store_credit", later("Pay with the customer's store credit"), False),
    Command("a", later("On account"), "on_account", later("The customer pays later"), False),
)
FOREIGN = Command(
    "u", later("Foreign cash"), "foreign", later("Cash of another currency, at the shop's rate"), False
)
SLIP = Command("t", later("Card slip"), "slip", later("Type the slip of a terminal that stands alone"), False)
UNDO = Command("f10", later("Give back"), "give_back", later("Give the last payment of this sale back"))
TAKE_BACK = Command(
    "f10", later("Undo last"), "give_back", later("Take the money back that was given back last")
)


class PayOutside(Protocol):
    """Begins to pay by card or code; `again` means it though a payment of the basket is not known."""

    def __call__(self, *, again: bool) -> Awaitable[None]:
        """Begin."""
        ...


class Paying:
    """The part of the sell screen that takes tenders until the sale is paid, then shows the change.

    It is no screen of its own: a change of screens paints the whole terminal, and the first scan of
    the next customer would wait for it.
    """

    def __init__(self, counter: "Counter", entry: Entry) -> None:
        """Begin with nothing to pay, on a screen that lends its entry."""
        self.counter = counter
        self.desk = counter.desk
        self.is_up = False
        self._amount = entry
        self._asked_before = entry.asked
        self._sale: Sale | None = None
        self._answered_at_s = 0.0
        self._sure_of = ""

    @property
    def sale(self) -> Sale | None:
        """The finished sale whose change is shown."""
        return self._sale

    @property
    def has_change(self) -> bool:
        """Whether the sale is finished and its change is shown."""
        return self._sale is not None

    @property
    def side(self) -> PaymentSide:
        """What stands beside the basket meanwhile."""
        assert self.desk.view is not None, "only a basket that was seen is paid"
        till = self.desk.till
        some = (
            ("T", till.charging is not None),
            ("O", till.acquirer is not None),
            ("U", self.desk.takes_foreign),
        )
        more = tuple(key for key, is_here in some if is_here)
        return PaymentSide(self.desk.view, self._sale, self.desk.standing_of(self._sale), more)

    @property
    def commands(self) -> Sequence[Command]:
        """While paying the ways to pay; afterwards what can be done with the finished sale."""
        if self._sale is not None:
            return (PRINT, GIFT, Command("escape", later("Next sale"), "back", later("Begin the next sale")))
        part_paid = self.desk.view is not None and self.desk.view.basket.tenders
        if refund.goes_back(self):
            return (HELP, refund.HOW, *((TAKE_BACK,) if part_paid else ()), BACK)
        undo = (UNDO,) if part_paid else ()
        slip = (SLIP,) if self.desk.till.charging is not None else ()
        own_qr = (OWN_QR,) if self.desk.till.acquirer is not None else ()
        foreign = (FOREIGN,) if self.desk.takes_foreign else ()
        ways = (EXACT, CARD, *slip, QR, *own_qr)
        rest = (*self._note_commands(), *BALANCES, *foreign, CARD_TOO, BUYER, BACK)
        return (HELP, *ways, *undo, *rest)

    def _note_commands(self) -> list[Command]:
        notes = currency(self.desk.currency).notes
        tells = later("The customer gives this note")
        return [
            Command(key, format_money(note, self.desk.currency), "note", tells, False)
            for key, note in zip(NOTE_KEYS, notes, strict=False)
        ]

    def begin(self) -> None:
        """Begin to pay the basket as it is now."""
        self.is_up = True
        self._sale = None
        self._answered_at_s = 0.0
        self._asked_before = self._amount.asked
        self.ask()

    def end(self) -> bool:
        """Leave paying, if it is up; tell whether the sale was finished: its basket is gone then."""
        is_sold = self._sale is not None
        if self.is_up:
            self._amount.ask(self._asked_before)
        self.is_up, self._sale = False, None
        return is_sold

    def ask(self) -> None:
        """Say in the entry what Enter takes now."""
        if self.desk.view is None:
            return
        cash = format_money(self.desk.view.due.cash_due_minor, self.desk.currency)
        hint = _("Enter takes {sum} in cash, or type what is given").format(sum=cash)
        if refund.goes_back(self):
            hint = _("Enter asks how the money goes back")
        self._amount.ask(Asked(hint, _("Given"), LONGEST_SUM))

    async def press(self, key: str) -> bool:
        """Take a banknote's key; once the sale is finished any other key begins the next."""
        if self._sale is not None:
            return await self._press_when_finished(key)
        if refund.goes_back(self) and key in ("enter", "f9", *NOTE_KEYS):
            await refund.ask(self)
            return True
        if key in NOTE_KEYS:
            notes = currency(self.desk.currency).notes
            at = NOTE_KEYS.index(key)
            if at < len(notes):
                await self._tender_cash(notes[at])
                return True
        return await self.counter.act(self, key)

    async def _press_when_finished(self, key: str) -> bool:
        if key in ("enter", "f12"):
            # Reflexes: the change stays in view until something new begins.
            return True
        if key in ("f6", "f7", "escape"):
            return await self.counter.act(self, key)
        await self.do_back()
        return await self.counter.press(key)

    async def type(self, text: str) -> None:
        """Take a digit of the sum, C for a card; after the sale the first of what is typed next."""
        if self._sale is not None:
            await self.do_back()
            await self.counter.type(text)
        elif refund.goes_back(self):
            await refund.ask(self)
        elif text in "cC":
            await self.do_card()
        elif text in "tT":
            await self.do_slip()
        elif text in "qQ":
            await self.do_qr()
        elif text in "oO":
            await self.do_own_qr()
        elif text in "gGsSaAuU":
            await self.open_form(text.lower())
        else:
            self._amount.type(text)

    async def do_help(self) -> None:
        """Show all keys."""
        await self.counter.do_help()

    async def do_back(self) -> None:
        """Back to selling, with the next basket once this one is sold."""
        if self.end():
            await self.desk.open_basket()

    async def do_buyer(self) -> None:
        """Ask for the buyer's tax data, while part may be paid already."""
        from screens.buyer import BuyerScreen

        if self.desk.view is not None:
            await self.counter.go(BuyerScreen(self.desk, self.desk.view.basket))

    async def do_take_cash(self) -> None:
        """Take the sum typed, or all that is due, in cash."""
        text = self._amount.text.strip()
        await self._tender_cash(parse_money(text, self.desk.currency) if text else None)

    async def do_card(self) -> None:
        """Ask the terminal where one is set, else for what the card slip shows."""
        from screens.charging import charge

        if self.desk.till.charging is None:
            await self.do_slip()
            return
        amount = self._sum_typed
        await self._once_sure(
            lambda: self._not_twice(partial(charge, self.counter, amount), _("Pay by card again"))
        )

    async def do_slip(self) -> None:
        """Ask for what the card slip shows."""
        from screens.card import CardScreen

        amount = self._sum_typed

        async def ask(*, again: bool) -> None:
            await self.counter.go(CardScreen(self.desk, amount, partial(self.tender_card, again=again)))

        await self._once_sure(lambda: self._not_twice(ask, _("Pay by card again")))

    @property
    def _sum_typed(self) -> int | None:
        text = self._amount.text.strip()
        return parse_money(text, self.desk.currency) if text else None

    async def _not_twice(self, pay: PayOutside, wording: str) -> None:
        """Pay; while a payment of this basket is not known only after a numbered choice."""
        view = self.desk.view
        if view is None or not view.basket.payments:
            await pay(again=False)
            return
        question = _("A payment of this sale is not known yet. Paying again may charge twice.")
        answers = ((wording, lambda: pay(again=True)),)
        await self.counter.go(ChoiceScreen(self.desk, question, answers))

    async def do_qr(self) -> None:
        """Show a code for the customer to scan."""
        from screens.qr import ask_for_code, show_open_code

        if self.desk.till.acquirer is None:
            await self.do_own_qr()
        elif not await show_open_code(self.counter):
            ask = partial(ask_for_code, self.counter, self._sum_typed)
            await self._once_sure(lambda: self._not_twice(ask, _("Make another code")))

    async def do_own_qr(self) -> None:
        """Show the shop's own standing code, whose payment nobody verifies."""
        from screens.qr import StandingCodeScreen

        shown = await self.desk.till.run(qr_paying.standing_code, self._sum_typed)

        async def ask(*, again: bool) -> None:
            take = partial(self._tender_qr, again=again)
            await self.counter.go(StandingCodeScreen(self.desk, shown, take))

        await self._once_sure(lambda: self._not_twice(ask, _("Pay by QR code again")))

    async def _tender_qr(self, amount_minor: int, reference: str, *, again: bool = False) -> None:
        self.answer(await self.desk.till.run(qr_paying.pay_unverified, amount_minor, reference, again=again))

    async def do_gift_card(self) -> None:
        """Take a gift card."""
        await self.open_form("g")

    async def do_store_credit(self) -> None:
        """Take the customer's store credit."""
        await self.open_form("s")

    async def do_on_account(self) -> None:
        """Let the customer owe it."""
        await self.open_form("a")

    async def do_foreign(self) -> None:
        """Take cash of another currency."""
        await self.open_form("u")

    async def open_form(self, way: str, card: str = "") -> None:
        """Ask for what a way to pay needs to know; `card` is a gift card that was scanned."""
        from screens.balances import open_form

        amount = self._amount.text.strip()

        async def ask() -> None:
            await open_form(self.counter, way, amount, self.answer, card)

        await self._once_sure(ask)

    async def do_give_back(self) -> None:
        """Give the last payment back, after a numbered choice."""
        view = self.desk.view
        if view is None or not view.basket.tenders:
            self.counter.say(_("Nothing has been paid of this sale yet."), "warn")
            return
        last = view.basket.tenders[-1]
        if last.amount_minor < 0:
            await refund.ask_undo(self, last, self._given_back)
            return
        amount = format_money(last.amount_minor, self.desk.currency)
        question = _("Give back {amount} ({payment})?").format(amount=amount, payment=tender_name(last))
        if last.card is not None:
            question = _("Void {amount} on the card terminal, then take it back here?").format(amount=amount)
        answers: list[tuple[str, Callable[[], Awaitable[None]]]] = []
        if await self.desk.till.run(giving_back.can_ask_back, last):
            from screens.charging import give_last_back

            ask = (
                _("Ask the terminal to give it back") if last.card else _("Ask the acquirer to give it back")
            )
            answers.append((ask, partial(give_last_back, self.counter)))
        answers.append((_("Yes, it was given back"), self._given_back))
        await self.counter.go(ChoiceScreen(self.desk, question, answers))

    async def _given_back(self) -> None:
        await self.desk.put(await self.desk.till.run(tendering.take_back))
        self.ask()
        self.counter.show()

    async def do_print(self) -> None:
        """Print the finished sale's receipt again."""
        if self._sale is not None:
            await self.desk.till.run(reprinting.reprint, self._sale.receipt_number)
            self.counter.say(_("Printed again, marked COPY."), "good")

    async def do_gift(self) -> None:
        """Print the finished sale's gift receipt."""
        from screens.receipts import gift_words

        if self._sale is not None:
            sale = await self.desk.till.run(reprinting.print_gift_receipt, self._sale.receipt_number)
            self.counter.say(gift_words(sale.receipt_number), "good")

    async def tender_card(self, amount_minor: int, slip: CardSlip, *, again: bool = False) -> None:
        """Take a payment made on the card terminal; raises TenderRefused."""
        self.answer(await self.desk.till.run(tendering.pay_card, amount_minor, slip, again=again))

    async def _tender_cash(self, amount_minor: int | None) -> None:
        if self.counter.pressed_at_s < self._answered_at_s + REPEAT_S:
            return

        async def take(*, again: bool) -> None:
            self.answer(await self.desk.till.run(tendering.pay_cash, amount_minor, again=again))

        await self._once_sure(lambda: self._not_twice(take, _("Take cash all the same")))

    async def _once_sure(self, take: Callable[[], Awaitable[None]]) -> None:
        if not self._asks_first:
            await take()
            return

        async def go_on() -> None:
            self._sure_of = self.desk.view.basket.basket_id if self.desk.view else ""
            await take()

        await self.counter.go(ChoiceScreen(self.desk, _(RECALLED), ((_("Yes, pay this basket"), go_on),)))

    async def _look(self) -> None:
        # The next basket is begun while the change is counted out, not while its first scan waits.
        await self.desk.till.run(selling.current)
        await self.desk.look()
        self.counter.show()

    @property
    def _asks_first(self) -> bool:
        view = self.desk.view
        return self.desk.asks_before_tender and view is not None and view.basket.basket_id != self._sure_of

    def answer(self, paid: Paid) -> None:
        """Show what a tender did: what is still due, or the finished sale with its change."""
        self._answered_at_s = max(time.monotonic(), self.counter.pressed_at_s)
        self.desk.view = paid.view
        self.desk.is_taken_over = False
        self._sale = paid.sale
        if paid.sale is None:
            self.ask()
            return
        self._amount.ask(Asked(_("Scan or type to begin the next sale"), _("Given"), active=False))
        # Painted before the worker wakes the screen, else the change waits for a second frame.
        self.counter.show()
        self.counter.run_worker(self._look(), exclusive=True, group="change")
