"""A customer's card in full: who it is, what waits, and the last purchases of every channel."""

from collections.abc import Sequence
from typing import ClassVar

from omnipos.domain.money import format_amount
from omnipos.domain.order import STATE_WORDS
from omnipos.domain.phone import display
from omnipos.locale import _, later
from screens.commands import BACK, Command
from screens.desk import Desk
from screens.lists import WIDTH, ListScreen
from screens.widgets.cells import Row, between, drawn
from screens.widgets.side import purchase_rows


class CustomerScreen(ListScreen):
    """Shows the card of the customer beside the basket; Enter opens a waiting order."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Open order"), "open_order", later("Open the chosen order")),
        BACK,
    )

    def __init__(self, desk: Desk) -> None:
        """Show the desk's card."""
        card = desk.card
        super().__init__(desk, drawn(card.customer.name) if card else _("Customer"))
        self._card = card
        self.lines.chosen = 0 if card and card.orders else -1

    def rows(self) -> Sequence[Row]:
        """Return orders first, for they can be opened; then the person and the purchases."""
        card = self._card
        if card is None:
            return ()
        who, desk, width = card.customer, self.desk, WIDTH - 1
        rows: list[Row] = []
        for order in card.orders:
            name = f" ● #{drawn(order.number)} {_(STATE_WORDS[order.state])}"
            promised = desk.clock(order.promised_at_ms)
            rows.append(((between(name, _("promised {time} ").format(time=promised), width), "accent"),))
        points = format_amount(who.points, "IDR")
        rows.append(((between(" " + _("Phone"), display(who.phone), width), "plain"),))
        rows.append(((between(" " + _("Tier"), drawn(who.tier) or "–", width), "plain"),))
        rows.append(((between(" " + _("Points"), points, width), "plain"),))
        rows.append(((" " + _("Last purchases"), "strong"),))
        rows += [((" ", "plain"), *row) for row in purchase_rows(card, desk, width - 2)]
        as_of = desk.clock(card.as_of_ms) if card.as_of_ms else _("never")
        rows.append(((" " + _("as of {time}").format(time=as_of), "dim"),))
        return rows

    async def do_open_order(self) -> None:
        """Open the order that is chosen."""
        from screens.order import OrderScreen

        if self._card is not None and 0 <= self.lines.chosen < len(self._card.orders):
            await self.go(OrderScreen(self.desk, self._card.orders[self.lines.chosen]))
        else:
            self.say(_("Only an order can be opened from here."), "warn")
