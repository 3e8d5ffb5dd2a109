"""The manager's menu: staff, approvals, exceptions, stocktake; each says who may where it is not allowed."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import ClassVar

from omnipos.domain.approval import ApprovalState
from omnipos.domain.errors import DomainError
from omnipos.domain.money import format_money
from omnipos.domain.rightwords import right_words
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Staff
from omnipos.locale import _, later
from omnipos.services import badging, queueing
from omnipos.services.approving import Word
from omnipos.services.queueing import ApprovalShown
from screens import times
from screens.choice import ChoiceScreen
from screens.commands import BACK, Command
from screens.counter import Counter
from screens.desk import Desk
from screens.lists import WIDTH, ListScreen, PagesScreen
from screens.signin import role_words
from screens.widgets.cells import Row, between, drawn, fit, wrapped


class ManagerScreen(ListScreen):
    """One number, or arrows and Enter, opens each of the manager's lists."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Open"), "enter", later("Open what is chosen")),
        BACK,
    )

    def __init__(self, below: Counter) -> None:
        """Show what there is."""
        super().__init__(below.desk, _("Manager"))
        self._below = below
        self._waiting = 0

    async def open(self) -> None:
        """Look how much waits."""
        await self.tick()

    async def tick(self) -> None:
        """Look again how much waits."""
        self._waiting = len(await self.desk.till.run(queueing.waiting))
        self.show()

    def _choices(self) -> Sequence[tuple[str, str, Callable[[], Awaitable[None]]]]:
        status = self.desk.status
        open_cases = str(status.open_in_store) if status else ""
        unknown = str(status.payments_open) if status else ""
        return (
            (_("Approvals asked for"), str(self._waiting), self._approvals),
            (_("Approvals given"), "", self._journal),
            (_("Staff"), "", self._staff),
            (_("Exceptions"), open_cases, self._exceptions),
            (_("Stocktake"), "", self._stocktake),
            (_("Payments not known"), unknown, self._payments),
        )

    def rows(self) -> Sequence[Row]:
        """Return the lists by their numbers, with how much waits in each."""
        return [
            ((f" {number} ", "accent"), (between(text, f"{figure} ", WIDTH - 4), "plain"))
            for number, (text, figure, _do) in enumerate(self._choices(), start=1)
        ]

    async def type(self, text: str) -> None:
        """Open by number."""
        choices = self._choices()
        if text.isdigit() and 1 <= int(text) <= len(choices):
            await choices[int(text) - 1][2]()

    async def do_enter(self) -> None:
        """Open what is chosen."""
        await self._choices()[max(self.lines.chosen, 0)][2]()

    async def _approvals(self) -> None:
        await self.go(ApprovalsScreen(self.desk))

    async def _payments(self) -> None:
        from screens.payments import PaymentsScreen

        await self.go(PaymentsScreen(self.desk))

    async def _journal(self) -> None:
        await self.with_word(self._show_journal)

    async def _show_journal(self, word: Word) -> None:
        found = await self.desk.till.run(queueing.past, word)
        await self.go(ApprovalJournalScreen(self.desk, found))

    async def _staff(self) -> None:
        await self.with_word(self._show_staff)

    async def _show_staff(self, word: Word) -> None:
        people = await self.desk.till.run(badging.people, word)
        await self.go(StaffScreen(self.desk, people))

    async def _exceptions(self) -> None:
        from screens.exceptions import ExceptionsScreen

        await self.go(ExceptionsScreen(self.desk))

    async def _stocktake(self) -> None:
        from screens.stocktake import begin

        await begin(self)


class ApprovalsScreen(ListScreen):
    """What the store's tills wait for; Enter opens one, a number answers it."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Answer"), "enter", later("Allow or refuse what is chosen")),
        BACK,
    )

    def __init__(self, desk: Desk) -> None:
        """Begin with nothing seen."""
        super().__init__(desk, _("Approvals asked for"), empty=_("Nobody waits for an approval."))
        self._found: tuple[ApprovalShown, ...] = ()

    async def open(self) -> None:
        """Look."""
        await self.tick()

    async def tick(self) -> None:
        """Look again."""
        self._found = await self.desk.till.run(queueing.waiting)
        self.show()

    def rows(self) -> Sequence[Row]:
        """Return one row an approval: where and who, what for, and of how much."""
        return [_asked_row(one, self.desk) for one in self._found]

    async def do_enter(self) -> None:
        """Ask for the answer by a number."""
        at = self.lines.chosen
        if not 0 <= at < len(self._found):
            return
        one = self._found[at]
        answers = (
            (_("Allow it once"), partial(self.with_word, partial(self._answer, one, True))),
            (_("Refuse it"), partial(self.with_word, partial(self._answer, one, False))),
        )
        await self.go(ChoiceScreen(self.desk, question_words(one, self.desk.currency), answers))

    async def _answer(self, one: ApprovalShown, granted: bool, word: Word) -> None:
        await self.desk.till.run(queueing.answer, one.case.approval_id, granted=granted, word=word)
        await self.tick()
        text = (
            _("Allowed once. Till {number} does it now.") if granted else _("Refused. Till {number} is told.")
        )
        self.say(text.format(number=one.case.till_number), "good")


def question_words(one: ApprovalShown, currency: str) -> str:
    """Say what a till asks for: `Till 2, Sari: discount. Damaged. Total Rp 9.500.`"""
    case = one.case
    return _("Till {number}, {name}: {right}. {reason}. Total {total}.").format(
        number=case.till_number,
        name=drawn(one.asked_by),
        right=right_words(case.right),
        reason=drawn(case.reason).rstrip("."),
        total=format_money(case.total_minor, currency),
    )


def _asked_row(one: ApprovalShown, desk: Desk) -> Row:
    case = one.case
    left = f" {desk.clock(case.at_ms)}  " + _("Till {number}").format(number=case.till_number)
    left += f"  {drawn(one.asked_by)}: {right_words(case.right)}, {drawn(case.reason)}"
    total = format_money(case.total_minor, desk.currency)
    return ((between(fit(left, WIDTH - len(total) - 3), f"{total} ", WIDTH - 1), "plain"),)


class ApprovalJournalScreen(PagesScreen):
    """Who allowed or refused what, when and for whom: of this till at once, of the store as it syncs."""

    def __init__(self, desk: Desk, found: tuple[ApprovalShown, ...]) -> None:
        """Show what was found."""
        super().__init__(desk, _("Approvals given"))
        self._found = found

    def all_rows(self) -> Sequence[Row]:
        """Return two rows an approval: when, where, for whom and what; by whom and why."""
        if not self._found:
            return [((" " + _("No approval was given yet."), "dim"),)]
        rows: list[Row] = []
        for one in self._found:
            rows += _journal_rows(one, self.desk)
        return rows


def _journal_rows(one: ApprovalShown, desk: Desk) -> list[Row]:
    case = one.case
    when = f"{times.day(case.at_ms, desk.zone)} {desk.clock(case.at_ms)}"
    head = f" {when}  " + _("Till {number}").format(number=case.till_number)
    head += f"  {drawn(one.asked_by)}: {right_words(case.right)}"
    reason = drawn(case.reason)
    if case.state is ApprovalState.REFUSED:
        text, style = (
            _("refused by {name}: {reason}").format(name=drawn(one.answered_by), reason=reason),
            "warn",
        )
    else:
        text, style = (
            _("allowed by {name}: {reason}").format(name=drawn(one.answered_by), reason=reason),
            "dim",
        )
    rows: list[Row] = [((fit(head, WIDTH - 1), "plain"),)]
    return rows + [((f"   {line}", style),) for line in wrapped(text, WIDTH - 5)]


class StaffScreen(ListScreen):
    """Who works here: name, role, badge. People are changed at the hub, and this says how."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("New badge"), "enter", later("Make the chosen one a new badge and print it")),
        BACK,
    )

    def __init__(self, desk: Desk, people: Sequence[Staff]) -> None:
        """List some people."""
        super().__init__(desk, _("Staff"))
        self._people = people

    async def open(self) -> None:
        """Say where they are changed."""
        self.say(_("PINs and roles are changed at the hub: omnipos hub add-staff, set-role."), "dim")
        self.show()

    def rows(self) -> Sequence[Row]:
        """Return one row a person."""
        badge = _("badge")
        return [
            (
                (
                    between(
                        f" {drawn(one.name)}",
                        f"{role_words(one)}{', ' + badge if one.badge_id else ''} ",
                        WIDTH - 1,
                    ),
                    "plain",
                ),
            )
            for one in self._people
        ]

    async def do_enter(self) -> None:
        """Ask by a number: a new badge ends the one before."""
        if not self._people:
            return
        person = self._people[max(self.lines.chosen, 0)]
        await self.desk.till.run(badging.wanted, person.staff_id)
        question = _("Make {name} a new badge? The one before opens nothing any more.").format(
            name=drawn(person.name)
        )

        async def make() -> None:
            await self.with_word(partial(self._begin, person))

        await self.go(ChoiceScreen(self.desk, question, ((_("Print a new badge"), make),)))

    async def _begin(self, person: Staff, word: Word) -> None:
        made_for, shop = await self.desk.till.run(badging.allow_new, person.staff_id, word)
        self.run_worker(self._make(made_for, shop), group="badge", exclusive=True)

    async def _make(self, person: Staff, shop: Shop) -> None:
        try:
            await badging.print_new(self.desk.till, person, shop)
        except DomainError as refusal:
            self.say(str(refusal))
        else:
            self.say(_("The badge of {name} is being printed.").format(name=drawn(person.name)), "good")
