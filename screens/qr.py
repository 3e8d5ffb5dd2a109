"""A QR code for the customer to scan: drawn where the window has room for it, else printed."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.geometry import Size

from omnipos.domain.money import format_money
from omnipos.locale import _, later
from omnipos.services import qr_paying
from omnipos.services.qr_paying import CodeToPay
from screens.commands import BACK, Command
from screens.counter import Dialog
from screens.desk import Desk
from screens.widgets.cells import Row, between, cut, drawn, wrapped
from screens.widgets.entry import Entry
from screens.widgets.painted import Painted
from screens.widgets.qrcode import QrCode, code_size

BESIDE = 44
"""Cells of what stands beside a code."""
BELOW = 2
"""Rows of what stands below a code in a window with no room beside it."""

PRINT = Command("f7", later("Print the code"), "print", later("Print the code as a slip for the customer"))


class CodeFacts(Painted):
    """What a code is for: the sum, to whom, and until when."""

    def __init__(self, code: CodeToPay) -> None:
        """Tell of a code."""
        super().__init__()
        self.code = code
        self.is_short = False
        self.steps: tuple[str, ...] = ()

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
            return [((between(f" {code.scheme}  {merchant}", f"{amount} ", width), "accent"),)]
        rows: list[Row] = [((between(code.scheme, amount, width), "accent"),)]
        rows.append(((cut(_("To {merchant}").format(merchant=merchant), width), "plain"),))
        rows.append(())
        for step in self.steps:
            rows += [((line, "plain"),) for line in wrapped(step, width)]
        return [*rows, ()]

    currency = "IDR"


class CodeScreen(Dialog):
    """Shows a code; a window without room for it has it printed, and says so."""

    CSS_PATH: ClassVar[Path] = Path(__file__).with_name("qr.tcss")
    COMMANDS_HERE: ClassVar[Sequence[Command]] = (PRINT, BACK)

    def __init__(self, desk: Desk, code: CodeToPay, field: Entry | None = None) -> None:
        """Show a code, with a field to type into where one is needed."""
        super().__init__(desk)
        self.code = code
        self._drawn = QrCode(code.payload)
        self._facts = CodeFacts(code)
        self._facts.currency = desk.currency
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
