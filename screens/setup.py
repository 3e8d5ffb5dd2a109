"""The first start: a few questions about the shop, asked one after the other, and their answers."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

import msgspec
from textual import events
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.types import CSSPathType

from omnipos.domain.errors import DomainError
from omnipos.domain.shop import CERTIFIED_TILLS, COUNTRIES
from omnipos.locale import LANGUAGES, _, later, speak
from screens.themes import DARK
from screens.widgets.cells import Row, wrapped
from screens.widgets.entry import Entry
from screens.widgets.lines import Lines
from screens.widgets.message import MessageLine
from screens.widgets.painted import Painted

HERE = Path(__file__).parent

LANGUAGE_NAMES = {"en": "English", "id": "Bahasa Indonesia", "ms": "Bahasa Melayu"}
COUNTRY_NAMES = {
    "ID": later("Indonesia"),
    "MY": later("Malaysia"),
    "US": later("United States"),
    "GB": later("United Kingdom"),
    "DE": later("Germany"),
    "JP": later("Japan"),
    "SG": later("Singapore"),
}


class SetupKind(StrEnum):
    """What this till is to be."""

    ALONE = "alone"
    JOIN = "join"
    DEMO = "demo"


KIND_WORDS = {
    SetupKind.ALONE: later("This shop alone: everything on this computer, nothing to look after"),
    SetupKind.JOIN: later("Join a hub: its address and a one-time code are at hand"),
    SetupKind.DEMO: later("The demo shop: look around with made-up goods and people"),
}


class SetupAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """All that was answered; what a kind does not ask for is empty."""

    kind: SetupKind
    country: str
    language: str
    shop_name: str = ""
    hub_address: str = ""
    code: str = ""
    staff_name: str = ""
    pin: str = ""


class Question(Painted):
    """The heading of a step and what to know about it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self._text = ("", "")

    def ask(self, heading: str, explained: str = "") -> None:
        """Ask something else."""
        self._text = (heading, explained)
        self.repaint()

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return the heading over its explanation."""
        heading, explained = self._text
        return [((heading, "strong"),), (), *(((line, "dim"),) for line in wrapped(explained, width))]


class SetupApp(App[SetupAnswers | None]):
    """Asks for language, country, kind and names; Esc goes one step back, and from the first one out."""

    CSS_PATH: ClassVar[CSSPathType | None] = [HERE / "app.tcss", HERE / "setup.tcss"]
    ENABLE_COMMAND_PALETTE = False
    TITLE = "OmniPOS"

    def __init__(self, join: Callable[[str, str], object] | None = None) -> None:
        """Begin with the first question; `join` tries an address and code, and may raise DomainError."""
        super().__init__()
        self._join = join
        self.register_theme(DARK)
        self.theme = DARK.name
        self._step = 0
        self._language = "en"
        self._country = "ID"
        self._kind = SetupKind.ALONE
        self._question = Question()
        self._lines = Lines()
        self._message = MessageLine()
        self._shop = Entry(longest=60)
        self._staff = Entry(longest=40)
        self._pin = Entry(masked=True, longest=6)
        self._again = Entry(masked=True, longest=6)
        self._address = Entry("https://hub.example", longest=120)
        self._code = Entry(longest=40)
        self._fields: Sequence[Entry] = ()
        self._at = 0

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colours, for a look that is not one of ours."""
        return dict(DARK.variables)

    def compose(self) -> ComposeResult:
        """One box for every step."""
        with Vertical(id="setup") as box:
            box.border_title = "OmniPOS"
            yield self._question
            yield self._lines
            yield from self._all_fields
            yield self._message

    @property
    def _all_fields(self) -> tuple[Entry, ...]:
        return (self._shop, self._staff, self._pin, self._again, self._address, self._code)

    def on_mount(self) -> None:
        """Ask the first question."""
        self._ask()

    def _choices(self) -> list[str]:
        match self._step:
            case 0:
                return [LANGUAGE_NAMES[code] for code in LANGUAGES]
            case 1:
                return [_(COUNTRY_NAMES[code]) for code in COUNTRIES]
            case _:
                return [_(KIND_WORDS[kind]) for kind in SetupKind]

    def _ask(self) -> None:
        fiscal = _(
            "OmniPOS has no certified fiscal module. Where the law wants a certified till"
            " (Germany, Austria, Italy, France, Portugal and others) it must not be used for selling."
        )
        headings = (_("Which language?"), _("Which country is the shop in?"), _("How will it work?"))
        self._fields = () if self._step < 3 else self._fields_of_kind()
        for field in self._all_fields:
            field.display = field in self._fields
        self._lines.display = self._step < 3
        if self._step < 3:
            warns = self._step == 1 or (self._step == 2 and self._country in CERTIFIED_TILLS)
            self._question.ask(headings[self._step], fiscal if warns else "")
            rows = [((f"{number}  {text}", "plain"),) for number, text in enumerate(self._choices(), 1)]
            self._lines.show(rows, 0)
        else:
            self._name_fields()
            self._question.ask(_(KIND_WORDS[self._kind]), _("Enter goes on, Esc goes back."))
            self._choose_field(0)

    def _name_fields(self) -> None:
        # Only now: the first answer changed the language.
        words = (_("Shop name"), _("Your name"), _("PIN"), _("PIN again"), _("Hub address"), _("Code"))
        width = max(len(word) for word in words)
        for field, word in zip(self._all_fields, words, strict=True):
            field.label = word.ljust(width)

    def _fields_of_kind(self) -> Sequence[Entry]:
        if self._kind is SetupKind.JOIN:
            return (self._address, self._code)
        return (self._shop, self._staff, self._pin, self._again)

    def _choose_field(self, at: int) -> None:
        self._at = at % len(self._fields)
        for number, field in enumerate(self._fields):
            field.activate(number == self._at)

    async def on_event(self, event: events.Event) -> None:
        """Take keys in order; all else goes Textual's way."""
        if isinstance(event, events.Key) and not event.is_forwarded and not event.key.startswith("ctrl+"):
            self._message.say("")
            self._take_key(event)
        elif isinstance(event, events.Paste) and self._fields:
            self._fields[self._at].type(event.text.strip())
        else:
            await super().on_event(event)

    def _take_key(self, event: events.Key) -> None:
        if event.key == "escape":
            self._back()
        elif self._fields:
            self._edit(event)
        elif event.key in ("up", "down"):
            self._lines.move(-1 if event.key == "up" else 1)
        elif event.key == "enter":
            self._choose(self._lines.chosen)
        elif event.character and event.character.isdigit():
            self._choose(int(event.character) - 1)

    def _edit(self, event: events.Key) -> None:
        if event.key == "enter" and self._at == len(self._fields) - 1:
            self._finish()
        elif event.key in ("enter", "tab", "down"):
            self._choose_field(self._at + 1)
        elif event.key in ("shift+tab", "up"):
            self._choose_field(self._at - 1)
        elif event.is_printable and event.character:
            self._fields[self._at].type(event.character)
        else:
            self._fields[self._at].edit(event.key)

    def _choose(self, at: int) -> None:
        if not 0 <= at < self._lines.count:
            return
        match self._step:
            case 0:
                self._language = LANGUAGES[at]
                speak(self._language)
            case 1:
                self._country = tuple(COUNTRIES)[at]
            case _:
                self._kind = tuple(SetupKind)[at]
                if self._kind is SetupKind.DEMO:
                    self._finish()
                    return
        self._step += 1
        self._ask()

    def _back(self) -> None:
        if self._step == 0:
            self.exit(None)
            return
        self._step -= 1
        self._ask()

    def _finish(self) -> None:
        wrong = self._what_is_wrong()
        if wrong is not None:
            text, field = wrong
            self._message.say(text)
            self._choose_field(self._fields.index(field))
            return
        answers = self._answers()
        if answers.kind is SetupKind.JOIN and self._join is not None:
            try:
                self._join(answers.hub_address, answers.code)
            except DomainError as refusal:
                # What was typed stays, so that one wrong letter can be put right.
                self._message.say(str(refusal))
                return
        self.exit(answers)

    def _answers(self) -> SetupAnswers:
        alone, join = self._kind is SetupKind.ALONE, self._kind is SetupKind.JOIN
        return SetupAnswers(
            kind=self._kind,
            country=self._country,
            language=self._language,
            shop_name=self._shop.text.strip() if alone else "",
            staff_name=self._staff.text.strip() if alone else "",
            pin=self._pin.text if alone else "",
            hub_address=self._address.text.strip() if join else "",
            code=self._code.text.strip() if join else "",
        )

    def _what_is_wrong(self) -> tuple[str, Entry] | None:
        if self._kind is SetupKind.JOIN:
            return self._empty_field((self._address, self._code))
        if self._kind is SetupKind.DEMO:
            return None
        empty = self._empty_field((self._shop, self._staff))
        pin = self._pin.text
        if empty is not None:
            return empty
        if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 6):
            return _("A PIN has 4 to 6 digits."), self._pin
        if pin != self._again.text:
            self._again.put("")
            return _("The two PINs differ. Type the second one again."), self._again
        return None

    def _empty_field(self, needed: Sequence[Entry]) -> tuple[str, Entry] | None:
        missing = next((field for field in needed if not field.text.strip()), None)
        if missing is None:
            return None
        return _("{field} is still empty.").format(field=missing.label.strip()), missing
