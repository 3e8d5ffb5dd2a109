"""Approving: a manager allows one thing that the rules refuse, signed in or beside the cashier."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from omnipos.domain.approval import ApprovalGiven
from omnipos.domain.cardnumber import free_text
from omnipos.domain.errors import EntryRefused, SignInRefused, WordNeeded
from omnipos.domain.staff import Approval, Right, Staff
from omnipos.locale import _
from omnipos.services import signing_in
from omnipos.services.till import Leave, Ticket, Till
from omnipos.store import journal, people
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


class Allowed(NamedTuple):
    """Who does an action, and who gave their word for the rights that they have not themselves."""

    staff: Staff
    given: Mapping[Right, Approval]
    reason: str

    def by_another(self, right: Right) -> Approval | None:
        """Return who gave their word for a right, None where whoever is signed in has it."""
        return self.given.get(right)

    def approval(self, right: Right) -> Approval:
        """Return who allows it, whoever is signed in or another."""
        return self.given.get(right) or Approval(staff_id=self.staff.staff_id, reason=self.reason)


def allowed(
    till: Till,
    rights: Sequence[Right],
    what: str,
    word: Word = NOBODY,
    *,
    reason: str = "",
    of: str = "",
) -> Allowed:
    """Return who allows one action that takes some rights, the most particular last; one word serves for all.

    `what` names the action in a few words, for the person asked and for the journal, which keeps the word of
    another; `of` is the action of several steps that this is one of. Raises as `word_for` does.
    """
    staff = till.someone()
    reasons = free_text(reason or what, LONGEST_REASON)
    words = {right: one for right in rights if (one := held(till, right, of))}
    missing = [right for right in rights if not staff.may(right) and right not in words]
    if missing:
        till.signed_in(Right.SELL)
        full = free_text(": ".join(filter(None, (what, reason))), LONGEST_REASON)
        approval = Approval(staff_id=_asked(till, missing, (what, full), word), reason=reasons)
        words |= dict.fromkeys(missing, approval)
    return Allowed(staff, {right: one for right, one in words.items() if not staff.may(right)}, reasons)


def begin(till: Till, right: Right, what: str, word: Word, of: str) -> Approval | None:
    """Ask once for an action of several steps: return who allowed it, None for who has the right.

    The same word serves for the later steps, which name the action too, until `end`.
    """
    given = allowed(till, (right,), what, word, of=of)
    hold(till, given, right, of)
    return given.by_another(right)


def hold(till: Till, given: Allowed, right: Right, of: str) -> None:
    """Let a word that was given for one step serve for the later ones of an action."""
    approval = given.by_another(right)
    if approval is not None:
        till.leaves[right, of] = Leave(given.staff.staff_id, approval)


def held(till: Till, right: Right, of: str) -> Approval | None:
    """Return who gave their word for an action of several steps to who is signed in, if anybody did."""
    leave, staff = till.leaves.get((right, of)), till.staff
    return leave.approval if leave and staff and leave.staff_id == staff.staff_id else None


def end(till: Till, right: Right, of: str) -> None:
    """End an action of several steps, done or given up: it is asked for again the next time."""
    till.leaves.pop((right, of), None)


def word_for(till: Till, right: Right, reason: str, word: Word, what: str = "") -> Approval:
    """Return who allows an action that needs a right: who is signed in, or else who gives their word.

    `what` says to the person asked, and in the journal, what the reason is for.
    A word given by another is journalled. Raises WordNeeded when a manager must allow it, SignInRefused
    for a wrong PIN or badge, NotAllowed for who may not allow it either.
    """
    till.signed_in(Right.SELL)
    return allowed(till, (right,), what, word, reason=reason).approval(right)


def _asked(till: Till, missing: Sequence[Right], asked: tuple[str, str], word: Word) -> str:
    """Return who gives their word for all rights that are missing, and journal it for the last of them."""
    what, reason = asked
    right = missing[-1]
    if not word.is_given:
        raise WordNeeded(_needed_words(till, what), right, reason)
    ticket = _taken(till, right, word)
    person = giver(till, word) if ticket is None else _known(till, ticket.staff_id)
    for one in missing:
        till.check_right(person, one)
    _note(till, right, reason, person.staff_id, ticket.approval_id if ticket else "")
    return person.staff_id


def _needed_words(till: Till, what: str) -> str:
    name = till.someone().name
    if not what:
        return _("{name} may not do this. A manager's name and PIN allow it.").format(name=name)
    text = _("{what}: {name} may not do this. A manager's name and PIN allow it.")
    return text.format(what=what, name=name)


def _known(till: Till, staff_id: str) -> Staff:
    person = people.staff_by_id(till.store.books, staff_id)
    if person is None:
        raise SignInRefused(_("This word was given for something else, or is used up. Ask again."))
    return person


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
