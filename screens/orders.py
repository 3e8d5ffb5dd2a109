"""The collection desk: this store's open orders, the soonest promised first."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from omnipos.domain.money import format_money
from omnipos.domain.names import fold
from omnipos.domain.order import STATE_WORDS, Order, OrderState, till_name
from omnipos.locale import _, later, ngettext
from omnipos.services import collecting, finding, leasing
from omnipos.services.finding import OrderOffer
from screens import times
from screens.commands import BACK, HELP, Command
from screens.counter import Counter
from screens.desk import Desk
from screens.ringing import Scan
from screens.widgets.cells import Row, between, drawn, fit, right
from screens.widgets.entry import Entry
from screens.widgets.lines import Lines

STATE_STYLES = {
    OrderState.PLACED: "plain",
    OrderState.PICKING: "accent",
    OrderState.SHORT: "warn",
    OrderState.READY: "good",
}


WIDE_NAME = 40
"""The cells of a name from which on there is room for the till that holds the order."""


class OrdersScreen(Counter):
    """Lists the orders; a number, a name or a scanned code opens one."""

    CSS_PATH: ClassVar[Path] = Path(__file__).with_suffix(".tcss")
    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        HELP,
        Command("enter", later("Open"), "open_order", later("Open the chosen order")),
        Command("ctrl+s", later("Status"), "status", later("What is at the hub; sync now")),
        BACK,
    )

    def __init__(self, desk: Desk) -> None:
        """Begin with an empty list."""
        super().__init__(desk)
        empty = _("No order waits to be picked or collected.")
        self._lines = Lines(empty, id="orders")
        self._find = Entry(_("number, name or code; or scan the collection code"), label="#")
        self.entry = self._find
        self._orders: Sequence[Order] = ()
        self._box = Vertical(self._lines, id="list")

    def compose(self) -> ComposeResult:
        """The list over the line that narrows it."""
        yield self.header
        yield self._box
        yield self.message
        yield self._find
        yield self.keys

    async def open(self) -> None:
        """Fetch the orders."""
        await self.tick()
        self.show()

    async def tick(self) -> None:
        """Fetch the orders again: new ones come in by themselves."""
        self._orders = await self.desk.till.run(collecting.worklist)

    @property
    def _offered(self) -> list[Order]:
        wanted = fold(self._find.text.strip().removeprefix("#"))
        return [one for one in self._orders if wanted in fold(f"{one.number} {one.customer_name}")]

    def show(self) -> None:
        """Paint the list."""
        super().show()
        width = max(self._lines.content_size.width - 1, 40)
        self._lines.show([self._row(order, width) for order in self._offered])
        count = len(self._orders)
        title = ngettext("{count} order", "{count} orders", count).format(count=count)
        if self._box.border_title != title:
            self._box.border_title = title

    def _row(self, order: Order, width: int) -> Row:
        desk = self.desk
        late = order.promised_at_ms < desk.now_ms
        left = times.time_left(order.promised_at_ms, desk.now_ms)
        promised = times.day_or_clock(order.promised_at_ms, desk.now_ms, desk.zone)
        money = format_money(order.due_minor, order.currency) if order.due_minor else _("paid")
        name_width = width - 12 - 9 - 13 - 9 - 14
        state = _(STATE_WORDS[order.state])
        who = drawn(order.customer_name)
        if name_width > WIDE_NAME and order.holder_till and not leasing.is_held_here(desk.till, order):
            who = between(who, till_name(order.holder_till), name_width - 2)
        return (
            (fit(f" {drawn(order.number)}", 12), "strong"),
            (fit(who, name_width), "plain"),
            (right(promised, 9), "plain"),
            (right(left, 13), "bad" if late else "dim"),
            ("  " + fit(state, 9), STATE_STYLES.get(order.state, "plain")),
            (right(money, 12), "plain" if order.due_minor else "dim"),
        )

    def edited(self) -> None:
        """Narrow the list."""
        self._lines.chosen = 0

    async def press(self, key: str) -> bool:
        """Move among the orders; Esc first empties the line."""
        if key in ("up", "down", "pageup", "pagedown"):
            self._lines.move({"up": -1, "down": 1, "pageup": -10, "pagedown": 10}[key])
            return True
        if key == "escape" and self._find.text:
            self._find.put("")
            return True
        return await super().press(key)

    async def take_scans(self, scans: Sequence[Scan]) -> Sequence[Scan]:
        """Open the order of a scanned code; an item goes into the basket as everywhere."""
        found = await self.desk.till.run(finding.scanned, scans[0].code)
        if not isinstance(found, OrderOffer):
            return await super().take_scans(scans)
        await self._open(found.order)
        return scans[1:]

    async def do_open_order(self) -> None:
        """Open the chosen order, or the one whose code was typed."""
        offered = self._offered
        if offered:
            await self._open(offered[max(self._lines.chosen, 0)])
        elif self._find.text.strip():
            await self._open(await self.desk.till.run(collecting.find_order, self._find.text))

    async def _open(self, order: Order) -> None:
        from screens.order import OrderScreen

        self._find.put("")
        await self.go(OrderScreen(self.desk, order))

    async def do_status(self) -> None:
        """Show how the till stands."""
        from screens.standing import StandingScreen

        await self.go(StandingScreen(self.desk))

    @on(Lines.Picked)
    def pick(self, event: Lines.Picked) -> None:
        """A click on an order opens it."""
        self._lines.show(self._lines.rows, event.index)
        self.till_app.hit("enter")
