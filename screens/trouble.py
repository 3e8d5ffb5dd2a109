"""The locked screen: a data folder that cannot be used is told, and stays told, until somebody acts."""

from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Middle
from textual.types import CSSPathType
from textual.widgets import Static

from omnipos.locale import _


class TroubleApp(App[bool]):
    """Shows why nothing can be sold; ends with True to try again, False to leave."""

    ENABLE_COMMAND_PALETTE = False
    CSS_PATH: ClassVar[CSSPathType | None] = Path(__file__).parent / "trouble.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [("enter", "again"), ("escape", "leave")]

    def __init__(self, trouble: str) -> None:
        """Take the sentence that says what is wrong, what is safe and what to do."""
        super().__init__()
        self._trouble = trouble

    def compose(self) -> ComposeResult:
        """Lay out the one message."""
        keys = _("Enter tries again. Esc leaves.")
        with Middle():
            yield Static(f"{self._trouble}\n\n{keys}", markup=False)

    def action_again(self) -> None:
        """Try again."""
        self.exit(True)

    def action_leave(self) -> None:
        """Leave the till."""
        self.exit(False)
