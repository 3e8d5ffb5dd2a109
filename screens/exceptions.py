"""What a person must settle: the list of it, each case with its cause and answers, and the answer's note."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from omnipos.domain.exceptions import LONGEST_NOTE, SAFE, UNSAFE, Answer, answer_text, kind_of
from omnipos.locale import _, later, ngettext
from omnipos.services import settling
from omnipos.services.approving import Word
from omnipos.services.settling import Listed
from screens import times
from screens.commands import BACK, HELP, Command
from screens.counter import Counter
from screens.desk import Desk
from screens.forms import Form
from screens.lists import WIDTH, ListScreen
from screens.widgets.cells import Row, drawn, fit, wrapped
from screens.widgets.entry import Entry
from screens.widgets.lines import Lines
from screens.widgets.message import MessageLine

EMPTY = later("Nothing needs a person here.")


class ExceptionsScreen(Counter):
    """Lists what is open, then what was settled last; Enter opens one."""

    CSS_PATH: ClassVar[Path] = Path(__file__).with_suffix(".tcss")
    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        HELP,
        Command("enter", later("Open"), "open_case", later("Show the cause and the answers")),
        BACK,
    )

    def __init__(self, desk: Desk) -> None:
        """Begin with an empty list."""
        super().__init__(desk)
        self._lines = Lines(_(EMPTY), id="exceptions")
        self._box = Vertical(self._lines, id="list")
        self._whole = MessageLine()
        self._cases: Sequence[Listed] = ()

    def compose(self) -> ComposeResult:
        """The list."""
        yield self.header
        yield self._box
        yield self._whole
        yield self.message
        yield self.keys

    async def open(self) -> None:
        """Fetch the cases."""
        await self.tick()
        self.show()

    async def tick(self) -> None:
        """Fetch the cases again: other tills find and settle some meanwhile."""
        self._cases = await self.desk.till.run(settling.listed)

    def show(self) -> None:
        """Paint the list."""
        super().show()
        width = max(self._lines.content_size.width - 1, 40)
        self._lines.show([self._row(one, width) for one in self._cases])
        at = self._lines.chosen
        chosen = _(kind_of(self._cases[at].case.kind).sentence) if 0 <= at < len(self._cases) else ""
        # What a row cuts away is read here.
        self._whole.say(chosen if cell_len(chosen) > width - 28 else "", "dim")
        count = sum(one.case.is_open for one in self._cases)
        title = ngettext("{count} to settle", "{count} to settle", count).format(count=count)
        if self._box.border_title != title:
            self._box.border_title = title

    def _row(self, listed: Listed, width: int) -> Row:
        case, desk = listed.case, self.desk
        kind = kind_of(case.kind)
        if not case.is_open:
            mark, style = "✓", "dim"
        elif kind.is_safe:
            mark, style = "●", "accent"
        else:
            mark, style = "▲", "bad"
        when = times.day_or_clock(case.at_ms, desk.now_ms, desk.zone)
        till = _("Till {number}").format(number=case.till_number) if case.till_number else ""
        return (
            (f" {mark} ", style),
            (fit(listed.ref, 6), "strong" if case.is_open else "dim"),
            (fit(when, 9), "dim"),
            (fit(till, 10), "dim"),
            (fit(_(kind.sentence), width - 28), "plain" if case.is_open else "dim"),
        )

    async def press(self, key: str) -> bool:
        """Move among the cases."""
        if key in ("up", "down", "pageup", "pagedown"):
            self._lines.move({"up": -1, "down": 1, "pageup": -10, "pagedown": 10}[key])
            return True
        return await super().press(key)

    async def do_open_case(self) -> None:
        """Open the chosen case."""
        if self._cases:
            await self.go(CaseScreen(self, self._cases[max(self._lines.chosen, 0)]))

    @on(Lines.Picked)
    def pick(self, event: Lines.Picked) -> None:
        """A click on a case opens it."""
        self._lines.show(self._lines.rows, event.index)
        self.till_app.hit("enter")


class CaseScreen(ListScreen):
    """One case: its cause, whether the data is safe, where it was, and the answers by their numbers."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (BACK,)

    def __init__(self, below: ExceptionsScreen, listed: Listed) -> None:
        """Show a case over the list."""
        super().__init__(below.desk, _("Exception {ref}").format(ref=listed.ref))
        self.below = below
        self.listed = listed
        self.lines.chosen = -1

    def rows(self) -> Sequence[Row]:
        """Return the cause, the safety, the place, and the answers."""
        case, kind = self.listed.case, kind_of(self.listed.case.kind)
        rows = _paragraph(_(kind.sentence), "strong")
        rows += _paragraph(drawn(case.detail), "plain")
        rows += _paragraph(_(SAFE), "good") if kind.is_safe else _paragraph(_(UNSAFE), "bad")
        rows += [*_paragraph(self._place(), "dim"), ()]
        if not case.is_open:
            return rows + self._answers_given()
        if not kind.answers:
            return rows + _paragraph(_(kind.advice), "accent")
        for number, answer in enumerate(kind.answers, start=1):
            rows.append(((f" {number} ", "accent"), (_(answer.text), "plain")))
        return rows

    def _place(self) -> str:
        case, desk = self.listed.case, self.desk
        words = [f"{times.day(case.at_ms, desk.zone)} {desk.clock(case.at_ms)}"]
        if case.till_number:
            words.append(_("Till {number}").format(number=case.till_number))
        if case.receipt_number:
            words.append(_("Receipt {number}").format(number=drawn(case.receipt_number)))
        if case.order_number:
            words.append(_("Order {number}").format(number=drawn(case.order_number)))
        return " · ".join(words)

    def _answers_given(self) -> list[Row]:
        case = self.listed.case
        first, *later_ones = case.answers
        when = times.day_or_clock(first.at_ms, self.desk.now_ms, self.desk.zone)
        rows = _paragraph(
            _("Settled by {name}, {time}: {answer}").format(
                name=drawn(self.listed.settled_by), time=when, answer=_(answer_text(case.kind, first.answer))
            ),
            "good",
        )
        rows += _paragraph(drawn(first.note), "plain")
        for one in later_ones:
            text = _("Answered later too, and kept: {answer}")
            rows += _paragraph(text.format(answer=_(answer_text(case.kind, one.answer))), "dim")
        return rows

    async def type(self, text: str) -> None:
        """Take the number of an answer."""
        answers = self.listed.answers
        if text.isdigit() and 1 <= int(text) <= len(answers):
            await self.go(NoteForm(self, answers[int(text) - 1]))
        elif answers:
            self.say(_("Type the number of an answer, or Esc to go back."), "warn")

    async def press(self, key: str) -> bool:
        """Nothing is chosen here: only a number answers."""
        if key == "enter" and self.listed.answers:
            self.say(_("Enter is no answer here. Type the number, or Esc to go back."), "warn")
        return key in ("up", "down", "enter") or await super().press(key)


class NoteForm(Form):
    """Asks for a few words about an answer, and then gives it."""

    def __init__(self, case: CaseScreen, answer: Answer) -> None:
        """Ask about an answer to a case."""
        self._case, self._answer = case, answer
        self._note = Entry(
            _("what happened, in a few words; may stay empty"), label=_("Note"), longest=LONGEST_NOTE
        )
        heading = _("Exception {ref}").format(ref=case.listed.ref)
        super().__init__(case.desk, (self._note,), heading, _(answer.text))

    async def send(self) -> None:
        """Settle the case and go back to the list."""
        await self.with_word(self._settle)

    async def _settle(self, word: Word) -> None:
        below = self._case.below
        ref = self._case.listed.ref
        await self.desk.till.run(settling.settle, ref, self._answer.code, self._note.text, word)
        await self.till_app.back(self._case)
        await self.desk.look()
        await below.open()
        below.say(_("Exception {ref} is settled.").format(ref=ref), "good")


def _paragraph(text: str, style: str) -> list[Row]:
    return [((f" {line}", style),) for line in wrapped(text, WIDTH - 2)]
