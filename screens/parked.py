"""Baskets put aside: taken up again by a numbered choice, for Enter is a reflex."""

from collections.abc import Sequence
from typing import ClassVar

from omnipos.domain.money import format_money
from omnipos.locale import _, later, ngettext
from omnipos.services import selling
from omnipos.services.selling import ParkedBasket
from screens import times
from screens.commands import BACK, Command
from screens.desk import Desk
from screens.lists import WIDTH, ListScreen
from screens.widgets.cells import Row, between, drawn

A_PAGE = 9


class ParkedScreen(ListScreen):
    """Lists what is parked, nine at a time; a digit takes one up."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("pagedown", later("More"), "more", later("Show the next nine")),
        BACK,
    )

    def __init__(self, desk: Desk) -> None:
        """Begin with an empty list."""
        self._parked: tuple[ParkedBasket, ...] = ()
        super().__init__(desk, _("Parked baskets"), empty=_("No basket is parked."))
        self.lines.chosen = -1
        self._first = 0

    @property
    def is_answered_by_a_digit(self) -> bool:
        """Always."""
        return True

    @property
    def commands(self) -> Sequence[Command]:
        """Turning the page, when there is more than one."""
        return self.COMMANDS_HERE if len(self._parked) > A_PAGE else (BACK,)

    async def open(self) -> None:
        """Fetch what is parked."""
        self._parked = await self.desk.till.run(selling.parked)
        self.show()

    @property
    def _page(self) -> tuple[ParkedBasket, ...]:
        return self._parked[self._first : self._first + A_PAGE]

    def rows(self) -> Sequence[Row]:
        """Return the baskets with the digit that takes each up."""
        rows: list[Row] = []
        for digit, one in enumerate(self._page, start=1):
            count = ngettext("{count} line", "{count} lines", one.lines).format(count=one.lines)
            who = drawn(" · ".join(filter(None, (one.customer_name, one.note))))
            waits = times.age(one.parked_at_ms, self.desk.now_ms)
            name = _("Basket {number}").format(number=one.number)
            left = " · ".join(filter(None, (name, waits, count, who)))
            total = format_money(one.total_minor, self.desk.currency)
            rows.append(((f" {digit}  ", "accent"), (between(left, f"{total} ", WIDTH - 5), "plain")))
        return rows

    async def type(self, text: str) -> None:
        """Take up the basket with this digit."""
        if not text.isdigit() or not 1 <= int(text) <= len(self._page):
            self.say(_("Type the number in front of a basket."), "warn")
            return
        chosen = self._page[int(text) - 1]
        await self.desk.put(await self.desk.till.run(selling.recall, chosen.number))
        await self.till_app.back(self)

    async def press(self, key: str) -> bool:
        """Say that Enter chooses nothing here."""
        if key in ("enter", "up", "down"):
            self.say(_("Type the number in front of a basket; Enter takes none."), "warn")
            return True
        if key == "pagedown":
            await self.do_more()
            return True
        return await super().press(key)

    async def do_more(self) -> None:
        """Show the next nine, and after the last the first."""
        self._first += A_PAGE
        if self._first >= len(self._parked):
            self._first = 0
