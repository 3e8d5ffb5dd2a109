"""A list to choose from, painted as one widget: rows, the chosen one in sight, numbers where they help."""

from collections.abc import Sequence

from textual import events
from textual.geometry import Size
from textual.message import Message

from screens.widgets.cells import Row, fit, wrapped
from screens.widgets.painted import Painted


class Lines(Painted):
    """Rows to choose from; each row is a text left and a text right, or free pieces."""

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, lines: "Lines", index: int) -> None:
            """Say which."""
            super().__init__()
            self.lines = lines
            self.index = index

    def __init__(self, empty: str = "", *, id: str | None = None) -> None:
        """Begin without rows; `empty` is what stands there meanwhile."""
        super().__init__(id=id)
        self.chosen = 0
        self._empty = empty
        self._rows_given: Sequence[Row] = ()
        self._top = 0

    @property
    def rows(self) -> Sequence[Row]:
        """The rows as they were given."""
        return self._rows_given

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows_given)

    def show(self, rows: Sequence[Row], chosen: int | None = None, empty: str | None = None) -> None:
        """Show other rows; the choice stays where it is unless it is given."""
        if rows == self._rows_given and chosen in (None, self.chosen) and empty in (None, self._empty):
            return
        is_taller = len(rows) != len(self._rows_given) or (empty is not None and empty != self._empty)
        self._rows_given = rows
        if empty is not None:
            self._empty = empty
        wanted = self.chosen if chosen is None else chosen
        self.chosen = max(min(wanted, len(rows) - 1), -1 if wanted < 0 else 0)
        self.repaint()
        if is_taller:
            self.refresh(layout=True)

    def move(self, step: int) -> None:
        """Move the choice up or down; it stops at the ends."""
        self.chosen = max(min(self.chosen + step, len(self._rows_given) - 1), 0)
        self.repaint()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines all rows take."""
        return len(self._rows_given) or len(wrapped(self._empty, max(width - 2, 1))) or 1

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return the rows around the chosen one."""
        if not self._rows_given:
            return [((f" {line}", "dim"),) for line in wrapped(self._empty, max(width - 2, 1))]
        self._top = max(min(self._top, self.chosen), self.chosen - height + 1, 0)
        self._top = min(self._top, max(len(self._rows_given) - height, 0))
        shown: list[Row] = []
        for index, row in enumerate(self._rows_given[self._top : self._top + height], self._top):
            if index == self.chosen:
                text = "".join(piece for piece, _style in row)
                shown.append(((fit(f"▸{text}", width), "chosen"),))
            else:
                shown.append(((" ", "plain"), *row))
        return shown

    async def _on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and self._top + offset.y < len(self._rows_given):
            self.post_message(self.Picked(self, self._top + offset.y))
