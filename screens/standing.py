"""How the till stands: what is on disk, at the hub and on paper, why, and a try right now."""

from collections.abc import Sequence
from typing import ClassVar

from omnipos.locale import _, later
from omnipos.ports import LinkState
from screens.commands import BACK, Command
from screens.desk import Desk
from screens.lists import WIDTH, ListScreen
from screens.widgets.cells import Row, between, wrapped
from screens.widgets.header import standing

LINK_WORDS = {
    LinkState.ASKING: later("being asked for the first time"),
    LinkState.ONLINE: later("online"),
    LinkState.AWAY: later("away; the till sells on and sends later"),
    LinkState.ATTENTION: later("needs attention"),
}


class StandingScreen(ListScreen):
    """Shows the details behind the status line."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("ctrl+s", later("Try now"), "try_now", later("Try the hub and the printer right now")),
        Command(
            "ctrl+x", later("Exceptions"), "exceptions", later("What a person must settle, and the answers")
        ),
        BACK,
    )

    def __init__(self, desk: Desk) -> None:
        """Show the desk's status."""
        super().__init__(desk, _("How this till stands"))
        self.lines.chosen = -1

    async def open(self) -> None:
        """Look now."""
        await self.desk.look()
        self.show()

    def rows(self) -> Sequence[Row]:
        """Return one row a figure, then the reasons in whole sentences."""
        status, desk = self.desk.status, self.desk
        if status is None:
            return ()
        text, style = standing(status, desk)
        rows: list[Row] = [((f" {text}", style),), ()]
        since = desk.clock(status.waiting_since_ms) if status.waiting else "–"
        figures = [
            (_("Sales and all else on this till's disk"), _("always, at once")),
            (_("Hub"), _(LINK_WORDS[status.link])),
            (_("Waiting for the hub"), str(status.waiting)),
            (_("of these, sales"), str(status.waiting_sales)),
            (_("Waiting since"), since),
            (_("Set aside by the hub, to be looked at"), str(status.quarantined)),
            (_("Papers not printed yet"), str(status.unprinted)),
            (_("Payments unknown or in no sale (Ctrl+O)"), str(status.payments_open)),
            (_("To be settled by a person, at this till"), str(status.open_here)),
            (_("and in the whole store"), str(status.open_in_store)),
        ]
        rows += [((between(f" {name}", f"{figure} ", WIDTH - 1), "plain"),) for name, figure in figures]
        for reason in (status.link_reason, status.print_trouble):
            rows += [((f" {line}", "warn"),) for line in wrapped(reason, WIDTH - 3)]
        return rows

    async def press(self, key: str) -> bool:
        """Nothing is chosen here."""
        return key in ("up", "down", "enter") or await super().press(key)

    async def do_exceptions(self) -> None:
        """Show what a person must settle."""
        from screens.exceptions import ExceptionsScreen

        await self.go(ExceptionsScreen(self.desk))

    async def do_try_now(self) -> None:
        """Ask for a try; what comes of it shows here by itself."""
        self.desk.try_now()
        self.say(_("Trying now."), "good")
