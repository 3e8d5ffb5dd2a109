"""One order: scanning ticks its lines, R makes it ready, H hands it over."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from msgspec.structs import replace
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical

from omnipos.domain.errors import OrderRefused
from omnipos.domain.order import Order, OrderState, Taker, check_taker
from omnipos.domain.staff import Approval
from omnipos.locale import _, later
from omnipos.services import collecting, leasing
from omnipos.services.approving import NOBODY, Word
from omnipos.services.collecting import AgeUnseen
from screens.asking import AGES
from screens.choice import ChoiceScreen
from screens.commands import BACK, HELP, Command
from screens.counter import Counter
from screens.desk import Desk
from screens.forms import Form
from screens.lease import AskScreen
from screens.ringing import Scan
from screens.widgets.cells import drawn
from screens.widgets.entry import Entry
from screens.widgets.lines import Lines
from screens.widgets.order import OrderHead, line_row, next_step

FINISHED_ELSEWHERE = (OrderState.CANCELLED, OrderState.EXPIRED, OrderState.COLLECTED)
"""States that somebody else brings an order into while it is worked on here."""


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

    @property
    def commands(self) -> Sequence[Command]:
        """The keys; giving the order away while another till asks for it."""
        if not hasattr(self, "order") or not leasing.is_asked_of(self.desk.till, self.order):
            return self.COMMANDS_HERE
        *others, last = self.COMMANDS_HERE
        give = Command("g", later("Give it"), "give", later("Let the till that asks have this order"))
        return (*others, give, last)

    async def open(self) -> None:
        """Keep the order here as long as it is looked at."""
        await self.desk.till.run(leasing.open_at_hand, self.order.order_id)

    async def on_unmount(self, _event: events.Unmount) -> None:
        """Let it go to who asks for it, unless it was opened again meanwhile."""
        order_id = self.order.order_id
        if not any(
            isinstance(one, OrderScreen) and one.order.order_id == order_id for one in self.app.screen_stack
        ):
            await self.desk.till.run(leasing.leave_at_hand, order_id)

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
        """Fetch the order again: another till or its web shop may have done something."""
        before = self.order
        try:
            found = await self.desk.till.run(collecting.order_with_id, before.order_id)
        except OrderRefused as gone:
            self.say(str(gone))
            return
        if found != before:
            self.order = found
        if found.state is not before.state and found.state in FINISHED_ELSEWHERE:
            self.app.bell()
            self.say(next_step(self.desk, found))

    async def type(self, text: str) -> None:
        """Take the letters of the commands, in any case."""
        key = "space" if text == " " else text.lower()
        if not any(command.key == key for command in self.commands):
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
            taker = Taker(code=code)
            check_taker(self.order, taker)
            await self.with_word(partial(self._take_code, taker))
            return scans[1:]
        await self.with_word(partial(self._pick_all, [scan.code for scan in scans]))
        return ()

    async def _take_code(self, taker: Taker, word: Word) -> None:
        if self._is_elsewhere:
            await self._ask_holder(taker, word)
        else:
            await self.hand_over_to(taker, word=word)

    async def _ask_holder(self, taker: Taker | None, word: Word) -> None:
        await self.desk.till.run(collecting.begin, self.order.order_id, word)
        await self.go(AskScreen(self, taker))

    async def _pick_all(self, codes: list[str], word: Word) -> None:
        """Tick scanned items; what was scanned behind the first waits with it for a word."""
        while codes:
            await self._pick(codes[0], word)
            del codes[0]

    async def _pick(self, code: str, word: Word) -> None:
        picked = await self.desk.till.run(collecting.pick, self.order.order_id, code, word)
        self.order = picked.order
        self.say(_("{name} is ticked.").format(name=picked.line.name), "good")
        at = [line.line_id for line in self.order.lines].index(picked.line.line_id)
        self._lines.chosen = at

    async def do_tick_line(self) -> None:
        """Tick one of the chosen line, for goods without a barcode."""
        await self.with_word(partial(self._pick, self.order.lines[max(self._lines.chosen, 0)].sku))

    async def do_ready(self) -> None:
        """Ask where the bag lies."""
        if not self.order.is_picked or self.order.state is OrderState.READY:
            # The rule itself says what is missing.
            await self.with_word(partial(self.make_ready, ""))
        else:
            await self.go(ReadyForm(self))

    async def make_ready(self, place: str, word: Word) -> None:
        """Make the order ready; raises OrderRefused."""
        self.order = await self.desk.till.run(collecting.make_ready, self.order.order_id, place, word)
        self.say(_("Ready. The bag slip is printed."), "good")

    @property
    def _is_elsewhere(self) -> bool:
        return not leasing.is_held_here(self.desk.till, self.order)

    async def do_hand_over(self) -> None:
        """Ask who takes it; an order that another till holds is asked for first."""
        if self.order.state is not OrderState.READY:
            await self.hand_over_to(Taker())
        elif self._is_elsewhere:
            await self.with_word(partial(self._ask_holder, None))
        else:
            await self.ask_taker()

    async def ask_taker(self, override: Approval | None = None) -> None:
        """Ask for the code, or name and phone; `override` is a manager's word for an order held elsewhere."""
        await self.go(HandOverForm(self, override))

    async def do_give(self) -> None:
        """Let the till that asks have the order."""
        await self.with_word(self._give)

    async def _give(self, word: Word) -> None:
        self.order = await self.desk.till.run(leasing.give, self.order.order_id, word)
        self.say(_("Given. The other till gets it from the hub."), "good")

    async def hand_over_to(self, taker: Taker, override: Approval | None = None, word: Word = NOBODY) -> None:
        """Hand it over; an unpaid order goes into the basket to be paid. Raises OrderRefused, WordNeeded."""
        order_id = self.order.order_id
        handed = await self.desk.till.run(collecting.hand_over, order_id, taker, override, word)
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
        await self.with_word(self._make_ready)

    async def _make_ready(self, word: Word) -> None:
        await self._below.make_ready(self._place.text, word)
        await self.close()


class HandOverForm(Form):
    """Asks for the collection code, or else for name and phone."""

    def __init__(self, below: OrderScreen, override: Approval | None = None) -> None:
        """Ask for the taker of an order."""
        self._below = below
        self._override = override
        self._code = Entry(_("scan or type it"), label=_("Code "), longest=40)
        self._who = Entry(label=_("Name "), longest=80)
        self._phone = Entry(_("the last four digits are enough"), label=_("Phone"), longest=24)
        heading = _("Hand over {number}").format(number=drawn(below.order.number))
        intro = _("The collection code is enough. Without it ask for name and phone.")
        if override is not None:
            intro = _("Allowed by a manager; the hub will show it to be settled.") + " " + intro
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
        """Hand it over; where goods have an age limit, ask for what was seen of the taker's."""
        taker = Taker(
            code=self._code.text.strip(), name=self._who.text.strip(), phone=self._phone.text.strip()
        )
        await self.with_word(partial(self._try_giving, taker))

    async def _try_giving(self, taker: Taker, word: Word) -> None:
        try:
            await self._give_to(taker, word)
        except AgeUnseen as asked:
            answers = [
                (_(command.label), partial(self._give_to, replace(taker, is_old_enough=old_enough), NOBODY))
                for command, old_enough in zip(AGES, (True, False), strict=True)
            ]
            await self.go(ChoiceScreen(self.desk, str(asked), answers))

    async def _give_to(self, taker: Taker, word: Word) -> None:
        await self._below.hand_over_to(taker, self._override, word)
        await self.close()
