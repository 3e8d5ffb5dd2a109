"""A basket follows its cashier to another till of the store, through the hub, while both are online.

Each step is one transaction with its event: a basket leaves the books with the event that holds it, and
comes into other books with the event that says so. So it is never at two tills, and never lost.
"""

import msgspec

from omnipos.domain.basket import Basket, BasketState
from omnipos.domain.errors import BasketRefused
from omnipos.domain.following import (
    AwayBasket,
    BasketAsked,
    BasketKept,
    BasketMovedAway,
    BasketOffered,
    BasketTaken,
    StaffArrived,
    StaffPlace,
    Stage,
    is_newer,
    may_move,
)
from omnipos.domain.staff import Right
from omnipos.events import Fact
from omnipos.locale import _
from omnipos.ports import LinkState
from omnipos.services import selling
from omnipos.services.till import Till
from omnipos.store import baskets, following, journal, people
from omnipos.store.connection import transaction


def arrive(till: Till) -> None:
    """Let the store know that who signed in is at this till now, once each time they come from another.

    While the hub is away it is said with the next round that reaches it, once (`answer`).
    """
    till.is_arriving = till.syncing.report().state is not LinkState.ONLINE
    if not till.is_arriving and _say_who_is_here(till):
        till.syncing.nudge()


def _say_who_is_here(till: Till) -> bool:
    staff = till.staff
    if staff is None or till.is_training:
        return False
    place = following.place_of(till.store.books, staff.staff_id)
    if place is not None and place.device_id == till.identity.device_id:
        return False
    seen = (staff.staff_id, place.at_ms if place else 0)
    if till.arrived == seen:
        return False
    till.arrived = seen
    _write(till, StaffArrived(staff_id=staff.staff_id))
    return True


def offered(till: Till) -> tuple[AwayBasket, ...]:
    """Return the baskets at other tills that who is signed in began and may take here."""
    if till.staff is None:
        return ()
    moves, _places = following.news(till.store.books)
    mine = [one for one in moves if one.staff_id == till.staff.staff_id and one.stage is Stage.OFFERED]
    return tuple(one for one in mine if one.from_device_id != till.identity.device_id)


def ask(till: Till, basket_id: str) -> AwayBasket:
    """Ask for a basket that is offered; it comes by itself. Raises BasketRefused."""
    till.signed_in(Right.SELL)
    found = next((one for one in offered(till) if one.basket_id == basket_id), None)
    if found is None:
        raise BasketRefused(_("That basket is not offered any more. It stays where it is."))
    if till.syncing.report().state is not LinkState.ONLINE:
        raise BasketRefused(
            _(
                "The hub does not answer, so no basket can change tills now. Till {number} still has it."
            ).format(number=found.from_till)
        )
    _write(till, BasketAsked(basket_id=basket_id, hop=found.hop))
    till.syncing.nudge()
    return found


def answer(till: Till) -> bool:
    """Do what the hub's news of baskets ask of this till; return whether there is something to send.

    Called after each round of syncing, on the writer thread.
    """
    if till.is_training:
        return False
    wrote = till.is_arriving and _say_who_is_here(till)
    till.is_arriving = False
    moves, places = following.news(till.store.books)
    own = till.identity.device_id
    for one in moves:
        if one.stage is Stage.MOVING and one.asked_by_device_id == own:
            wrote |= _take_in(till, one)
        elif one.from_device_id == own and one.stage in (Stage.OFFERED, Stage.ASKED):
            wrote |= _settle(till, one, {place.staff_id: place for place in places})
    for place in places:
        if place.device_id != own:
            wrote |= _offer(till, place)
    return wrote


def take_news(till: Till) -> tuple[str, ...]:
    """Return what happened to baskets by itself since this was asked last, as sentences.

    It is on disk until then: who took a basket is told after a restart too.
    """
    db = till.store.books
    told = following.news_to_tell(db)
    if told:
        with transaction(db):
            following.forget_news(db)
    return told


def _is_free(till: Till, basket: Basket, staff_id: str) -> bool:
    """Tell whether a basket here may go: nobody else works on it."""
    if not may_move(basket, staff_id):
        return False
    busy = till.staff is not None and till.staff.staff_id != staff_id
    return basket.state is BasketState.PARKED or not busy


def _offer(till: Till, place: StaffPlace) -> bool:
    db, wrote = till.store.books, False
    for basket in baskets.all_baskets(db):
        hop, stage = following.hop_of(db, basket.basket_id)
        if stage is Stage.OFFERED or not _is_free(till, basket, place.staff_id):
            continue
        view = selling.view_of(till, basket)
        fact = BasketOffered(
            basket_id=basket.basket_id,
            hop=hop + 1,
            staff_id=place.staff_id,
            number=basket.number,
            lines=len(basket.lines),
            total_minor=view.totals.total_minor,
        )
        with transaction(db):
            following.keep_hop(db, basket.basket_id, hop + 1, Stage.OFFERED)
            _append(till, fact)
        wrote = True
    return wrote


def _settle(till: Till, one: AwayBasket, places: dict[str, StaffPlace]) -> bool:
    """Give a basket that is asked for; keep one that cannot go, or whose cashier came back."""
    db = till.store.books
    if following.hop_of(db, one.basket_id) != (one.hop, Stage.OFFERED):
        return False  # answered before; the news is older than that
    basket = baskets.basket_by_id(db, one.basket_id)
    place = places.get(one.staff_id)
    is_back = place is None or place.device_id == till.identity.device_id
    if basket is None or not _is_free(till, basket, one.staff_id) or (is_back and one.stage is Stage.OFFERED):
        with transaction(db):
            following.keep_hop(db, one.basket_id, one.hop, Stage.KEPT)
            _append(till, BasketKept(basket_id=one.basket_id, hop=one.hop))
        return True
    if one.stage is not Stage.ASKED:
        return False
    fact = BasketMovedAway(
        basket_id=one.basket_id,
        hop=one.hop,
        staff_id=one.staff_id,
        to_device_id=one.asked_by_device_id,
        basket=basket,
    )
    with transaction(db):
        following.keep_hop(db, one.basket_id, one.hop, Stage.MOVING)
        _append(till, fact)
        baskets.drop_basket(db, one.basket_id)
        text = _("Basket {number} was taken by {name} at till {till}.").format(
            number=basket.number, name=_name(till, one.staff_id), till=one.asked_by_till
        )
        following.keep_news(db, text)
    return True


def _take_in(till: Till, one: AwayBasket) -> bool:
    """Put a basket that is on its way here into the books, once: what was paid since never comes back."""
    db = till.store.books
    if one.basket is None or not is_newer(one.hop, Stage.TAKEN, *following.hop_of(db, one.basket_id)):
        return False
    now = baskets.open_basket(db)
    is_mine = till.staff is not None and till.staff.staff_id == one.staff_id
    opens = is_mine and (now is None or (now.is_empty and not now.coupons))
    with transaction(db):
        if opens and now is not None:
            baskets.drop_basket(db, now.basket_id)
        basket = msgspec.structs.replace(
            one.basket,
            number=journal.draw(db, "basket"),
            state=BasketState.OPEN if opens else BasketState.PARKED,
            note="" if opens else _("from till {number}").format(number=one.from_till),
            guarded=True,
        )
        baskets.save_basket(db, None, basket, till.clock.now_ms())
        following.keep_hop(db, one.basket_id, one.hop, Stage.TAKEN)
        _append(till, BasketTaken(basket_id=one.basket_id, hop=one.hop, staff_id=one.staff_id))
        text = (
            _("The basket from till {till} is here.")
            if opens
            else _("The basket from till {till} is parked here.")
        )
        following.keep_news(db, text.format(till=one.from_till))
    return True


def _name(till: Till, staff_id: str) -> str:
    person = people.staff_by_id(till.store.books, staff_id)
    return person.name if person else staff_id


def _write(till: Till, fact: Fact) -> None:
    with transaction(till.store.books):
        journal.append(till.store.books, till.stamp(), fact)


def _append(till: Till, fact: Fact) -> None:
    # Nobody at the counter did it: the till answers by itself.
    journal.append(till.store.books, msgspec.structs.replace(till.stamp(), actor=""), fact)
