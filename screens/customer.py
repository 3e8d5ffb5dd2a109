"""A customer's card in full: who it is, what waits, and the last purchases of every channel."""

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content

from omnipos.domain.customer import FIELD_WORDS, CustomerField, KeptValue
from omnipos.domain.money import format_amount
from omnipos.domain.order import STATE_WORDS
from omnipos.domain.phone import display
from omnipos.locale import _, later
from omnipos.services.recognising import CustomerCard
from screens.commands import BACK, Command
from screens.desk import Desk
from screens.lists import WIDTH, ListScreen
from screens.widgets.cells import Row, between, drawn
from screens.widgets.side import balance_rows, purchase_rows


class CustomerScreen(ListScreen):
    """Shows the card of the customer beside the basket; Enter opens a waiting order."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Open order"), "open_order", later("Open the chosen order")),
        Command("f5", later("Correct"), "correct", later("Change name, phone, e-mail or consent")),
        BACK,
    )

    def __init__(self, desk: Desk) -> None:
        """Show the desk's card."""
        card = desk.card
        super().__init__(desk, drawn(card.customer.name) if card else _("Customer"))
        self.lines.chosen = 0 if card and card.orders else -1

    @property
    def _card(self) -> CustomerCard | None:
        """The desk's card as it is now: a correction changes it."""
        return self.desk.card

    def show(self) -> None:
        """Paint the card under the name that it has now."""
        super().show()
        if self._card is not None and self.is_mounted:
            self.query_one("#box").border_title = Content(drawn(self._card.customer.name))

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
        if who.email:
            rows.append(((between(" " + _("E-mail"), drawn(who.email), width), "plain"),))
        rows += [self._kept_row(one) for one in who.kept]
        rows.append(((between(" " + _("Tier"), drawn(who.tier) or "–", width), "plain"),))
        rows.append(((between(" " + _("Points"), points, width), "plain"),))
        rows += [((" ", "plain"), *row) for row in balance_rows(card, desk, width - 2)]
        rows.append(((" " + _("Last purchases"), "strong"),))
        rows += [((" ", "plain"), *row) for row in purchase_rows(card, desk, width - 2)]
        as_of = desk.clock(card.as_of_ms) if card.as_of_ms else _("never")
        rows.append(((" " + _("as of {time}").format(time=as_of), "dim"),))
        return rows

    def _kept_row(self, kept: KeptValue) -> Row:
        value = display(kept.value) if kept.field is CustomerField.PHONE else drawn(kept.value)
        what = " " + _("Also entered as {field}").format(field=_(FIELD_WORDS[kept.field]))
        return ((between(what, value, WIDTH - 1), "warn"),)

    async def do_correct(self) -> None:
        """Correct what stands on the card."""
        from screens.customer_edit import EditCustomerScreen

        if self._card is not None:
            await self.go(EditCustomerScreen(self.desk, self._card.customer))

    async def do_open_order(self) -> None:
        """Open the order that is chosen."""
        from screens.order import OrderScreen

        if self._card is not None and 0 <= self.lines.chosen < len(self._card.orders):
            await self.go(OrderScreen(self.desk, self._card.orders[self.lines.chosen]))
        else:
            self.say(_("Only an order can be opened from here."), "warn")
