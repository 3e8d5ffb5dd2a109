"""The managers' queue: a word asked for in the whole store, answered at another till, good for one action."""

import msgspec

from omnipos.domain.approval import (
    WAITS_MS,
    ApprovalAnswered,
    ApprovalAsked,
    ApprovalCase,
    ApprovalGiven,
    ApprovalState,
    ApprovalWithdrawn,
)
from omnipos.domain.cardnumber import free_text
from omnipos.domain.errors import EntryRefused, NotAllowed
from omnipos.domain.staff import Right
from omnipos.events import Fact
from omnipos.locale import _
from omnipos.ports import LinkState
from omnipos.services import approving, selling
from omnipos.services.approving import NOBODY, Word
from omnipos.services.till import Till
from omnipos.store import approvals, journal, people
from omnipos.store.connection import transaction

LISTED = 100


class ApprovalShown(msgspec.Struct, frozen=True, kw_only=True):
    """An approval with the names of who asked and who answered."""

    case: ApprovalCase
    asked_by: str
    answered_by: str


def ask(till: Till, right: Right, reason: str) -> str:
    """Ask every manager of the store for their word for one action; return the id of the question.

    Raises EntryRefused while the hub is away: nobody elsewhere would hear of it.
    """
    till.signed_in(Right.SELL)
    if till.syncing.report().state is not LinkState.ONLINE:
        raise EntryRefused(
            _("The hub does not answer, so no manager elsewhere can be asked. A PIN or badge here allows it.")
        )
    approval_id = till.new_id()
    total_minor = selling.current(till).totals.total_minor
    fact = ApprovalAsked(
        approval_id=approval_id,
        right=right.value,
        reason=free_text(reason, approving.LONGEST_REASON),
        total_minor=total_minor,
    )
    till.asked[approval_id] = till.clock.monotonic_ms()
    _write(till, fact)
    return approval_id


def heard(till: Till, approval_id: str) -> Word | None:
    """Return the word that was given from afar, as a ticket for the one action; None while nobody answered.

    Raises NotAllowed when it was refused, or nobody answered in time. Each question gives one ticket.
    """
    since_ms = till.asked.get(approval_id)
    if since_ms is None:
        raise NotAllowed(_("Nobody was asked for this, or it was done already. Ask again."))
    case = approvals.case_by_id(till.store.books, approval_id)
    if case is not None and case.state is ApprovalState.REFUSED:
        del till.asked[approval_id]
        name = _name(till, case.answered_by)
        raise NotAllowed(_("{name} refused it. Nothing was changed.").format(name=name))
    if till.clock.monotonic_ms() - since_ms > WAITS_MS:
        withdraw(till, approval_id)
        raise NotAllowed(_("No manager answered in time. Nothing was changed; ask again."))
    if case is None or case.state is not ApprovalState.GRANTED:
        return None
    del till.asked[approval_id]
    person = people.staff_by_id(till.store.books, case.answered_by)
    right = Right(case.right)
    if person is None or not person.active or not person.may(right):
        raise NotAllowed(_("Who allowed it may not do so here. Nothing was changed."))
    return approving.ticket_for(till, right, person.staff_id, approval_id)


def withdraw(till: Till, approval_id: str) -> None:
    """Ask no longer: an answer that comes later allows nothing."""
    if approval_id in till.asked:
        _write(till, ApprovalWithdrawn(approval_id=approval_id))
        del till.asked[approval_id]


def waiting(till: Till) -> tuple[ApprovalShown, ...]:
    """Return what is asked for in the store by others and not answered yet, the oldest first."""
    oldest_ms = till.clock.now_ms() - 2 * WAITS_MS  # who asked may have gone away without a word
    found = [
        one
        for one in approvals.asked(till.store.books)
        if one.approval_id not in till.answered and one.at_ms > oldest_ms
    ]
    return tuple(_shown(till, one) for one in found if one.approval_id not in till.asked)


def count_for_me(till: Till) -> int:
    """Return how many approvals wait that who is signed in may answer."""
    staff = till.staff
    if staff is None:
        return 0
    return sum(_may(till, one.case) for one in waiting(till))


def answer(till: Till, approval_id: str, *, granted: bool, word: Word = NOBODY) -> ApprovalShown:
    """Answer what another till asks for, or let somebody answer it here with their word.

    Raises WordNeeded, NotAllowed for a right of a newer program, EntryRefused for what is settled already.
    """
    till.signed_in(Right.SELL)
    found = next((one for one in waiting(till) if one.case.approval_id == approval_id), None)
    if found is None:
        raise EntryRefused(_("That is answered already, or nobody waits for it any more."))
    known = [right for right in Right if right.value == found.case.right]
    if not known:
        raise NotAllowed(_("{name} may not do this. Ask a manager.").format(name=till.someone().name))
    what = _("Answering till {number}").format(number=found.case.till_number)
    given = approving.allowed(till, (known[0],), what, word)
    with till.on_behalf_of(given.approval(known[0]).staff_id):
        _write(till, ApprovalAnswered(approval_id=approval_id, granted=granted))
    till.answered.add(approval_id)
    return found


def past(till: Till, word: Word = NOBODY) -> tuple[ApprovalShown, ...]:
    """Return who allowed or refused what for whom, the newest first: of this till, and of the store.

    Raises WordNeeded for who may not see it.
    """
    if not till.signed_in(Right.SELL).may(Right.STAFF):
        approving.allowed(till, (Right.OVERRIDE,), _("Approvals given"), word)
    of_store = approvals.settled(till.store.books, LISTED)
    known = {one.approval_id for one in of_store}
    own = till.identity
    of_till = [
        ApprovalCase(
            approval_id=fact.approval_id,
            store_id=own.store_id,
            device_id=own.device_id,
            till_number=own.till_number,
            right=fact.right,
            reason=fact.reason,
            asked_by=actor,
            at_ms=at_ms,
            state=ApprovalState.GIVEN,
            answered_by=fact.staff_id,
            answered_till=own.till_number,
            answered_at_ms=at_ms,
        )
        for at_ms, actor, fact in _given_here(till)
        if fact.approval_id not in known
    ]
    found = sorted((*of_store, *of_till), key=lambda one: one.at_ms, reverse=True)
    return tuple(_shown(till, one) for one in found[:LISTED])


def _given_here(till: Till) -> list[tuple[int, str, ApprovalGiven]]:
    return approvals.given_here(till.store.books)


def _may(till: Till, case: ApprovalCase) -> bool:
    known = [right for right in Right if right.value == case.right]
    return bool(known) and till.staff is not None and till.staff.may(known[0])


def _shown(till: Till, case: ApprovalCase) -> ApprovalShown:
    return ApprovalShown(
        case=case, asked_by=_name(till, case.asked_by), answered_by=_name(till, case.answered_by)
    )


def _name(till: Till, staff_id: str) -> str:
    person = people.staff_by_id(till.store.books, staff_id) if staff_id else None
    return person.name if person else staff_id


def _write(till: Till, fact: Fact) -> None:
    with transaction(till.store.books):
        journal.append(till.store.books, till.stamp(), fact)
    till.syncing.nudge()
