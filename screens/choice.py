"""A question that no reflex answers: numbered answers that differ from Enter; Esc goes back."""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical

from omnipos.domain.errors import DomainError
from omnipos.locale import _, later
from screens.commands import BACK, Command
from screens.counter import Dialog
from screens.desk import Desk
from screens.widgets.footer import KeysLine
from screens.widgets.message import MessageLine

LONGEST_LINE = 50
"""How long all answers together may be beside the way back, in columns."""

Answer = tuple[str, Callable[[], Awaitable[None]]]


class ChoiceScreen(Dialog):
    """Asks one question; the digit of an answer does it."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (BACK,)

    def __init__(self, desk: Desk, question: str, answers: Sequence[Answer]) -> None:
        """Ask a question with what each answer does."""
        super().__init__(desk)
        self._question = MessageLine()
        self._question.say(question, "plain")
        self._answers = answers

    @property
    def is_answered_by_a_digit(self) -> bool:
        """Always."""
        return True

    @property
    def commands(self) -> Sequence[Command]:
        """The answers by their numbers, then the way back."""
        if not hasattr(self, "_answers"):
            return self.COMMANDS_HERE
        numbered = (Command(str(n), text, "answer") for n, (text, _do) in enumerate(self._answers, start=1))
        return (*numbered, BACK)

    @property
    def _is_long(self) -> bool:
        """Whether the answers do not fit beside each other: then each has a line, and none is cut away."""
        return sum(cell_len(text) + len("1  ") for text, _do in self._answers) > LONGEST_LINE

    def compose(self) -> ComposeResult:
        """The question over its answers."""
        with Vertical(id="box") as box:
            box.border_title = _("Please choose")
            yield self._question
            yield self.message
            if self._is_long:
                yield from (KeysLine((one,)) for one in self.commands if one is not BACK)
            yield self.keys

    def show(self) -> None:
        """Paint the answers."""
        self.keys.show(self.COMMANDS_HERE if self._is_long else self.commands)

    async def type(self, text: str) -> None:
        """Take the digit of an answer."""
        if text.isdigit() and 1 <= int(text) <= len(self._answers):
            await self._answer(self._answers[int(text) - 1])
        else:
            self.say(_("Type the number of an answer, or Esc to go back."), "warn")

    async def press(self, key: str) -> bool:
        """Let Enter and all else say what to type."""
        if await super().press(key):
            return True
        if key == "enter":
            self.say(_("Enter is no answer here. Type the number, or Esc to go back."), "warn")
        return key == "enter"

    async def _answer(self, answer: Answer) -> None:
        below = self.till_app
        await below.back(self)
        try:
            await answer[1]()
        except DomainError as error:
            top = below.screen
            if not isinstance(top, Dialog) and not hasattr(top, "say"):
                raise
            top.say(str(error))


RECALLED = later("This basket was taken up again. Is it the one to be paid now?")
