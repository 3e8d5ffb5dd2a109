"""Exceptions at the till: what needs a person, of the whole store and of this till, and settling it."""

import msgspec

from omnipos.domain.cardnumber import free_text
from omnipos.domain.errors import EntryRefused
from omnipos.domain.exceptions import (
    CLOCK_WRONG,
    LONGEST_NOTE,
    PRINT_AGAIN,
    PRINT_FAILED,
    SET_ASIDE,
    Answer,
    ExceptionCase,
    Settlement,
    answer_text,
    kind_of,
)
from omnipos.domain.names import clean_text
from omnipos.domain.staff import Right
from omnipos.events import ExceptionSettled
from omnipos.locale import _
from omnipos.services import approving
from omnipos.services.approving import NOBODY, Word
from omnipos.services.till import Till
from omnipos.store import exceptions, journal, people, printjobs
from omnipos.store.connection import transaction
from omnipos.store.stamps import hub_time_ms

SETTLED_SHOWN = 20
CLOCK_TOLERANCE_MS = 5 * 60_000
"""Clocks further apart than this are an exception: sync.md clamps such times."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A case as the counter lists it; `ref` is what a person types for it."""

    ref: str
    case: ExceptionCase
    settled_by: str = ""

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What may be answered now, in the order of their numbers."""
        return kind_of(self.case.kind).answers if self.case.is_open else ()


def listed(till: Till) -> tuple[Listed, ...]:
    """Return what is open, this till's own cases first, then what was settled last."""
    db = till.store.books
    local = (*_clock(till), *_aside(till), *_papers(till))
    hub = (*exceptions.open_cases(db), *exceptions.settled_cases(db, SETTLED_SHOWN))
    return (*local, *(_listed(till, case) for case in hub))


def find(till: Till, ref: str) -> Listed:
    """Return a case by what a person typed for it; raise EntryRefused."""
    wanted = clean_text(ref, 40).removeprefix("#").upper()
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 18:
        case = exceptions.case_numbered(till.store.books, int(wanted))
        found = _listed(till, case) if case else None
    else:
        local = (*_clock(till), *_aside(till), *_papers(till))
        found = next((one for one in local if one.ref == wanted), None)
    if found is None:
        raise EntryRefused(
            _("There is no exception {ref} here. Type exceptions for all of them.").format(ref=wanted)
        )
    return found


def settle(till: Till, ref: str, answer: str, note: str = "", word: Word = NOBODY) -> Listed:
    """Answer a case, the network up or down; the hub keeps the first answer and all later ones behind it.

    Raises EntryRefused for a case that is settled or an answer that it does not have, and WordNeeded for
    who may not settle any.
    """
    till.someone()
    found = find(till, ref)
    _check_open(found)
    if answer not in [one.code for one in found.answers]:
        raise EntryRefused(_("Exception {ref} has no such answer.").format(ref=found.ref))
    what = _("Settling exception {ref}").format(ref=found.ref)
    given = approving.allowed(till, (Right.SETTLE,), what, word)
    db, case, stamp = till.store.books, found.case, till.stamp()
    fact = ExceptionSettled(
        number=case.number,
        kind=case.kind,
        subject=case.event_id,
        answer=answer,
        note=free_text(note, LONGEST_NOTE),
        allowed=given.by_another(Right.SETTLE),
    )
    settlement = Settlement(
        answer=answer,
        note=fact.note,
        staff_id=given.staff.staff_id,
        till_number=till.identity.till_number,
        at_ms=stamp.occurred_at_ms,
    )
    with transaction(db):
        event = journal.append(db, stamp, fact)
        if case.number:
            exceptions.insert_answer(db, case.number, event, settlement)
        else:
            exceptions.insert_settled_here(db, case.kind, case.event_id, settlement)
        if case.kind == PRINT_FAILED and answer == PRINT_AGAIN.code:
            printjobs.insert_job_again(db, int(case.event_id), stamp.occurred_at_ms)
    till.syncing.nudge()
    till.printing.nudge()
    settled = msgspec.structs.replace(case, answers=(*case.answers, settlement))
    return Listed(ref=found.ref, case=settled, settled_by=given.staff.name)


def _check_open(found: Listed) -> None:
    case = found.case
    if not case.is_open:
        raise EntryRefused(
            _("Exception {ref} is settled already: {answer}").format(
                ref=found.ref, answer=_(answer_text(case.kind, case.answers[0].answer))
            )
        )
    if not found.answers:
        raise EntryRefused(_(kind_of(case.kind).advice))


def _listed(till: Till, case: ExceptionCase) -> Listed:
    by = "" if case.is_open else _answered_by(till, case.answers[0])
    return Listed(ref=str(case.number), case=case, settled_by=by)


def _answered_by(till: Till, settlement: Settlement) -> str:
    if not settlement.till_number:
        return _("the owner")
    person = people.staff_by_id(till.store.books, settlement.staff_id)
    return person.name if person else settlement.staff_id


def _own(till: Till, kind: str, at_ms: int, subject: str, detail: str, receipt: str = "") -> ExceptionCase:
    own = till.identity
    return ExceptionCase(
        number=0,
        store_id=own.store_id,
        device_id=own.device_id,
        till_number=own.till_number,
        kind=kind,
        detail=detail,
        at_ms=at_ms,
        event_id=subject,
        receipt_number=receipt,
    )


def _aside(till: Till) -> tuple[Listed, ...]:
    found = exceptions.entries_aside(till.store.books)
    return tuple(
        Listed(
            ref=f"E{one.epoch}-{one.seq}",
            case=_own(
                till,
                SET_ASIDE,
                one.at_ms,
                one.event_id,
                one.verdict.partition(" ")[2],
                one.receipt_number,
            ),
        )
        for one in found
    )


def _papers(till: Till) -> tuple[Listed, ...]:
    found = exceptions.failed_papers(till.store.books)
    return tuple(
        Listed(ref=f"P{one.job_id}", case=_own(till, PRINT_FAILED, one.at_ms, str(one.job_id), one.error))
        for one in found
    )


def _clock(till: Till) -> tuple[Listed, ...]:
    report, skew_ms = till.syncing.report(), clock_skew_ms(till)
    if not is_clock_wrong(skew_ms):
        return ()
    minutes = abs(skew_ms) // 60_000
    text = (
        _("The hub's clock is {minutes} minutes ahead of this till's.")
        if skew_ms > 0
        else _("This till's clock is {minutes} minutes ahead of the hub's.")
    )
    detail = text.format(minutes=minutes)
    return (Listed(ref="CLOCK", case=_own(till, CLOCK_WRONG, report.since_ms, "", detail)),)


def clock_skew_ms(till: Till) -> int:
    """Return how far the hub's clock is ahead of this till's, as far as is known with the hub away too.

    A clock that is behind what the hub's was when it was last heard of is certainly wrong.
    """
    told_ms = till.syncing.report().skew_ms
    if is_clock_wrong(told_ms):
        return told_ms
    return max(hub_time_ms(till.store.books) - till.clock.now_ms(), told_ms)


def is_clock_wrong(skew_ms: int) -> bool:
    """Tell whether till and hub are so far apart that a person must look at a clock."""
    return abs(skew_ms) > CLOCK_TOLERANCE_MS
