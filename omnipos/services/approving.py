"""Approving: a manager allows one thing that the rules refuse, signed in or beside the cashier."""

from typing import NamedTuple

from omnipos.domain.approval import ApprovalGiven
from omnipos.domain.cardnumber import free_text
from omnipos.domain.errors import EntryRefused, SignInRefused, WordNeeded
from omnipos.domain.staff import Approval, Right, Staff
from omnipos.locale import _
from omnipos.services import signing_in
from omnipos.services.till import Ticket, Till
from omnipos.store import journal
from omnipos.store.connection import transaction

LONGEST_REASON = 200


def may_approve(till: Till) -> bool:
    """Tell whether who is signed in needs nobody's approval."""
    return till.staff is not None and till.staff.may(Right.OVERRIDE)


class Word(NamedTuple):
    """A manager's name and PIN, or badge, given beside the cashier for one action; empty when none was.

    `ticket` stands for a word that was checked before: `vouch` gives it, and it is good once.
    """

    name: str = ""
    pin: str = ""
    badge: str = ""
    ticket: str = ""

    @property
    def is_given(self) -> bool:
        """Whether anybody gave it."""
        return bool(self.name.strip() or self.badge or self.ticket)


NOBODY = Word()


def named(till: Till, right: Right, name: str) -> Staff:
    """Return who may give their word, before a PIN is typed; raise SignInRefused or NotAllowed."""
    return till.check_right(signing_in.person_named(till, name), right)


def word_for(till: Till, right: Right, reason: str, word: Word) -> Approval:
    """Return who allows an action that needs a right: who is signed in, or else who gives their word.

    A word given by another is journalled. Raises WordNeeded when a manager must allow it, SignInRefused
    for a wrong PIN or badge, NotAllowed for who may not allow it either.
    """
    staff = till.signed_in(Right.SELL)
    if staff.may(right):
        return Approval(staff_id=staff.staff_id, reason=reason)
    if not word.is_given:
        raise WordNeeded(
            _("{name} may not do this. A manager's name and PIN allow it.").format(name=staff.name),
            right,
            reason,
        )
    ticket = _taken(till, right, word)
    person = till.check_right(giver(till, word), right) if ticket is None else None
    given_by = person.staff_id if person else ticket.staff_id if ticket else ""
    _note(till, right, reason, given_by, ticket.approval_id if ticket else "")
    return Approval(staff_id=given_by, reason=reason)


def vouch(till: Till, right: Right, word: Word) -> Word:
    """Check a manager's word before the action that it is for; return it as a ticket, good once.

    Raises SignInRefused and NotAllowed as `word_for` does.
    """
    person = till.check_right(giver(till, word), right)
    return ticket_for(till, right, person.staff_id)


def ticket_for(till: Till, right: Right, staff_id: str, approval_id: str = "") -> Word:
    """Return the word of somebody who gave it, as a ticket for one action that needs a right."""
    ticket = till.new_id()
    till.tickets[ticket] = Ticket(right, staff_id, approval_id)
    return Word(ticket=ticket)


def forget(till: Till, word: Word) -> None:
    """Let a ticket go that was not used: the action that it was for did not take place."""
    till.tickets.pop(word.ticket, None)


def giver(till: Till, word: Word) -> Staff:
    """Return who gives their word by name and PIN, or by badge; raise SignInRefused."""
    if not word.badge:
        return signing_in.check_pin(till, signing_in.person_named(till, word.name).staff_id, word.pin)
    person = signing_in.check_badge(till, word.badge)
    if till.shop().staff.badge_needs_pin:
        if not word.pin:
            raise SignInRefused(_("In this shop a badge needs its PIN too. Type it."))
        signing_in.check_pin(till, person.staff_id, word.pin)
    return person


def approve(till: Till, reason: str, name: str = "", pin: str = "", word: Word = NOBODY) -> Approval:
    """Return the word of who is signed in, or of the manager who gives it, for one action.

    Raises EntryRefused without a reason, WordNeeded when a manager must give it, SignInRefused for a
    wrong PIN or badge, NotAllowed for who is no manager.
    """
    reason = free_text(reason, LONGEST_REASON)
    if not reason:
        raise EntryRefused(_("Type the reason. It is kept with what is done."))
    word = Word(name, pin) if name.strip() else word
    return word_for(till, Right.OVERRIDE, reason, word)


def _taken(till: Till, right: Right, word: Word) -> Ticket | None:
    if not word.ticket:
        return None
    ticket = till.tickets.pop(word.ticket, None)
    if ticket is None or ticket.right is not right:
        raise SignInRefused(_("This word was given for something else, or is used up. Ask again."))
    return ticket


def _note(till: Till, right: Right, reason: str, given_by: str, approval_id: str) -> None:
    fact = ApprovalGiven(
        approval_id=approval_id or till.new_id(), right=right.value, reason=reason, staff_id=given_by
    )
    with transaction(till.store.books):
        journal.append(till.store.books, till.stamp(), fact)
