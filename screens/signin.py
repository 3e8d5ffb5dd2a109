"""Signing in: choose a name by arrows, number or its beginning, then the PIN."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from omnipos.domain.errors import DomainError
from omnipos.domain.names import clean_text, fold
from omnipos.domain.staff import Role, Staff
from omnipos.locale import _, later
from omnipos.services import following, signing_in
from screens.commands import Command
from screens.counter import Counter
from screens.desk import Desk
from screens.ringing import Scan
from screens.widgets.cells import Row, between, drawn
from screens.widgets.entry import Entry
from screens.widgets.lines import Lines
from screens.widgets.message import MessageLine

ROLE_WORDS = {Role.CASHIER: later("cashier"), Role.MANAGER: later("manager")}


def role_words(person: Staff) -> str:
    """Return what a person's role is called: as the owner named it, else as every shop does."""
    if person.role_name:
        return drawn(person.role_name)
    return _(ROLE_WORDS[Role(person.role)]) if person.role in ROLE_WORDS else drawn(person.role)


class SignInScreen(Counter):
    """The bottom of all screens; names first, one hash to check then."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("f1", later("Help"), "help", later("Show all keys")),
        Command("enter", later("Choose, sign in"), "enter", later("Choose the name, then check the PIN")),
        Command("escape", later("Other name"), "back", later("Back to the names")),
        Command("ctrl+s", later("Status"), "status", later("How the till stands")),
    )

    def __init__(self, desk: Desk) -> None:
        """Begin with nobody known yet."""
        super().__init__(desk)
        self._people: list[Staff] = []
        self._person: Staff | None = None
        self._lines = Lines(id="names")
        self._who = Entry(_("number, arrows, or first letters"), label=_("Name"), longest=40)
        self._pin = Entry(_("4 to 6 digits, then Enter"), label=_("PIN"), masked=True, longest=12)
        self.entry = self._who
        self._hint = MessageLine()
        self._hint.display = bool(desk.settings.sign_in_hint)

    def compose(self) -> ComposeResult:
        """Names over one line to type in."""
        yield self.header
        with Vertical(id="door"):
            yield self._lines
            yield self._who
            yield self._pin
            yield self.message
            yield self._hint
        yield self.keys

    async def open(self) -> None:
        """Fetch the names and begin with the first."""
        self._hint.say(clean_text(self.desk.settings.sign_in_hint), "dim")
        self._people = await self.desk.till.run(signing_in.people_here)
        self._choose_name()

    async def tick(self) -> None:
        """Look for names as long as there is nobody yet."""
        if not self._people:
            self._people = await self.desk.till.run(signing_in.people_here)

    def _choose_name(self) -> None:
        self._person = None
        self._pin.put("")
        self._who.put("")
        self.entry = self._who
        self._lines.show(self._rows(), 0)

    @property
    def _offered(self) -> list[Staff]:
        if self._person is not None:
            return [self._person]
        begin = fold(self._who.text.strip())
        if begin.isdigit():
            return self._people
        return [
            one
            for one in self._people
            if any(w.startswith(begin) for w in (fold(one.name), *fold(one.name).split()))
        ]

    def _rows(self) -> list[Row]:
        rows: list[Row] = []
        for one in self._offered:
            number = self._people.index(one) + 1
            name = f"{number:>3}  {drawn(one.name)}"
            rows.append(((between(name, f"{role_words(one)} ", 47), "plain"),))
        return rows

    def show(self) -> None:
        """Paint names and the line that is typed in."""
        super().show()
        self._who.display = self._person is None
        self._pin.display = self._person is not None
        self._lines.show(self._rows(), empty=self._why_nobody())
        shop = self.desk.shop
        self.query_one("#door", Vertical).border_title = None if shop is None else _("Sign in")

    def _why_nobody(self) -> str:
        if self._people:
            return _("Nobody here has such a name.")
        reason = self.desk.status.link_reason if self.desk.status else ""
        first = _(
            "Nobody can sign in yet: the names have not come from the hub. They appear here by themselves."
        )
        return f"{first} {reason}".strip()

    def edited(self) -> None:
        """Choose by what is typed: a number at once, a beginning by narrowing."""
        text = self._who.text.strip()
        if self._person is None and text.isdigit():
            number = int(text)
            if 1 <= number <= len(self._people) and number * 10 > len(self._people):
                self._take_person(self._people[number - 1])
        elif self._person is None:
            self._lines.show(self._rows(), 0)

    def _take_person(self, person: Staff) -> None:
        self._person = person
        self._pin.put("")
        self.entry = self._pin
        self._lines.show(self._rows(), 0)

    async def press(self, key: str) -> bool:
        """Move among the names; all else as everywhere."""
        if key in ("up", "down") and self._person is None:
            self._lines.move(-1 if key == "up" else 1)
            return True
        return await super().press(key)

    async def do_enter(self) -> None:
        """Choose the name, or check the PIN."""
        if self._person is None:
            offered, at = self._offered, self._lines.chosen
            if self._who.text.strip().isdigit():
                at = int(self._who.text) - 1
            if 0 <= at < len(offered):
                self._take_person(offered[at])
        elif not self._pin.text:
            self.say(_("Type the PIN of {name}.").format(name=drawn(self._person.name)))
        else:
            await self._check_pin(self._person)

    async def _check_pin(self, person: Staff) -> None:
        pin = self._pin.text
        self._pin.put("")
        await self.desk.till.run(signing_in.sign_in, person.staff_id, pin)
        await self._enter()

    async def take_badge(self, code: str) -> None:
        """Sign in whose badge it is; where the shop wants the PIN too, ask for it."""
        person = await self.desk.till.run(signing_in.sign_in_by_badge, code)
        if self.desk.till.staff is None:
            self._take_person(person)
            self.say(_("Now type the PIN of {name}.").format(name=drawn(person.name)), "plain")
        else:
            await self._enter()

    async def _enter(self) -> None:
        try:
            await self.till_app.enter_shop()
            await self.desk.till.run(following.arrive)
        except DomainError:
            await self.desk.till.run(signing_in.sign_out)
            raise
        self._choose_name()

    async def do_back(self) -> None:
        """Back to the names."""
        self._choose_name()

    async def do_status(self) -> None:
        """Show how the till stands."""
        from screens.standing import StandingScreen

        await self.go(StandingScreen(self.desk))

    async def take_scans(self, scans: Sequence[Scan]) -> Sequence[Scan]:
        """Nothing is sold before somebody has signed in."""
        self.app.bell()
        self.say(_("Sign in first, then scan again. Nothing was rung up."))
        return ()

    @on(Lines.Picked)
    def pick(self, event: Lines.Picked) -> None:
        """A click on a name chooses it."""
        if self._person is None:
            self._take_person(self._offered[event.index])
            self.show()
