"""Approving: a manager allows one thing that the rules refuse, signed in or by a PIN beside the cashier."""

from typing import NamedTuple

from omnipos.domain.cardnumber import free_text
from omnipos.domain.errors import EntryRefused, WordNeeded
from omnipos.domain.staff import Approval, Right, Staff
from omnipos.locale import _
from omnipos.services import signing_in
from omnipos.services.till import Till

LONGEST_REASON = 200


def may_approve(till: Till) -> bool:
    """Tell whether who is signed in needs nobody's approval."""
    return till.staff is not None and till.staff.may(Right.OVERRIDE)


class Word(NamedTuple):
    """A manager's name and PIN, typed beside the cashier for one action; empty when none was given."""

    name: str = ""
    pin: str = ""


def named(till: Till, right: Right, name: str) -> Staff:
    """Return who may give their word, before a PIN is typed; raise SignInRefused or NotAllowed."""
    return till.check_right(signing_in.person_named(till, name), right)


def word_for(till: Till, right: Right, reason: str, word: Word) -> Approval:
    """Return who allows an action that needs a right: who is signed in, or else who gives their word.

    Raises WordNeeded when a manager must allow it, SignInRefused for a wrong PIN, NotAllowed for who
    may not allow it either.
    """
    staff = till.signed_in(Right.SELL)
    if staff.may(right):
        return Approval(staff_id=staff.staff_id, reason=reason)
    if not word.name.strip():
        raise WordNeeded(
            _("{name} may not do this. A manager's name and PIN allow it.").format(name=staff.name)
        )
    person = signing_in.check_pin(till, signing_in.person_named(till, word.name).staff_id, word.pin)
    return Approval(staff_id=till.check_right(person, right).staff_id, reason=reason)


def approve(till: Till, reason: str, name: str = "", pin: str = "") -> Approval:
    """Return the word of who is signed in, or of the manager whose name and PIN are given, for one action.

    Raises EntryRefused without a reason, SignInRefused for a wrong PIN, NotAllowed for who is no manager.
    """
    reason = free_text(reason, LONGEST_REASON)
    if not reason:
        raise EntryRefused(_("Type the reason. It is kept with what is done."))
    if not name.strip():
        return Approval(staff_id=till.signed_in(Right.OVERRIDE).staff_id, reason=reason)
    person = signing_in.check_pin(till, signing_in.person_named(till, name).staff_id, pin)
    till.check_right(person, Right.OVERRIDE)
    return Approval(staff_id=person.staff_id, reason=reason)
