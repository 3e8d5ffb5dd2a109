"""Payments that nobody knows the end of, or that are in no sale: the list, and each with its answers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from omnipos.domain.money import format_money
from omnipos.domain.payment import STATE_WORDS, Payment, PaymentState
from omnipos.domain.tender import TENDER_WORDS, TenderKind
from omnipos.locale import _, later
from omnipos.services import giving_back, paying, resolving
from omnipos.services.approving import Word
from omnipos.services.paying import Heard
from screens import times
from screens.charging import begin, heard_words, stopping_words
from screens.choice import Answer
from screens.commands import BACK, Command
from screens.desk import Desk
from screens.forms import Form
from screens.lists import WIDTH, ListScreen
from screens.payment_words import amount_words, outcome_words
from screens.widgets.cells import Row, fit, right, wrapped
from screens.widgets.entry import Entry

Settle = Callable[[str, str, Word], Awaitable[Heard]]
"""Settles a payment with an approval code, a reason and a manager's word."""


class PaymentsScreen(ListScreen):
    """Lists the open payments, the oldest first; Enter opens one."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Open"), "open_payment", later("Show what is known and the answers")),
        BACK,
    )

    def __init__(self, desk: Desk) -> None:
        """Begin with an empty list."""
        super().__init__(desk, _("Payments not known"), empty=_("Every payment is known."))
        self._open: Sequence[Payment] = ()

    async def open(self) -> None:
        """Fetch them."""
        await self.tick()
        self.show()

    async def tick(self) -> None:
        """Fetch them again: some end by themselves."""
        self._open = await self.desk.till.run(resolving.open_payments)

    def rows(self) -> Sequence[Row]:
        """Return a row for each."""
        return [self._row(one) for one in self._open]

    def _row(self, payment: Payment) -> Row:
        when = times.day_or_clock(payment.asked_at_ms, self.desk.now_ms, self.desk.zone)
        amount = format_money(payment.amount_minor, payment.currency)
        return (
            (fit(f" {payment.number}", 6), "strong"),
            (fit(when, 8), "dim"),
            (fit(_(TENDER_WORDS[payment.kind]), 12), "plain"),
            (right(amount, 14), "plain"),
            (fit(f"  {_(STATE_WORDS[payment.state])}", WIDTH - 40), "bad"),
        )

    async def do_open_payment(self) -> None:
        """Open the chosen one."""
        if self._open:
            await self.go(PaymentScreen(self, self._open[max(self.lines.chosen, 0)]))


class PaymentScreen(ListScreen):
    """One payment: what is known of it, and the answers by their numbers."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (BACK,)

    def __init__(self, below: PaymentsScreen, payment: Payment) -> None:
        """Show a payment over the list."""
        super().__init__(below.desk, _("Payment {number}").format(number=payment.number))
        self.below, self.payment = below, payment
        self.lines.chosen = -1

    def shows(self, payment_id: str) -> bool:
        """Tell whether it is this one."""
        return payment_id == self.payment.payment_id

    async def tick(self) -> None:
        """Look at it again: it may have ended meanwhile, and then nothing is left to answer."""
        self.payment = await self.desk.till.run(paying.one, self.payment.payment_id)

    def rows(self) -> Sequence[Row]:
        """Return what is known, then the answers."""
        said = outcome_words(Heard(payment=self.payment))
        rows: list[Row] = [((f" {line}", "strong"),) for line in wrapped(said, WIDTH - 2)]
        rows.append(())
        for number, (text, _do) in enumerate(self._answers, start=1):
            rows.append(((f" {number} ", "accent"), (text, "plain")))
        return rows

    @property
    def _answers(self) -> Sequence[Answer]:
        has_terminal = self.desk.till.asked_of(self.payment) is not None
        by_code = self.payment.kind is TenderKind.QR
        ask: list[Answer] = [
            (_("Ask the acquirer now") if by_code else _("Ask the terminal now"), self._ask),
            (
                _("Close the code at the acquirer") if by_code else _("Cancel it at the terminal"),
                self._cancel,
            ),
        ]
        acquirer = self.desk.till.acquirer
        if acquirer is not None and acquirer.code_of(self.payment.payment_id) is not None:
            ask.insert(0, (_("Show the code"), self._show_code))
        match self.payment.state:
            case PaymentState.ASKED:
                return ask if has_terminal else ()
            case PaymentState.UNKNOWN:
                by_hand: list[Answer] = [
                    (_("It was paid"), self._was_paid),
                    (_("It was not paid"), self._was_not),
                ]
                return [*(ask if has_terminal else ()), *by_hand]
            case PaymentState.ASTRAY:
                wording = (
                    _("Give it back through the acquirer") if by_code else _("Give it back at the terminal")
                )
                can_undo = has_terminal and self.payment.amount_minor > 0
                back: list[Answer] = [(wording, self._back)] if can_undo else []
                given = (_("The customer has the money again"), self._given)
                return [*back, given, (_("The shop keeps it"), self._kept)]
            case _:
                return ()

    async def type(self, text: str) -> None:
        """Take the number of an answer."""
        if text.isdigit() and 1 <= int(text) <= len(self._answers):
            await self._answers[int(text) - 1][1]()
        else:
            self.say(_("Type the number of an answer, or Esc to go back."), "warn")

    async def press(self, key: str) -> bool:
        """Nothing is chosen here: only a number answers."""
        if key == "enter":
            self.say(_("Enter is no answer here. Type the number, or Esc to go back."), "warn")
        return key in ("up", "down", "enter") or await super().press(key)

    async def _ask(self) -> None:
        asked = self.desk.till.asked_of(self.payment)
        assert asked is not None, "offered only where it is set"
        asked.ask_again(self.payment)
        by_code = self.payment.kind is TenderKind.QR
        said = (
            _("The acquirer is asked. What it says shows in the list.")
            if by_code
            else _("The terminal is asked. What it says shows in the list.")
        )
        self.say(said, "plain")

    async def _cancel(self) -> None:
        asked = self.desk.till.asked_of(self.payment)
        assert asked is not None, "offered only where it is set"
        asked.cancel(self.payment)
        self.say(stopping_words(self.payment), "warn")

    async def _show_code(self) -> None:
        from screens.qr import show_made_code

        await show_made_code(self, self.payment)

    async def _back(self) -> None:
        refund = await self.desk.till.run(giving_back.ask_astray_back, self.payment.payment_id)
        await self.till_app.back(self)
        await begin(self.below, refund)

    async def _was_paid(self) -> None:
        async def settle(code: str, reason: str, word: Word) -> Heard:
            run = self.desk.till.run
            return await run(resolving.said_paid, self.payment.payment_id, code, reason, word)

        await self.go(SettleForm(self, _("It was paid"), settle, needs_code=True))

    async def _was_not(self) -> None:
        async def settle(_code: str, reason: str, word: Word) -> Heard:
            return await self.desk.till.run(resolving.said_unpaid, self.payment.payment_id, reason, word)

        await self.go(SettleForm(self, _("It was not paid"), settle))

    async def _given(self) -> None:
        async def settle(_code: str, reason: str, word: Word) -> Heard:
            run = self.desk.till.run
            return await run(giving_back.said_given_back, self.payment.payment_id, reason, word)

        await self.go(SettleForm(self, _("The customer has the money again"), settle))

    async def _kept(self) -> None:
        async def settle(_code: str, reason: str, word: Word) -> Heard:
            return await self.desk.till.run(giving_back.said_kept, self.payment.payment_id, reason, word)

        await self.go(SettleForm(self, _("The shop keeps it"), settle))


class SettleForm(Form):
    """Asks for the reason, and for a code where something was paid; a manager's word comes behind it."""

    def __init__(
        self, payment: PaymentScreen, wording: str, settle: Settle, *, needs_code: bool = False
    ) -> None:
        """Ask about one payment."""
        self._payment, self._settle = payment, settle
        words = (_("Approval code"), _("Reason"))
        width = max(map(len, words)) if needs_code else len(words[1])
        self._code = Entry(_("from the slip"), label=words[0].ljust(width), longest=24)
        self._reason = Entry(_("how you know"), label=words[1].ljust(width), longest=200)
        fields = (self._code, self._reason) if needs_code else (self._reason,)
        intro = f"{wording}: {amount_words(payment.payment)}"
        super().__init__(payment.desk, fields, payment.heading, intro)

    async def send(self) -> None:
        """Settle it, and go back to the list."""
        await self.with_word(self._do)

    async def _do(self, word: Word) -> None:
        heard = await self._settle(self._code.text, self._reason.text, word)
        below = self._payment.below
        await self.till_app.back(self._payment)
        await below.open()
        # The app tells of it too, and at once where this list is up.
        below.say(*heard_words(heard))
