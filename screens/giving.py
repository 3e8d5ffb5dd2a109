"""A gift receipt of some lines of a sale: each is on it, or is left off."""

from collections.abc import Sequence
from typing import ClassVar

from omnipos.domain.quantity import format_quantity
from omnipos.domain.sale import Sale, goods_of
from omnipos.locale import _, later
from omnipos.services import reprinting
from screens.commands import BACK, Command
from screens.counter import Counter
from screens.lists import WIDTH, ListScreen
from screens.widgets.cells import Row, between, cut, drawn


class GiftLinesScreen(ListScreen):
    """The goods of a sale; Space leaves one off the gift receipt, Enter prints it."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command(
            "space", later("On it or off"), "toggle", later("Leave the chosen goods off, or put them on")
        ),
        Command("enter", later("Print"), "print", later("Print the gift receipt of what is marked")),
        BACK,
    )

    def __init__(self, below: Counter, sale: Sale) -> None:
        """Begin with everything on it."""
        super().__init__(below.desk, _("Gift receipt of {number}").format(number=sale.receipt_number))
        presents = goods_of(sale)
        self._below, self._sale = below, sale
        self._places = [place for place, line in enumerate(sale.lines, start=1) if line in presents]
        self._on = set(self._places)

    def rows(self) -> Sequence[Row]:
        """Return the goods, those that are on it marked."""
        return [self._row(place) for place in self._places]

    def _row(self, place: int) -> Row:
        line = self._sale.lines[place - 1]
        quantity = format_quantity(line.quantity_milli, line.unit, self._sale.currency)
        is_on = place in self._on
        name = cut(f" {'●' if is_on else '○'} {drawn(line.name)}", WIDTH - 3 - len(quantity))
        return ((between(name, f"{quantity} ", WIDTH - 1), "plain" if is_on else "dim"),)

    async def press(self, key: str) -> bool:
        """Space marks."""
        if key == "space":
            return await self.act(self, key)
        return await super().press(key)

    async def type(self, text: str) -> None:
        """Take a space; nothing else is typed here."""
        if text == " ":
            await self.do_toggle()

    async def do_toggle(self) -> None:
        """Leave the chosen goods off, or put them on."""
        self._on ^= {self._places[max(self.lines.chosen, 0)]}
        self.show()

    async def do_print(self) -> None:
        """Print what is marked."""
        if not self._on:
            self.say(_("Mark what is a present: Space."), "warn")
            return
        await self.till_app.back(self)
        await give(self._below, self._sale, sorted(self._on))


async def ask(below: Counter, sale: Sale) -> None:
    """Print a gift receipt at once where there is nothing to choose, else ask which goods are a present."""
    if len(goods_of(sale)) > 1:
        await below.go(GiftLinesScreen(below, sale))
    else:
        await give(below, sale, ())


async def give(below: Counter, sale: Sale, places: Sequence[int]) -> None:
    """Print it and say so."""
    await below.desk.till.run(reprinting.print_gift_receipt, sale.receipt_number, places)
    said = _("The gift receipt of {number} is printed, without prices.").format(number=sale.receipt_number)
    below.say(said, "good")
