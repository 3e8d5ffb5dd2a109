"""The floors in a terminal: the barest Textual apps that could do what the till does."""

import sys
from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Footer, Input, Static


class BareForm(App[None]):
    """A Static, an Input and a Footer: what starting and typing cost at the least."""

    BINDINGS = [("f12", "pay", "Pay")]  # noqa: RUF012 - Textual's own way

    def compose(self) -> ComposeResult:
        """Three widgets."""
        yield Static("ready", id="text")
        yield Input()
        yield Footer()


class BareScan(App[None]):
    """Takes a burst before any widget sees it and repaints one text widget."""

    def compose(self) -> ComposeResult:
        """One text widget, and an Input that has the focus."""
        yield Static("ready", id="text")
        yield Input()

    def on_mount(self) -> None:
        """Begin with an empty burst."""
        self.burst: list[str] = []
        self.count = 0

    async def on_event(self, event: events.Event) -> None:
        """Collect characters; Enter ends the burst and repaints."""
        if not isinstance(event, events.Key):
            await super().on_event(event)
        elif event.key == "enter":
            self.count += 1
            self.query_one("#text", Static).update(f"{''.join(self.burst)} total {self.count:06d}")
            self.burst.clear()
        elif event.character:
            self.burst.append(event.character)


class BareKey(App[None]):
    """One key repaints one text widget."""

    def compose(self) -> ComposeResult:
        """One text widget."""
        yield Static("ready", id="text")

    def on_mount(self) -> None:
        """Begin at nothing."""
        self.count = 0

    def on_key(self, _event: events.Key) -> None:
        """Count a key and paint it."""
        self.count += 1
        self.query_one("#text", Static).update(f"change {self.count:06d}")


APPS: dict[str, type[App[Any]]] = {"form": BareForm, "scan": BareScan, "key": BareKey}

if __name__ == "__main__":
    APPS[sys.argv[1]]().run()
