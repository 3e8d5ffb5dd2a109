"""One line that a person types into; it takes keys at once, so that none can overtake another."""

from collections.abc import Sequence
from typing import NamedTuple

from screens.widgets.cells import Row, cut, drawn, fit
from screens.widgets.painted import Painted

LONGEST = 200


class Asked(NamedTuple):
    """What an entry asks for: the hint in the empty line, the label before it, how much fits."""

    hint: str = ""
    label: str = ""
    longest: int = LONGEST
    active: bool = True


class Entry(Painted):
    """A line of text with a cursor; `masked` shows dots for a PIN."""

    def __init__(
        self, hint: str = "", *, label: str = "", masked: bool = False, longest: int = LONGEST
    ) -> None:
        """Begin empty. The hint stands in the empty line, the label before it."""
        super().__init__()
        self.hint = hint
        self.label = label
        self.is_active = True
        self._masked = masked
        self._longest = longest
        self._text = ""
        self._cursor = 0
        self._suggested = ""
        self._is_untouched = False

    @property
    def text(self) -> str:
        """What was typed."""
        return self._text

    @property
    def asked(self) -> Asked:
        """What it asks for now."""
        return Asked(self.hint, self.label, self._longest, self.is_active)

    def ask(self, asked: Asked) -> None:
        """Ask for something from now on; what was typed for something else goes."""
        self.hint, self.label, self._longest, self.is_active = asked
        self.put("")

    def put(self, text: str) -> None:
        """Replace all of it, the cursor behind the last character."""
        self._text = text[: self._longest]
        self._cursor = len(self._text)
        self._suggested, self._is_untouched = "", False
        self.repaint()

    def suggest(self, text: str) -> None:
        """Put a text that may stay as it is: what is typed takes its place, editing keys keep it."""
        self.put(text)
        self._suggested, self._is_untouched = self._text, bool(text)

    def type(self, text: str) -> None:
        """Insert at the cursor."""
        added = drawn(text) if len(text) > 1 else text
        if self._is_untouched:
            self._text, self._cursor, self._is_untouched = "", 0, False
        if len(self._text) + len(added) > self._longest:
            return
        self._text = self._text[: self._cursor] + added + self._text[self._cursor :]
        self._cursor += len(added)
        self.repaint()

    def take_back(self, text: str) -> None:
        """Take out what was typed last, because it was the beginning of a scan."""
        before = self._text[: self._cursor]
        if before.endswith(text):
            self._text = before[: len(before) - len(text)] + self._text[self._cursor :]
            self._cursor -= len(text)
            if self._suggested and not self._text:
                self.suggest(self._suggested)
            self.repaint()

    def edit(self, key: str) -> bool:
        """Apply an editing key; return whether it was one."""
        text, at = self._text, self._cursor
        match key:
            case "backspace" | "ctrl+h":
                self._text, self._cursor = text[: max(at - 1, 0)] + text[at:], max(at - 1, 0)
            case "delete":
                self._text = text[:at] + text[at + 1 :]
            case "left":
                self._cursor = max(at - 1, 0)
            case "right":
                self._cursor = min(at + 1, len(text))
            case "home" | "ctrl+a":
                self._cursor = 0
            case "end" | "ctrl+e":
                self._cursor = len(text)
            case "ctrl+u":
                self._text, self._cursor = text[at:], 0
            case "ctrl+w":
                kept = text[:at].rstrip().rpartition(" ")
                start = len(kept[0]) + len(kept[1])
                self._text, self._cursor = text[:start] + text[at:], start
            case _:
                return False
        self._suggested, self._is_untouched = "", False
        self.repaint()
        return True

    def activate(self, is_active: bool) -> None:
        """Show or hide the cursor."""
        if is_active != self.is_active:
            self.is_active = is_active
            self.repaint()

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return the label and the line, scrolled so that the cursor is in sight."""
        label = f"{self.label} " if self.label else ""
        room = max(width - len(label) - 1, 1)
        shown = "•" * len(self._text) if self._masked else self._text
        start = max(self._cursor - room + 1, 0)
        before, behind = shown[start : self._cursor], shown[self._cursor :]
        cursor = "▏" if self.is_active else " "
        name = "accent" if self.is_active else "dim"
        row: list[tuple[str, str]] = [(label, name)] if label else []
        if shown:
            row += [
                (before, "strong"),
                (cursor, "accent"),
                (cut(behind, max(room - len(before), 0)), "strong"),
            ]
        else:
            row += [(cursor, "accent"), (fit(self.hint, room), "dim")]
        return (tuple(row),)
