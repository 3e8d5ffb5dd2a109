"""The drawer: its shift, what stands in the way of closing it, and the reports of those that were closed."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import ClassVar

from omnipos.domain.drawer import CashMove
from omnipos.domain.foreign_count import foreign_money
from omnipos.domain.money import format_money
from omnipos.domain.shift import ObstacleKind, ShiftReport, obstacle_words
from omnipos.domain.shift_words import ReportRow, drawer_rows, rows_of, title_of
from omnipos.locale import _, later, ngettext
from omnipos.services import kicking, obstacles, shifting
from omnipos.services.approving import Word
from omnipos.services.shifting import DrawerState
from screens import times
from screens.commands import BACK, Command, key_name
from screens.desk import Desk
from screens.lists import WIDTH, ListScreen, PagesScreen
from screens.widgets.cells import TOGETHER, Row, between, drawn, wrapped


class DrawerScreen(PagesScreen):
    """Shows how the open shift stands, and does all that is done with the drawer."""

    CASH_KEYS: ClassVar[Sequence[Command]] = (
        Command("f2", later("Float"), "float", later("Count the float into the drawer"), False),
        Command("f3", later("Pay in"), "pay_in", later("Put cash in that is no sale"), False),
        Command("f4", later("Pay out"), "pay_out", later("Take cash out for something"), False),
        Command("f5", later("Safe drop"), "safe_drop", later("Take cash out for the safe"), False),
        Command("f6", later("No sale"), "no_sale", later("Open the drawer without a sale"), False),
    )
    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        *CASH_KEYS,
        Command("f7", later("X report"), "x", later("What the shift comes to so far")),
        Command("f8", later("Closed"), "list", later("The shifts that were closed; print one again")),
        Command("f12", later("Count"), "close", later("Count the drawer and close the shift")),
        BACK,
    )

    def __init__(self, desk: Desk) -> None:
        """Begin before the shift is known."""
        super().__init__(desk, _("Drawer"))
        self._state: DrawerState | None = None

    async def open(self) -> None:
        """Look at the shift."""
        self._state = await self.desk.till.run(shifting.state)
        self.show()

    async def tick(self) -> None:
        """Look again while something is in the way: papers get printed by themselves."""
        shown = self._state.obstacles if self._state is not None else ()
        if not shown:
            return
        before = tuple(one for one in shown if one.kind is not ObstacleKind.NUMBERS)
        if await self.desk.till.run(obstacles.passing) != before:
            await self.open()

    def all_rows(self) -> Sequence[Row]:
        """Return the shift, what is in the drawer as far as may be told, and what is in the way."""
        now, desk = self._state, self.desk
        if now is None:
            return ()
        since = times.day_or_clock(now.began_at_ms, desk.now_ms, desk.zone) if now.began_at_ms else ""
        whence = _("counted") if now.is_float_counted else _("left by the last shift")
        begun = _("Shift {shift}, since {time}").format(shift=now.shift, time=since)
        begun = begun if since else _("Nothing was sold since the last Z.")
        rows = [
            _line(ReportRow(begun, times.day_of(now.business_date))),
            _line(ReportRow(_("Float, {whence}").format(whence=whence), _money(desk, now.float_minor))),
        ]
        if now.report is not None:
            rows += [_line(row) for row in drawer_rows(now.report)]
        else:
            told = _("What should be in the drawer is told when it was counted.")
            rows += [((f" {line}", "dim"),) for line in wrapped(told, WIDTH - 2)]
        named = (f"{key_name(one.key)} {_(one.label)}" for one in self.CASH_KEYS)
        keys = " ".join(one.replace(" ", TOGETHER) for one in named)
        rows += [(), *(((f" {line}", "dim"),) for line in wrapped(keys, WIDTH - 2))]
        if now.obstacles:
            before = _("Before this shift can be closed:")
            rows += [(), ((f" {before}", "warn"),)]
        for one in now.obstacles:
            rows += [((f"  {line}", "warn"),) for line in wrapped(drawn(obstacle_words(one)), WIDTH - 3)]
        return rows

    async def refresh_after(self, said: str) -> None:
        """Look at the shift again, and say what was done."""
        await self.open()
        self.say(said, "good")

    async def do_float(self) -> None:
        """Count the float, once a shift: more cash is paid in."""
        if self._state is not None and self._state.is_float_counted:
            self.say(_("The float of this shift is counted already. F3 pays more cash in."), "warn")
            return
        from screens.drawer_forms import FloatScreen

        await self.go(FloatScreen(self))

    async def do_pay_in(self) -> None:
        """Put cash in."""
        await self._move(CashMove.PAID_IN)

    async def do_pay_out(self) -> None:
        """Take cash out."""
        await self._move(CashMove.PAID_OUT)

    async def do_safe_drop(self) -> None:
        """Bring cash to the safe."""
        await self._move(CashMove.SAFE_DROP)

    async def _move(self, move: CashMove) -> None:
        from screens.drawer_forms import MoveScreen

        await self.go(MoveScreen(self, move))

    async def do_no_sale(self) -> None:
        """Open the drawer."""
        from screens.drawer_forms import NoSaleScreen

        await self.go(NoSaleScreen(self))

    async def do_x(self) -> None:
        """Show what the shift comes to."""
        await self.with_word(self._show_x)

    async def _show_x(self, word: Word) -> None:
        till = self.desk.till
        report = await till.run(shifting.x_now, word)

        async def print_x(word: Word) -> None:
            await till.run(shifting.print_x, word)

        names = await till.run(shifting.names_in, report)
        await self.go(ReportScreen(self.desk, report, names, print_x))

    async def do_list(self) -> None:
        """Show the closed shifts."""
        await self.with_word(self._show_list)

    async def _show_list(self, word: Word) -> None:
        reports = await self.desk.till.run(shifting.latest, 14, word)
        await self.go(ShiftsScreen(self.desk, reports))

    async def do_close(self) -> None:
        """Count the drawer and close the shift; what is in the way is told first."""
        self._state = now = await self.desk.till.run(shifting.state)
        if not now.obstacles:
            await self.count(force=False)
            return
        from screens.choice import ChoiceScreen

        async def count_all_the_same() -> None:
            await self.count(force=True)

        question = ngettext(
            "{count} thing is in the way; it is listed here. Close the shift over it?",
            "{count} things are in the way; they are listed here. Close the shift over them?",
            len(now.obstacles),
        ).format(count=len(now.obstacles))
        answer = (_("Close it all the same; a manager allows it"), count_all_the_same)
        await self.go(ChoiceScreen(self.desk, question, (answer,)))

    async def count(self, *, force: bool) -> None:
        """Open the drawer and count it; a word asked for now serves until it is closed."""
        await self.with_word(partial(self._count, force=force))

    async def _count(self, word: Word, *, force: bool) -> None:
        from screens.drawer_forms import CashUpScreen

        await self.desk.till.run(kicking.open_to_count, word)
        foreign = self._state.foreign if self._state is not None else ()
        await self.go(CashUpScreen(self, (self.desk.currency, *foreign), force=force))


class ReportScreen(PagesScreen):
    """Shows one X or Z report whole; F7 prints it."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("f7", later("Print"), "print", later("Print this report")),
        BACK,
    )

    def __init__(
        self,
        desk: Desk,
        report: ShiftReport,
        names: dict[str, str],
        print_it: Callable[[Word], Awaitable[None]],
    ) -> None:
        """Show a report, with the names of the staff in it."""
        super().__init__(desk, title_of(report))
        self._print_it = print_it
        assert desk.shop is not None, "a report is of a shop"
        self._rows = [one for row in rows_of(report, desk.shop, names) for one in _lines(row)]

    def all_rows(self) -> Sequence[Row]:
        """Return the report."""
        return self._rows

    async def do_print(self) -> None:
        """Print it."""
        await self.with_word(self._print)

    async def _print(self, word: Word) -> None:
        await self._print_it(word)
        self.say(_("The report is being printed."), "good")


class ShiftsScreen(ListScreen):
    """Lists the closed shifts; Enter opens one, F7 prints it again."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Open"), "open_report", later("Show the whole report")),
        Command("f7", later("Print again"), "print", later("Print this report again, marked COPY")),
        BACK,
    )

    def __init__(self, desk: Desk, reports: Sequence[ShiftReport]) -> None:
        """List some reports."""
        super().__init__(desk, _("Closed shifts"), empty=_("No shift was closed yet."))
        self._reports = reports

    async def open(self) -> None:
        """Show them."""
        self.show()

    def rows(self) -> Sequence[Row]:
        """Return number, date, total and difference of each."""
        rows = []
        for one in self._reports:
            left = f" {one.number} · {times.day_of(one.business_date)}"
            total = format_money(one.takings.total_minor, one.currency)
            off = ", ".join(_differences(one))
            style = "warn" if off or one.forced else "plain"
            difference = off or format_money(0, one.currency)
            rows.append(((between(left, f"{total}  {difference:>12} ", WIDTH - 1), style),))
        return rows

    async def do_open_report(self) -> None:
        """Show one whole."""
        if self._reports:
            report = self._reports[self.lines.chosen]
            await show_z(self.desk, report, self)

    async def do_print(self) -> None:
        """Print the chosen one again."""
        if self._reports:
            await self.with_word(partial(self._print_again, self._reports[self.lines.chosen]))

    async def _print_again(self, report: ShiftReport, word: Word) -> None:
        await self.desk.till.run(shifting.reprint_z, report.count, word)
        said = _("{number} is printed again, marked COPY.").format(number=report.number)
        self.say(said, "good")


async def show_z(desk: Desk, report: ShiftReport, below: ListScreen) -> None:
    """Show the Z of a closed shift over a screen."""

    async def print_again(word: Word) -> None:
        await desk.till.run(shifting.reprint_z, report.count, word)

    names = await desk.till.run(shifting.names_in, report)
    await below.go(ReportScreen(desk, report, names, print_again))


def _differences(report: ShiftReport) -> Iterator[str]:
    """Yield by how much each currency was over or short."""
    if report.difference_minor:
        yield format_money(report.difference_minor, report.currency)
    for one in report.foreign_counted or ():
        if one.difference_minor:
            yield foreign_money(one.difference_minor, one.currency)


def _money(desk: Desk, minor: int) -> str:
    return format_money(minor, desk.currency)


def _lines(row: ReportRow) -> list[Row]:
    if row.value:
        return [_line(row)]
    if not row.label.startswith("  "):
        return [(), ((f" {drawn(row.label)}", "accent"),)]
    return [((f"   {line}", "plain"),) for line in wrapped(drawn(row.label), WIDTH - 4)]


def _line(row: ReportRow) -> Row:
    style = "strong" if row.is_sum else "plain"
    return ((between(f" {drawn(row.label)}", f"{drawn(row.value)} ", WIDTH - 1), style),)
