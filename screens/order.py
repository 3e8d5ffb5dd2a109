"""One order: scanning ticks its lines, R makes it ready, H hands it over."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from omnipos.domain.order import Order, OrderState, Taker
from omnipos.locale import _, later
from omnipos.services import collecting
from screens.commands import BACK, HELP, Command
from screens.counter import Counter
from screens.desk import Desk
from screens.forms import Form
from screens.ringing import Scan
from screens.widgets.cells import drawn
from screens.widgets.entry import Entry
from screens.widgets.lines import Lines
from screens.widgets.order import OrderHead, line_row


class OrderScreen(Counter):
    """Picks, readies and hands over one order."""

    CSS_PATH: ClassVar[Path] = Path(__file__).with_suffix(".tcss")
    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        HELP,
        Command("space", later("Tick"), "tick_line", later("Tick one of the chosen line without a scan")),
        Command("r", later("Ready"), "ready", later("All is picked: the bag has a place")),
        Command("h", later("Hand over"), "hand_over", later("Check the code, or name and phone")),
        BACK,
    )

    def __init__(self, desk: Desk, order: Order) -> None:
        """Show an order."""
        super().__init__(desk)
        self.order = order
        self._head = OrderHead(desk, order)
        self._lines = Lines(id="lines")

    def compose(self) -> ComposeResult:
        """Who and when above, what and where below."""
        yield self.header
        yield self._head
        with Vertical(id="list") as box:
            box.border_title = _("To pick")
            yield self._lines
        yield self.message
        yield self.keys

    def show(self) -> None:
        """Paint the order as it is now."""
        super().show()
        self._head.show(self.order)
        width = max(self._lines.content_size.width - 1, 40)
        self._lines.show([line_row(line, self.order.currency, width) for line in self.order.lines])

    async def tick(self) -> None:
        """Fetch the order again: another till may have done something."""
        found = await self.desk.till.run(collecting.order_with_id, self.order.order_id)
        if found != self.order:
            self.order = found

    async def type(self, text: str) -> None:
        """Take the letters of the commands, in any case."""
        key = "space" if text == " " else text.lower()
        if not any(command.key == key for command in self.COMMANDS_HERE):
            self.say(_("Scan an item, or R for ready, H to hand over."), "warn")
            return
        await self.press(key)

    async def press(self, key: str) -> bool:
        """Move among the lines."""
        if key in ("up", "down"):
            self._lines.move(-1 if key == "up" else 1)
            return True
        return await super().press(key)

    async def take_scans(self, scans: Sequence[Scan]) -> Sequence[Scan]:
        """Tick what was scanned; once ready, a scan is the collection code."""
        code = scans[0].code
        if self.order.state is OrderState.READY:
            await self.hand_over_to(Taker(code=code))
        else:
            await self._pick(code)
        return scans[1:]

    async def _pick(self, code: str) -> None:
        picked = await self.desk.till.run(collecting.pick, self.order.order_id, code)
        self.order = picked.order
        self.say(_("{name} is ticked.").format(name=picked.line.name), "good")
        at = [line.line_id for line in self.order.lines].index(picked.line.line_id)
        self._lines.chosen = at

    async def do_tick_line(self) -> None:
        """Tick one of the chosen line, for goods without a barcode."""
        await self._pick(self.order.lines[max(self._lines.chosen, 0)].sku)

    async def do_ready(self) -> None:
        """Ask where the bag lies."""
        if not self.order.is_picked or self.order.state is OrderState.READY:
            # The rule itself says what is missing.
            await self.make_ready("")
        else:
            await self.go(ReadyForm(self))

    async def make_ready(self, place: str) -> None:
        """Make the order ready; raises OrderRefused."""
        self.order = await self.desk.till.run(collecting.make_ready, self.order.order_id, place)
        self.say(_("Ready. The bag slip is printed."), "good")

    async def do_hand_over(self) -> None:
        """Ask who takes it."""
        if self.order.state is OrderState.READY:
            await self.go(HandOverForm(self))
        else:
            await self.hand_over_to(Taker())

    async def hand_over_to(self, taker: Taker) -> None:
        """Hand it over; an unpaid order goes into the basket to be paid. Raises OrderRefused."""
        handed = await self.desk.till.run(collecting.hand_over, self.order.order_id, taker)
        self.order = handed.order
        if handed.view is None:
            self.say(_("Handed over. The slip is printed."), "good")
            return
        await self.desk.put(handed.view)
        await self.till_app.pay_now()

    @on(Lines.Picked)
    def choose_line(self, event: Lines.Picked) -> None:
        """A click on a line chooses it."""
        self._lines.show(self._lines.rows, event.index)


class ReadyForm(Form):
    """Asks where the bag lies."""

    def __init__(self, below: OrderScreen) -> None:
        """Ask for an order's bag."""
        self._below = below
        self._place = Entry(_("shelf or hook, may stay empty"), label=_("Bag place"), longest=20)
        heading = _("Order {number} is ready").format(number=drawn(below.order.number))
        super().__init__(below.desk, (self._place,), heading)

    async def send(self) -> None:
        """Make it ready."""
        await self._below.make_ready(self._place.text)
        await self.close()


class HandOverForm(Form):
    """Asks for the collection code, or else for name and phone."""

    def __init__(self, below: OrderScreen) -> None:
        """Ask for the taker of an order."""
        self._below = below
        self._code = Entry(_("scan or type it"), label=_("Code "), longest=40)
        self._who = Entry(label=_("Name "), longest=80)
        self._phone = Entry(_("the last four digits are enough"), label=_("Phone"), longest=24)
        heading = _("Hand over {number}").format(number=drawn(below.order.number))
        intro = _("The collection code is enough. Without it ask for name and phone.")
        super().__init__(below.desk, (self._code, self._who, self._phone), heading, intro)

    async def do_enter(self) -> None:
        """A code needs no more fields."""
        if self.entry is self._code and self._code.text.strip():
            await self.send()
        else:
            await super().do_enter()

    async def take_scans(self, scans: Sequence[Scan]) -> Sequence[Scan]:
        """A scan here is the code."""
        self._code.put(scans[0].code)
        await self.send()
        return scans[1:]

    async def send(self) -> None:
        """Hand it over."""
        taker = Taker(
            code=self._code.text.strip(), name=self._who.text.strip(), phone=self._phone.text.strip()
        )
        await self._below.hand_over_to(taker)
        await self.close()
