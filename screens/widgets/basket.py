"""The basket as one widget: a row a line, the line that changed last in sight."""

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from textual import events
from textual.content import Content

from omnipos.domain.basket import Line
from omnipos.domain.money import format_amount
from omnipos.domain.quantity import format_quantity
from omnipos.domain.saving import Saving
from omnipos.locale import _
from omnipos.services.selling import BasketView
from screens.widgets.cells import Row, drawn, fit, fit_sized, right, wrapped
from screens.widgets.painted import Painted

LEAST_AMOUNT = 10
NOTE = -1

Place = tuple[int, int | None]
"""What a row shows: a line by its index, or one of its savings, or its `NOTE`."""


class BasketPane(Painted):
    """The lines of a basket, right-aligned sums, the chosen line marked."""

    def __init__(self, hint: Callable[[], str] = str) -> None:
        """Begin without a basket; `hint` says what to do with an empty one."""
        super().__init__()
        self.hint = hint
        self.chosen_id = 0
        self._view: BasketView | None = None
        self._title = ""
        self._note = ""
        self._top = 0
        self._places: list[Place] = []

    @property
    def shown(self) -> BasketView | None:
        """The basket that is shown."""
        return self._view

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
        note = view.basket.receipt_note if view else ""
        if note != self._note:
            self._note = note
            self.border_subtitle = Content(_("Note: {note}").format(note=drawn(note))) if note else ""
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
        """Return the rows in sight, the chosen line with its savings among them."""
        view = self._view
        if view is None or not view.basket.lines:
            return [(), *(((f"  {line}", "dim"),) for line in wrapped(self.hint(), max(width - 4, 1)))]
        lines, savings, currency = view.basket.lines, view.totals.line_savings, view.basket.currency
        self._places = _places(lines, savings)
        at = next((n for n, line in enumerate(lines) if line.line_id == self.chosen_id), len(lines) - 1)
        first = self._places.index((at, None))
        last = first + len(savings[at]) + bool(lines[at].note)
        self._top = _first_in_sight(self._top, first, last, len(self._places), height)
        seen = self._places[self._top : self._top + height]
        columns = _Columns(view, seen, width)
        return [
            columns.note_row(lines[n])
            if saved == NOTE
            else columns.saving_row(savings[n][saved], currency)
            if saved is not None
            else columns.line_row(n, lines[n], currency, is_chosen=lines[n].line_id == self.chosen_id)
            for n, saved in seen
        ]

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.move(-1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.move(1)

    async def _on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        lines = self._view.basket.lines if self._view else ()
        if lines and offset is not None and self._top + offset.y < len(self._places):
            self.chosen_id = lines[self._places[self._top + offset.y][0]].line_id
            self.repaint()


class _Columns:
    """The columns of the rows in sight: as wide as the widest price and amount among them."""

    def __init__(self, view: BasketView, seen: Sequence[Place], width: int) -> None:
        currency = view.basket.currency
        lines = [view.basket.lines[n] for n, saved in seen if saved is None]
        savings = [view.totals.line_savings[n][saved] for n, saved in seen if saved not in (None, NOTE)]
        prices = [format_amount(line.unit_price_minor, currency) for line in lines]
        amounts = [line.amount_minor for line in lines] + [-one.amount_minor for one in savings]
        self._width = width
        self._price = max((cell_len(price) for price in prices), default=0)
        self._amount = max(LEAST_AMOUNT, *(cell_len(format_amount(one, currency)) for one in amounts))
        self._number = max(2, len(str(len(view.basket.lines))))

    def line_row(self, index: int, line: Line, currency: str, *, is_chosen: bool) -> Row:
        """Return the row of a line: its number, name, quantity, price and amount."""
        quantity = format_quantity(line.quantity_milli, line.unit, currency)
        price = right(format_amount(line.unit_price_minor, currency), self._price)
        amount = right(format_amount(line.amount_minor, currency), self._amount)
        sums = f" {quantity} × {price} {amount} "
        name = fit_sized(drawn(line.name), self._width - self._number - 2 - cell_len(sums))
        number = right(str(index + 1), self._number)
        if is_chosen:
            return ((f"▸{number} {name}{sums}", "chosen"),)
        return ((f" {number} ", "dim"), (name, "plain"), (sums, "plain"))

    def saving_row(self, saving: Saving, currency: str) -> Row:
        """Return the row of a saving below its line: what gave it, and how much."""
        amount = right(format_amount(-saving.amount_minor, currency), self._amount)
        left = " " * (self._number + 4)
        name = fit(drawn(saving.name), self._width - cell_len(left) - self._amount - 2)
        return ((f"{left}{name} {amount} ", "good"),)

    def note_row(self, line: Line) -> Row:
        """Return the row of a note below its line."""
        left = " " * (self._number + 4)
        return ((fit(f"{left}{drawn(line.note)}", self._width), "dim"),)


def _places(lines: Sequence[Line], savings: Sequence[Sequence[Saving]]) -> list[Place]:
    """Return what stands in each row: a line, and below it each of its savings and its note."""
    return [
        (n, below)
        for n, own in enumerate(savings)
        for below in (None, *range(len(own)), *((NOTE,) if lines[n].note else ()))
    ]


def _first_in_sight(top: int, first: int, last: int, count: int, height: int) -> int:
    """Return the first row to show; past the end it goes on by three, so that lines mostly stand still."""
    if count <= height:
        return 0
    if last >= top + height:
        return min(last - height + min(3, height), first)
    return min(top, first)
