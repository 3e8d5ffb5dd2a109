"""A QR code for the customer to scan: drawn where the window has room for it, else printed."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.geometry import Size

from omnipos.domain.money import format_money
from omnipos.domain.payment import Payment
from omnipos.domain.tender import TenderKind
from omnipos.locale import _, later
from omnipos.services import paying, qr_paying
from omnipos.services.qr_paying import CodeToPay
from screens.charging import BACK as LEAVE
from screens.charging import NEXT, OWN, AwaitsPayment, begin, stopping_words
from screens.commands import BACK, Command
from screens.counter import Counter, Dialog
from screens.desk import Desk
from screens.widgets.cells import Row, between, cut, drawn, wrapped
from screens.widgets.entry import Entry
from screens.widgets.footer import KeysLine
from screens.widgets.painted import Painted
from screens.widgets.qrcode import QrCode, code_size

BESIDE = 44
"""Cells of what stands beside a code."""
BELOW = 2
"""Rows of what stands below a code in a window with no room beside it."""

CLOSE = Command("f8", later("Close it"), "cancel", later("Close the code at the acquirer"))
PRINT = Command("f7", later("Print"), "print", later("Print the code as a slip for the customer"))


class CodeFacts(Painted):
    """What a code is for: the sum, to whom, and until when."""

    def __init__(self, code: CodeToPay, currency: str) -> None:
        """Tell of a code."""
        super().__init__()
        self.code, self.currency = code, currency
        self.is_short = False
        self.steps: tuple[str, ...] = ()
        self.left = ""
        """How long it can still be paid."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many rows it takes."""
        return len(self._lines(width))

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return one row where there is no room, else each fact on its own."""
        return self._lines(width)

    def _lines(self, width: int) -> list[Row]:
        code, width = self.code, max(width, 20)
        amount = format_money(code.amount_minor, self.currency)
        merchant = drawn(code.merchant)
        if self.is_short:
            name = f" {code.scheme}  {merchant}  {self.left}"
            return [((between(name, f"{amount} ", width), "accent"),)]
        rows: list[Row] = [((between(code.scheme, amount, width), "accent"),)]
        rows.append(((cut(_("To {merchant}").format(merchant=merchant), width), "plain"),))
        rows.append(())
        for step in self.steps:
            rows += [((line, "plain"),) for line in wrapped(step, width)]
        if self.left:
            rows += [(), ((self.left, "strong"),)]
        return [*rows, ()]


class CodeScreen(Dialog):
    """Shows a code; a window without room for it has it printed, and says so."""

    CSS_PATH: ClassVar[Path] = Path(__file__).with_name("qr.tcss")
    COMMANDS_HERE: ClassVar[Sequence[Command]] = (PRINT, BACK)

    def __init__(self, desk: Desk, code: CodeToPay, field: Entry | None = None) -> None:
        """Show a code, with a field to type into where one is needed."""
        super().__init__(desk)
        self.keys = KeysLine(self.commands, wraps=True)  # beside a code there is little room
        self.code = code
        self._drawn = QrCode(code.payload)
        self._facts = CodeFacts(code, desk.currency)
        self._is_printed = False
        self.entry = field

    def compose(self) -> ComposeResult:
        """The code, and beside or below it what it is for."""
        with Container(id="pay-by-code"):
            yield self._drawn
            with Vertical(id="box") as box:
                box.border_title = Content(_("QR payment"))
                yield self._facts
                yield self.message
                if self.entry is not None:
                    yield self.entry
                yield self.keys

    async def open(self) -> None:
        """Print the code at once where it cannot be drawn."""
        self.place()
        if not self._drawn.display:
            await self._print(_("This window is too small for the code: it is printed."))

    def on_resize(self) -> None:
        """Draw the code as soon as there is room for it."""
        self.place()
        super().on_resize()

    def place(self) -> None:
        """Put the code beside or above the rest, or leave it out."""
        code, room = code_size(self.code.payload), self.app.size
        beside = room.width >= code.width + BESIDE and room.height >= code.height
        above = not beside and room.width >= code.width and room.height >= code.height + BELOW
        self._drawn.display = beside or above
        self.set_class(above, "-above")
        self.set_class(not (beside or above), "-printed")
        self._facts.is_short = above
        self._facts.steps = self.steps
        self._facts.refresh(layout=True)
        self.tidy()

    @property
    def steps(self) -> tuple[str, ...]:
        """What the cashier and the customer do."""
        return ()

    def tidy(self) -> None:
        """Give up the keys, and the facts while there is something to say, where two rows are left."""
        is_short = self._facts.is_short
        self.keys.display = not is_short
        self.message.display = bool(self.message.text) or not is_short
        self._facts.display = not (is_short and self.message.text)

    def say(self, text: str, style: str = "bad") -> None:
        """Say something that stays until the next key."""
        super().say(text, style)
        self.tidy()

    async def do_print(self) -> None:
        """Print the code, as often as it is asked for."""
        await self._print(_("The code is printed."))

    async def _print(self, said: str) -> None:
        await self.desk.till.run(qr_paying.print_code, self.code)
        self._is_printed = True
        self.say(said, "good")


class StandingCodeScreen(CodeScreen):
    """The shop's own code: the customer pays, the cashier types the reference from the customer's phone."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Paid"), "take", later("Take the payment by the reference typed")),
        PRINT,
        BACK,
    )

    def __init__(self, desk: Desk, code: CodeToPay, take: Callable[[int, str], Awaitable[None]]) -> None:
        """Show the shop's code; `take` takes the sum with its reference."""
        field = Entry(
            _("from the customer's phone"), label=_("Reference"), longest=qr_paying.LONGEST_REFERENCE
        )
        super().__init__(desk, code, field)
        self._take = take

    @property
    def steps(self) -> tuple[str, ...]:
        """How it is paid, and that nobody verifies it."""
        amount = format_money(self.code.amount_minor, self.desk.currency)
        typed = _("The customer scans it and types {sum}.").format(sum=amount)
        scanned = _("The customer scans it; the sum is in the code, which the bank has not made.")
        return (
            scanned if self.code.has_amount else typed,
            _("Look at the sum on the customer's phone, then type its reference. Nobody else verifies it."),
        )

    async def do_take(self) -> None:
        """Take the payment; Enter on an empty line takes nothing."""
        assert self.entry is not None, "the reference is typed here"
        await self._take(self.code.amount_minor, self.entry.text)
        await self.do_back()


class MadeCodeScreen(CodeScreen, AwaitsPayment):
    """The acquirer's code of one payment, until the acquirer says what became of it."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (CLOSE, NEXT, PRINT, OWN, LEAVE)

    def __init__(self, desk: Desk, code: CodeToPay, payment: Payment) -> None:
        """Show the code of a payment; its end closes this."""
        super().__init__(desk, code)
        self.payment = payment
        self._facts.left = self._left

    @property
    def steps(self) -> tuple[str, ...]:
        """What the customer does, and who says that it is paid."""
        return (
            _("The customer scans it and pays; the sum is in the code."),
            _("It is paid when the acquirer says so, whatever the phone shows. Nothing waits for it."),
        )

    @property
    def _left(self) -> str:
        left_s = max(self.code.expires_at_ms - self.desk.now_ms, 0) // 1000
        return _("{minutes}:{seconds} left").format(minutes=left_s // 60, seconds=f"{left_s % 60:02d}")

    async def press(self, key: str) -> bool:
        """Let no reflex do anything."""
        return key == "enter" or await super().press(key)

    async def tick(self) -> None:
        """Count the time down."""
        self._facts.left = self._left
        self._facts.repaint()

    async def do_cancel(self) -> None:
        """Ask the acquirer to close the code; what it says to that is the end."""
        acquirer = self.desk.till.acquirer
        if acquirer is not None:
            acquirer.cancel(self.payment)
            self.say(stopping_words(self.payment), "warn")

    async def do_next(self) -> None:
        """Put the basket aside and serve the next customer."""
        await self.till_app.back(self)
        await self.till_app.leave_for_next()


async def ask_for_code(below: Counter, amount_minor: int | None, *, again: bool = False) -> None:
    """Write a payment of the open basket down, and ask the acquirer for its code."""
    acquirer = below.desk.till.acquirer
    assert acquirer is not None, "asked only where an acquirer is set"
    ask = below.desk.till.run
    await begin(below, await ask(paying.ask, TenderKind.QR, acquirer.provider, amount_minor, again=again))


async def show_open_code(below: Counter) -> bool:
    """Show the code of the open basket again, where one can still be paid; tell whether there was one."""
    view, acquirer = below.desk.view, below.desk.till.acquirer
    for payment_id in view.basket.payments if view and acquirer else ():
        payment = await below.desk.till.run(paying.one, payment_id)
        if await show_made_code(below, payment):
            return True
    return False


async def show_made_code(below: Counter, payment: Payment) -> bool:
    """Show the code that an acquirer made for a payment; tell whether there is one."""
    acquirer = below.desk.till.acquirer
    made = acquirer.code_of(payment.payment_id) if acquirer else None
    if made is None:
        return False
    code = await below.desk.till.run(qr_paying.code_of_payment, payment, made)
    await below.go(MadeCodeScreen(below.desk, code, payment))
    return True
