"""The basket as one widget: a row a line, the line that changed last in sight."""

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from textual import events

from omnipos.domain.basket import Line
from omnipos.domain.money import format_amount
from omnipos.domain.quantity import format_quantity
from omnipos.locale import _
from omnipos.services.selling import BasketView
from screens.widgets.cells import Row, drawn, fit, right, wrapped
from screens.widgets.painted import Painted

LEAST_AMOUNT = 10


class BasketPane(Painted):
    """The lines of a basket, right-aligned sums, the chosen line marked."""

    def __init__(self, hint: Callable[[], str] = str) -> None:
        """Begin without a basket; `hint` says what to do with an empty one."""
        super().__init__()
        self.hint = hint
        self.chosen_id = 0
        self._view: BasketView | None = None
        self._title = ""
        self._top = 0

    def show(self, view: BasketView | None) -> None:
        """Show a basket; the line touched last becomes the chosen one."""
        if view is self._view:
            return
        self._view = view
        if view is not None:
            ids = [line.line_id for line in view.basket.lines]
            if view.touched:
                self.chosen_id = view.touched
            elif self.chosen_id not in ids:
                self.chosen_id = ids[-1] if ids else 0
        title = _("Basket {number}").format(number=view.basket.number) if view else ""
        if title != self._title:
            self._title = title
            self.border_title = title
        self.repaint()

    def move(self, step: int) -> None:
        """Choose the line above or below."""
        if self._view is None or not self._view.basket.lines:
            return
        ids = [line.line_id for line in self._view.basket.lines]
        at = ids.index(self.chosen_id) + step if self.chosen_id in ids else len(ids) - 1
        self.chosen_id = ids[max(min(at, len(ids) - 1), 0)]
        self.repaint()

    @property
    def chosen(self) -> Line | None:
        """The chosen line."""
        lines = self._view.basket.lines if self._view else ()
        return next((line for line in lines if line.line_id == self.chosen_id), None)

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return the rows in sight, the chosen one among them."""
        view = self._view
        if view is None or not view.basket.lines:
            return [(), *(((f"  {line}", "dim"),) for line in wrapped(self.hint(), max(width - 4, 1)))]
        lines = view.basket.lines
        at = next((n for n, line in enumerate(lines) if line.line_id == self.chosen_id), len(lines) - 1)
        self._top = _first_in_sight(self._top, at, len(lines), height)
        currency = view.basket.currency
        seen = lines[self._top : self._top + height]
        prices = [format_amount(line.unit_price_minor, currency) for line in seen]
        price_width = max(cell_len(price) for price in prices)
        amounts = [format_amount(line.amount_minor, currency) for line in seen]
        amount_width = max(LEAST_AMOUNT, *(cell_len(amount) for amount in amounts))
        number_width = max(2, len(str(len(lines))))
        rows: list[Row] = []
        for index, (line, price, amount) in enumerate(zip(seen, prices, amounts, strict=True), self._top):
            quantity = format_quantity(line.quantity_milli, line.unit, currency)
            sums = f" {quantity} × {right(price, price_width)} {right(amount, amount_width)} "
            is_chosen = line.line_id == self.chosen_id
            name = fit(drawn(line.name), width - number_width - 2 - cell_len(sums))
            number = right(str(index + 1), number_width)
            if is_chosen:
                rows.append(((f"▸{number} {name}{sums}", "chosen"),))
            else:
                rows.append(((f" {number} ", "dim"), (name, "plain"), (sums, "plain")))
        return rows

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.move(-1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.move(1)

    async def _on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        lines = self._view.basket.lines if self._view else ()
        if offset is not None and self._top + offset.y < len(lines):
            self.chosen_id = lines[self._top + offset.y].line_id
            self.repaint()


def _first_in_sight(top: int, at: int, count: int, height: int) -> int:
    """Return the first line to show; past the end it goes on by three, so that lines mostly stand still."""
    if count <= height:
        return 0
    if at >= top + height:
        return at - height + min(3, height)
    return min(top, at)
