"""A manager's word asked for from afar: the queue of a store, what is written of it, and how it ends."""

from enum import StrEnum

import msgspec


class ApprovalGiven(msgspec.Struct, frozen=True, kw_only=True, tag="approval_given"):
    """Somebody gave their word for one action of who is signed in and may not do it alone.

    `right` is what was missing; `staff_id` gave the word, at this till or from the managers' queue.
    """

    approval_id: str
    right: str
    reason: str
    staff_id: str


class ApprovalAsked(msgspec.Struct, frozen=True, kw_only=True, tag="approval_asked"):
    """A manager's word was asked for in the whole store, for one action over a basket of this total."""

    approval_id: str
    right: str
    reason: str
    total_minor: int


class ApprovalAnswered(msgspec.Struct, frozen=True, kw_only=True, tag="approval_answered"):
    """Who acts answered what another till asked for."""

    approval_id: str
    granted: bool


class ApprovalWithdrawn(msgspec.Struct, frozen=True, kw_only=True, tag="approval_withdrawn"):
    """Nobody at this till waits for an answer any more; one that comes later allows nothing."""

    approval_id: str


ApprovalFact = ApprovalAsked | ApprovalAnswered | ApprovalWithdrawn | ApprovalGiven


class ApprovalState(StrEnum):
    """Where an approval stands."""

    ASKED = "asked"
    GRANTED = "granted"
    """Allowed, and not done yet."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    GIVEN = "given"
    """The action was done on this word."""


class ApprovalCase(msgspec.Struct, frozen=True, kw_only=True, tag="approval"):
    """One approval as the hub knows it: for whom, what, why, and who answered where."""

    approval_id: str
    store_id: str
    device_id: str
    till_number: int
    right: str
    reason: str
    asked_by: str
    at_ms: int
    state: ApprovalState
    total_minor: int = 0
    answered_by: str = ""
    answered_till: int = 0
    answered_at_ms: int = 0


WAITS_MS = 10 * 60_000
"""So long an asked approval is good, counted by the asking till on the clock that nobody can set."""
KEPT_MS = 31 * 86_400_000
"""So long the store's tills see an approval; the hub's journal keeps it for ever."""


def answered(
    case: ApprovalCase, *, granted: bool, staff_id: str, till_number: int, at_ms: int
) -> ApprovalCase:
    """Return an approval that somebody answered; the first answer stands."""
    if case.state is not ApprovalState.ASKED:
        return case
    return msgspec.structs.replace(
        case,
        state=ApprovalState.GRANTED if granted else ApprovalState.REFUSED,
        answered_by=staff_id,
        answered_till=till_number,
        answered_at_ms=at_ms,
    )


def withdrawn(case: ApprovalCase) -> ApprovalCase:
    """Return an approval that nobody waits for; what was done or refused stays so."""
    if case.state not in (ApprovalState.ASKED, ApprovalState.GRANTED):
        return case
    return msgspec.structs.replace(case, state=ApprovalState.WITHDRAWN)
