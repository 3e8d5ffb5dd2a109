"""What the sell screen does around the sale itself: notes on its lines and on its receipt."""

from omnipos.domain.basket import Line
from omnipos.locale import _
from screens.counter import Counter


class AroundSale(Counter):
    """The keys of the sell screen that neither ring up nor take money."""

    @property
    def chosen_line(self) -> Line | None:
        """The line of the basket that the cursor is on."""
        raise NotImplementedError

    async def do_notes(self) -> None:
        """Write a note on the chosen line or on the receipt."""
        from screens.noting import NotesScreen

        line, view = self.chosen_line, self.desk.view
        if line is None or view is None:
            self.say(_("There is no line to write a note on. Scan something first."), "warn")
        else:
            await self.go(NotesScreen(self.desk, view.basket, line))
