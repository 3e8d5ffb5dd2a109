"""Staff badges at the till: a new one is made by the hub and goes straight to paper, and is kept nowhere."""

import asyncio

from omnipos.domain.errors import EntryRefused, StoreTrouble
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Right, Staff
from omnipos.locale import _
from omnipos.services.till import Till
from omnipos.store import people


def wanted(till: Till, staff_id: str) -> tuple[Staff, Shop]:
    """Return whose badge may be made here now, and for which shop.

    Raises NotAllowed, EntryRefused where the owner's key is not on this computer, StoreTrouble while the
    printer does not answer: the badge before would end with nothing in its place.
    """
    till.signed_in(Right.STAFF)
    person = people.staff_by_id(till.store.books, staff_id)
    if till.badges is None or person is None or not person.active:
        raise EntryRefused(
            _("It takes the owner's key and a printer. Where they are, type: omnipos staff badge NAME")
        )
    trouble = till.printing.trouble()
    if trouble:
        raise StoreTrouble(_("No badge was made; the one before still works.") + f" {trouble}")
    return person, till.shop()


async def print_new(till: Till, staff_id: str) -> Staff:
    """Make somebody a new badge and print it, while the screen goes on; the one before ends."""
    person, shop = await till.run(wanted, staff_id)
    assert till.badges is not None, "looked at just now"
    await asyncio.to_thread(till.badges.print_new, person, shop)
    till.syncing.nudge()
    return person
