"""Staff badges at the till: a new one is made by the hub and goes straight to paper, and is kept nowhere."""

import asyncio

from omnipos.domain.errors import EntryRefused, StoreTrouble
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Right, Staff
from omnipos.locale import _
from omnipos.services import approving, signing_in
from omnipos.services.approving import NOBODY, Word
from omnipos.services.till import Till
from omnipos.store.people import staff_by_id


def people(till: Till, word: Word = NOBODY) -> list[Staff]:
    """Return who works here, for who may see it; raise WordNeeded."""
    approving.allowed(till, (Right.STAFF,), _("Staff"), word)
    return signing_in.people_here(till)


def wanted(till: Till, staff_id: str) -> tuple[Staff, Shop]:
    """Return whose badge can be made here now, and for which shop.

    Raises EntryRefused where the owner's key is not on this computer, StoreTrouble while the printer does
    not answer: the badge before would end with nothing in its place.
    """
    person = staff_by_id(till.store.books, staff_id)
    if till.badges is None or person is None or not person.active:
        raise EntryRefused(
            _("It takes the owner's key and a printer. Where they are, type: omnipos staff badge NAME")
        )
    trouble = till.printing.trouble()
    if trouble:
        raise StoreTrouble(_("No badge was made; the one before still works.") + f" {trouble}")
    return person, till.shop()


def allow_new(till: Till, staff_id: str, word: Word = NOBODY) -> tuple[Staff, Shop]:
    """Return whose badge is made now, on the word of who may; raise as `wanted` does, and WordNeeded."""
    person, shop = wanted(till, staff_id)
    approving.allowed(till, (Right.STAFF,), _("New badge for {name}").format(name=person.name), word)
    return person, shop


async def print_new(till: Till, person: Staff, shop: Shop) -> Staff:
    """Make somebody a new badge and print it, while the screen goes on; the one before ends."""
    assert till.badges is not None, "looked at just now"
    await asyncio.to_thread(till.badges.print_new, person, shop)
    till.syncing.nudge()
    return person
