"""Another quantity for a line."""

from omnipos.domain.basket import Line
from omnipos.domain.quantity import format_quantity, parse_quantity
from omnipos.locale import _
from omnipos.services import selling
from screens.desk import Desk
from screens.forms import Form
from screens.widgets.cells import drawn
from screens.widgets.entry import Entry


class QuantityScreen(Form):
    """Asks how many, or how much."""

    def __init__(self, desk: Desk, line: Line) -> None:
        """Ask for a line; nothing typed leaves it as it is."""
        self._line = line
        now = format_quantity(line.quantity_milli, line.unit, desk.currency)
        self._quantity = Entry(_("now {quantity}").format(quantity=now), label=_("Quantity"), longest=12)
        super().__init__(desk, (self._quantity,), _("Quantity"), drawn(line.name))

    async def send(self) -> None:
        """Change the line."""
        if self._quantity.text.strip():
            quantity_milli = parse_quantity(self._quantity.text)
            desk = self.desk
            view = await desk.till.run(selling.change_quantity, self._line.line_id, quantity_milli)
            await desk.put(view)
        await self.close()
