"""What services need from outside: the time, a line to the hub, a printer to hand jobs to."""

from enum import StrEnum
from typing import Protocol

import msgspec


class Clock(Protocol):
    """The time, as a till sees it."""

    def now_ms(self) -> int:
        """UTC milliseconds."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds that never jump, since some moment."""
        ...


class LinkState(StrEnum):
    """How the line to the hub is."""

    ASKING = "asking"
    ONLINE = "online"
    AWAY = "away"
    ATTENTION = "attention"


class LinkReport(msgspec.Struct, frozen=True, kw_only=True):
    """What syncing last saw; `reason` is a sentence for the cashier, empty when all is well."""

    state: LinkState
    since_ms: int
    reason: str = ""
    skew_ms: int = 0
    """How far the hub's clock is ahead of this till's; 0 until it was asked."""


class Syncing(Protocol):
    """The till's side of syncing, as a service or screen sees it; nothing here ever waits."""

    def report(self) -> LinkReport:
        """Return the line's state, at once."""
        ...

    def nudge(self) -> None:
        """Say that there is something to send, or that somebody asked to try now."""
        ...


class Printing(Protocol):
    """The print spool, as a service or screen sees it; nothing here ever waits."""

    def trouble(self) -> str:
        """Return what keeps the printer from printing, as a sentence; empty when nothing does."""
        ...

    def nudge(self) -> None:
        """Say that there is something to print."""
        ...
