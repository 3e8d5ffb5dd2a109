"""Counting stock: scan what lies on the shelf, put numbers right, finish."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual import events

from omnipos.domain.errors import DomainError, WordNeeded
from omnipos.domain.quantity import format_quantity, parse_quantity
from omnipos.locale import _, later, ngettext
from omnipos.services import stocktaking
from omnipos.services.approving import Word
from omnipos.services.stocktaking import CountRow, CountView
from screens.commands import BACK, Command
from screens.counter import Counter
from screens.desk import Desk
from screens.forms import Form
from screens.lists import WIDTH, ListScreen
from screens.ringing import Scan
from screens.widgets.cells import Row, between, drawn
from screens.widgets.entry import Entry


async def begin(below: Counter) -> None:
    """Count stock over a screen; who may not is asked for a word once, for the whole count."""

    async def count(word: Word) -> None:
        await below.desk.till.run(stocktaking.current, word)
        await below.go(StocktakeScreen(below))

    await below.with_word(count)


class StocktakeScreen(ListScreen):
    """Counts what is scanned; leaving keeps the count, finishing makes it the stock."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Count"), "count", later("Count what is typed: a code, or 12*code")),
        Command("f5", later("Qty"), "quantity", later("Say how much there is of the chosen product in all")),
        Command("f8", later("Out"), "out", later("Take the chosen product out of the count")),
        Command(
            "f10", later("Give up"), "give_up", later("Give the whole count up; no stock changes"), False
        ),
        Command("f12", later("Finish"), "finish", later("Make what was counted the stock")),
        BACK,
    )

    def __init__(self, below: Counter) -> None:
        """Begin with what was counted before."""
        self._below = below
        entry = Entry(_("scan, or type a code, a name or 12*code"), label=_("Count"), longest=60)
        empty = _("Scan what lies on the shelf, bags to be collected too. Selling goes on meanwhile.")
        super().__init__(below.desk, _("Stocktake"), empty=empty, entry=entry)
        self._typed = entry
        self._view = CountView(since_ms=0, rows=())

    async def open(self) -> None:
        """Fetch the count under way."""
        self.put(await self.desk.till.run(stocktaking.current))

    async def on_unmount(self, _event: events.Unmount) -> None:
        """Leave it; a word that was given for it stays while something is counted."""
        await self.desk.till.run(stocktaking.leave)

    def put(self, view: CountView) -> None:
        """Show a count from now on."""
        self._view = view
        self.show()

    def rows(self) -> Sequence[Row]:
        """Return what was counted, the last first, with what was expected."""
        return [self._row(one) for one in self._view.rows]

    def _row(self, one: CountRow) -> Row:
        counted = format_quantity(one.counted_milli, one.unit, self.desk.currency)
        expected = format_quantity(one.expected_milli, one.unit, self.desk.currency)
        said = _("{counted} of {expected}").format(counted=counted, expected=expected)
        style = "warn" if one.difference_milli else "plain"
        return ((between(f" {drawn(one.name)}", f"{said} ", WIDTH - 1), style),)

    @property
    def _chosen(self) -> CountRow | None:
        at = self.lines.chosen
        return self._view.rows[at] if 0 <= at < len(self._view.rows) else None

    async def take_scans(self, scans: Sequence[Scan]) -> Sequence[Scan]:
        """Count what is scanned; what takes a word waits for it with all that came behind it."""
        await self.with_word(partial(self._count_scans, list(scans)))
        return ()

    async def _count_scans(self, scans: list[Scan], word: Word) -> None:
        while scans:
            try:
                self.put(await self.desk.till.run(stocktaking.count_entry, scans[0].code, word))
                self.lines.chosen = 0
            except WordNeeded:
                raise
            except DomainError as refusal:
                self.app.bell()
                self.say(str(refusal))
            del scans[0]

    async def do_count(self) -> None:
        """Count what is typed."""
        if self._typed.text.strip():
            await self.with_word(self._count_typed)

    async def _count_typed(self, word: Word) -> None:
        self.put(await self.desk.till.run(stocktaking.count_entry, self._typed.text, word))
        self._typed.put("")
        self.lines.chosen = 0

    async def do_quantity(self) -> None:
        """Say how much there is of the chosen product."""
        if self._chosen is not None:
            await self.go(CountedScreen(self.desk, self._chosen, self))

    async def do_out(self) -> None:
        """Take the chosen product out."""
        if self._chosen is not None:
            await self.with_word(partial(self._take_out, self._chosen.product_id))

    async def _take_out(self, product_id: str, word: Word) -> None:
        self.put(await self.desk.till.run(stocktaking.take_out, product_id, word))

    async def do_give_up(self) -> None:
        """Give the count up, after a numbered choice."""
        from screens.choice import ChoiceScreen

        if self._view.rows:
            give_up = partial(self.with_word, self._give_up)
            question = _("Give the whole count up? No stock changes.")
            await self.go(ChoiceScreen(self.desk, question, ((_("Give the count up"), give_up),)))

    async def _give_up(self, word: Word) -> None:
        await self.desk.till.run(stocktaking.give_up, word)
        await self._go_on(_("The count is given up. No stock changed."))

    async def _go_on(self, said: str) -> None:
        """Be ready for another count; on a word of another this was the one that it was for."""
        try:
            await self.open()
        except WordNeeded:
            await self.till_app.back(self)
            self._below.say(said, "good")
        else:
            self.say(said, "good")

    async def do_finish(self) -> None:
        """Make it the stock, after a numbered choice that says what differs."""
        from screens.choice import ChoiceScreen

        count = len(self._view.rows)
        differing = sum(1 for one in self._view.rows if one.difference_milli)
        question = ngettext(
            "Make this count of {count} product the stock? {differing} differ.",
            "Make this count of {count} products the stock? {differing} differ.",
            count,
        ).format(count=count, differing=differing)
        finish = partial(self.with_word, partial(self._finish, count))
        await self.go(ChoiceScreen(self.desk, question, ((_("Finish the count"), finish),)))

    async def _finish(self, count: int, word: Word) -> None:
        await self.desk.till.run(stocktaking.finish, word)
        said = ngettext("{count} product is counted.", "{count} products are counted.", count)
        await self._go_on(said.format(count=count))


class CountedScreen(Form):
    """Asks how much there is of one product in all."""

    def __init__(self, desk: Desk, row: CountRow, count: StocktakeScreen) -> None:
        """Ask for a counted product; nothing typed leaves it as it is."""
        self._row, self._count = row, count
        now = format_quantity(row.counted_milli, row.unit, desk.currency)
        self._quantity = Entry(_("now {quantity}").format(quantity=now), label=_("Quantity"), longest=12)
        super().__init__(desk, (self._quantity,), _("Quantity"), drawn(row.name))

    async def send(self) -> None:
        """Put the number right."""
        await self.with_word(self._put)

    async def _put(self, word: Word) -> None:
        text = self._quantity.text.strip()
        if text:
            counted_milli = 0 if text == "0" else parse_quantity(text)
            product_id = self._row.product_id
            self._count.put(await self.desk.till.run(stocktaking.put, product_id, counted_milli, word))
        await self.close()
