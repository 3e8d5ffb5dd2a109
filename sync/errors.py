"""What can go wrong between till and hub, and what each means for trying again.

SyncError
├── Retryable   later, by itself: no connection, a time-out, an answer that is not the hub's
│   └── Failed  the hub answered with an error of its own; the same again may fail the same way
├── Rejected    never by itself: the hub does not take this till or this request
├── Untrusted   what answers cannot prove that it is the hub: a certificate out of its time, or another's
├── NoRoom      when a person freed some: the disk cannot hold what the hub has ready
├── Unsettled   the hub answered, but waits for something else first
└── TooLarge    at once, but smaller
"""

from omnipos.locale import _, later

OWN_WORDS = {
    "busy": later("The hub's database is busy or in trouble. Nothing was changed; try again."),
    "disk_full": later("The hub's disk is full. Nothing was changed; free some space on the hub's computer."),
    "enrol_code": later("This code is not known, was used already or has expired. Ask for a new one."),
    "revoked": later("This till was revoked. Its sales are kept; ask the manager."),
    "too_many": later("Too many requests at once. Nothing was changed; try again in a moment."),
    "unauthorized": later("The hub does not know this till."),
    "update_till": later("This till's OmniPOS is too old for the hub. Its sales are safe. Update this till."),
}
"""A hub speaks its own language; what it says of a till is said in the till's, by the word for programs."""


def own_words(code: str, detail: str) -> str:
    """Return what a refusal says of this till, the hub's own words where its code is not known here."""
    return _(OWN_WORDS[code]) if code in OWN_WORDS else detail


class SyncError(Exception):
    """Something between till and hub did not work; everything unsent is kept."""


class Retryable(SyncError):
    """It may work later; `wait_ms` is what the hub asked for, 0 for nothing."""

    def __init__(self, reason: str, wait_ms: int = 0) -> None:
        """Say why, and how long the hub wants to be left alone."""
        super().__init__(reason)
        self.wait_ms = wait_ms


class Failed(Retryable):
    """The hub met an error of its own (5xx) and did not ask for time."""


class Rejected(SyncError):
    """The hub refused; a person must look at it. `code` is the refusal's word for programs."""

    def __init__(self, reason: str, code: str = "") -> None:
        """Say why, in the hub's own words."""
        super().__init__(reason)
        self.code = code


class Untrusted(SyncError):
    """What answers cannot prove that it is the hub; the text is a whole sentence for the cashier."""


class NoRoom(SyncError):
    """The disk cannot hold what is to come; the text is a whole sentence for the cashier."""


class Unsettled(SyncError):
    """The hub wants entries again after something else; a person may have to look at it."""


class TooLarge(SyncError):
    """The hub wants less at a time."""
