"""Signing in: first the name, then the PIN, one hash to check and a growing delay after wrong ones."""

from typing import NoReturn

from omnipos.domain.badge import badge_id_of, clean_badge
from omnipos.domain.errors import SignInRefused
from omnipos.domain.staff import Staff, delay_after
from omnipos.locale import _, ngettext
from omnipos.sealing import Sealer
from omnipos.services.till import Till
from omnipos.store import people
from omnipos.store.connection import transaction

NOBODYS_BADGE = "badge"
"""Under this the badges are counted that are nobody's."""


def people_here(till: Till) -> list[Staff]:
    """Return everybody who may sign in, by name."""
    return people.all_staff(till.store.books)


def person_named(till: Till, name: str) -> Staff:
    """Return the one whose name, or beginning of a name, was typed; raise SignInRefused."""
    wanted = name.strip().casefold()
    found = [one for one in people_here(till) if one.name.casefold() == wanted]
    found = found or [one for one in people_here(till) if one.name.casefold().startswith(wanted)]
    if len(found) != 1 or not wanted:
        names = ", ".join(one.name for one in people_here(till))
        if not names:
            raise SignInRefused(
                _("Nobody can sign in yet: this till has not fetched its staff from the hub.")
            )
        if wanted.isdigit():
            # What is all digits is most likely a PIN in the wrong field: it is not shown again.
            raise SignInRefused(
                _("That is no name. Type the name first, then the PIN; here work {names}.").format(
                    names=names
                )
            )
        raise SignInRefused(_("Nobody is called “{name}”. Here work {names}.").format(name=name, names=names))
    return found[0]


def sign_in(till: Till, staff_id: str, pin: str) -> Staff:
    """Sign somebody in and return them; raise SignInRefused as `check_pin` does."""
    return _begin(till, check_pin(till, staff_id, pin))


def check_pin(till: Till, staff_id: str, pin: str) -> Staff:
    """Return who a PIN belongs to, nobody being signed in by it.

    Raises SignInRefused for a wrong PIN, or while the delay after wrong ones lasts; the count of
    wrong PINs is on disk, so neither a restart nor a changed clock shortens it. Raises StoreTrouble
    when the till's key is gone, without which no PIN can be checked.
    """
    person = people.staff_by_id(till.store.books, staff_id)
    if person is None or not person.active:
        raise SignInRefused(_("This name may no longer sign in. Ask a manager."))
    _refuse_while_waiting(till, staff_id, person.name)
    if not _is_right(Sealer(till.store.folder).pin_hash(person), pin):
        _refuse_wrong(till, staff_id, _("That is not the PIN of {name}.").format(name=person.name))
    _forget_failures(till, staff_id)
    return person


def sign_in_by_badge(till: Till, code: str) -> Staff:
    """Sign in whose badge it is and return them, or only return them where the shop wants their PIN too.

    Raises SignInRefused as `check_badge` does.
    """
    person = check_badge(till, code)
    return person if till.shop().staff.badge_needs_pin else _begin(till, person)


def check_badge(till: Till, code: str) -> Staff:
    """Return whose badge a code is, nobody being signed in by it.

    Raises SignInRefused for a badge that opens nothing, or while the delay after such ones lasts: they
    are counted as wrong PINs are, against the person whose badge it is said to be.
    """
    person = people.staff_by_badge(till.store.books, badge_id_of(code))
    key, name = (person.staff_id, person.name) if person else (NOBODYS_BADGE, "")
    _refuse_while_waiting(till, key, name)
    known = Sealer(till.store.folder).badge_hash(person) if person else ""
    if person is None or not _is_right(known, clean_badge(code)):
        _refuse_wrong(till, key, _("This badge opens nothing here. Ask a manager for another."))
    _forget_failures(till, key)
    return person


def _begin(till: Till, person: Staff) -> Staff:
    """Let somebody begin; what was allowed to another is allowed no longer."""
    till.staff = person
    till.leaves = {of: leave for of, leave in till.leaves.items() if leave.staff_id == person.staff_id}
    return person


def sign_out(till: Till) -> None:
    """Leave the till to the next one; the basket stays."""
    till.staff = None


def _refuse_wrong(till: Till, key: str, text: str) -> NoReturn:
    with transaction(till.store.books):
        failures = people.count_failure(till.store.books, key)
    till.wrong_pin_at_ms[key] = till.clock.monotonic_ms()
    wait = delay_after(failures) // 1000
    if wait:
        text += " " + _("Wait {seconds} seconds before the next try.").format(seconds=wait)
    raise SignInRefused(text)


def _forget_failures(till: Till, key: str) -> None:
    if people.failures_of(till.store.books, key):
        with transaction(till.store.books):
            people.forget_failures(till.store.books, key)


def _refuse_while_waiting(till: Till, key: str, name: str) -> None:
    delay = delay_after(people.failures_of(till.store.books, key))
    if not delay:
        return
    # After a restart the whole delay begins again: no clock is trusted over it.
    now = till.clock.monotonic_ms()
    since = till.wrong_pin_at_ms.setdefault(key, now)
    rest = (since + delay - now + 999) // 1000
    if rest <= 0:
        return
    if not name:
        raise SignInRefused(
            _("Too many badges that open nothing. Wait {seconds} seconds.").format(seconds=rest)
        )
    raise SignInRefused(
        ngettext(
            "Too many wrong PINs for {name}. Wait {seconds} second.",
            "Too many wrong PINs for {name}. Wait {seconds} seconds.",
            rest,
        ).format(name=name, seconds=rest)
    )


def _is_right(pin_hash: str, pin: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(pin_hash, pin)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
