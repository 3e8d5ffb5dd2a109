"""A basket follows its cashier between two real tills of a real hub, is never at both, and is never lost."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from omnipos.domain.errors import BasketRefused
from omnipos.domain.following import AwayBasket, BasketMovedAway, BasketTaken, StaffArrived
from omnipos.events import decode_fact
from omnipos.ports import LinkState
from omnipos.services import finding, following, selling, tendering
from omnipos.services.verifying import verify
from omnipos.store import baskets, journal
from omnipos.store.following import news
from tests.hubs import HubProcess
from tests.rigs import fill
from tests.sync.conftest import EnrolledTill

INDOMIE = "8998866200578"


class Walker:
    """Sari's two tills."""

    def __init__(self, hub: HubProcess, folder: Path) -> None:
        self.one, self.two = (EnrolledTill(hub, folder / name) for name in ("one", "two"))
        sari = hub.ask("GET", "/v1/staff")["staff"][0]
        for each in (self.one, self.two):
            assert each.engine.once().ok
            each.engine._answer = lambda each=each: each.till.call(following.answer)
            people = each.till.call(lambda till: till.store.books.execute("SELECT body FROM mirror.staff"))
            assert people.fetchone() is not None
            assert each.till.staff is not None
            each.till.staff = type(each.till.staff)(
                staff_id=sari["staff_id"], name="Sari", role="cashier", pin_hash=""
            )

    def ring(self, where: EnrolledTill) -> str:
        offer = where.till.call(finding.scanned, INDOMIE)
        assert isinstance(offer, finding.ItemOffer)
        return where.till.call(selling.ring, [(offer.item, 2000)]).basket.basket_id

    def sync(self, *tills: EnrolledTill) -> None:
        for each in tills:
            assert each.engine.once().ok

    def at(self, where: EnrolledTill) -> list[str]:
        """The baskets with goods at a till."""
        found = where.till.call(lambda till: baskets.all_baskets(till.store.books))
        return [one.basket_id for one in found if one.lines]

    def walk(self) -> AwayBasket:
        """Sari rings at the first till, signs in at the second, and sees her basket offered."""
        self.basket_id = self.ring(self.one)
        self.one.till.call(following.arrive)
        self.sync(self.one)
        self.two.till.call(following.arrive)
        self.sync(self.two, self.one, self.two)
        (offer,) = self.two.till.call(following.offered)
        return offer

    def take(self) -> None:
        """She takes it."""
        self.two.till.call(following.ask, self.basket_id)
        self.sync(self.two, self.one)
        self.sync(self.two)


@pytest.fixture
def walker(running_hub: HubProcess, tmp_path: Path) -> Iterator[Walker]:
    walker = Walker(running_hub, tmp_path)
    yield walker
    walker.one.close()
    walker.two.close()


def facts(till: EnrolledTill) -> list[object]:
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    return [decode_fact(event.body) for event in events]


def test_a_basket_is_offered_taken_and_paid_at_the_other_till(walker: Walker) -> None:
    offer = walker.walk()
    assert (offer.lines, offer.total_minor) == (1, 7000)
    assert walker.at(walker.one) == [walker.basket_id]
    walker.take()
    assert (walker.at(walker.one), walker.at(walker.two)) == ([], [walker.basket_id])
    (told,) = walker.one.till.call(following.take_news)
    assert told.startswith("Basket 1 was taken by ")
    view = walker.two.till.call(selling.current)
    assert (view.basket.basket_id, view.totals.total_minor, view.basket.guarded) == (
        walker.basket_id,
        7000,
        True,
    )
    assert walker.two.till.call(tendering.pay_cash).sale is not None
    for each in (walker.one, walker.two):
        assert each.store.call(lambda books=each.store.books: verify(books)).findings == ()


def test_fault_11_paid_never_goes_back_to_unpaid_whatever_older_draft_a_peer_sends(walker: Walker) -> None:
    walker.walk()
    walker.take()
    moved = next(one for one in facts(walker.one) if isinstance(one, BasketMovedAway))
    assert walker.two.till.call(tendering.pay_cash).sale is not None
    draft = AwayBasket(
        basket_id=moved.basket_id,
        store_id="store-1",
        staff_id=moved.staff_id,
        hop=moved.hop,
        stage=following.Stage.MOVING,
        from_device_id=walker.one.identity.device_id,
        from_till=1,
        asked_by_device_id=walker.two.identity.device_id,
        basket=moved.basket,
    )
    fill(walker.two.store.folder, "baskets/store-1", (f"basket/{moved.basket_id}", draft))
    assert walker.two.till.call(following.answer) is False
    assert walker.at(walker.two) == []
    assert sum(isinstance(one, BasketTaken) for one in facts(walker.two)) == 1


def test_a_till_that_is_away_keeps_its_basket_until_it_is_back(walker: Walker) -> None:
    walker.walk()
    walker.two.till.call(following.ask, walker.basket_id)
    walker.sync(walker.two, walker.two)
    assert (walker.at(walker.one), walker.at(walker.two)) == ([walker.basket_id], [])
    walker.sync(walker.one, walker.two)
    assert (walker.at(walker.one), walker.at(walker.two)) == ([], [walker.basket_id])


def test_who_signs_in_before_the_hub_was_reached_is_told_with_the_first_round_and_once(
    walker: Walker,
) -> None:
    basket_id = walker.ring(walker.one)
    walker.sync(walker.one)
    walker.two.engine._report = msgspec.structs.replace(walker.two.engine.report(), state=LinkState.ASKING)
    walker.two.till.call(following.arrive)
    assert [one for one in facts(walker.two) if isinstance(one, StaffArrived)] == []
    walker.sync(walker.two, walker.one, walker.two)
    (offer,) = walker.two.till.call(following.offered)
    assert offer.basket_id == basket_id
    # She goes back to the first till; the second, where she is signed in as well, does not call her back.
    walker.one.till.call(following.arrive)
    walker.sync(walker.one, walker.two, walker.two)
    assert sum(isinstance(one, StaffArrived) for one in facts(walker.two)) == 1


def test_a_basket_paid_meanwhile_stays_where_it_was_paid(walker: Walker) -> None:
    walker.walk()
    walker.two.till.call(following.ask, walker.basket_id)
    assert walker.one.till.call(tendering.pay_cash).sale is not None
    walker.sync(walker.two, walker.one, walker.two)
    assert (walker.at(walker.one), walker.at(walker.two)) == ([], [])
    assert walker.two.till.call(following.offered) == ()
    moves, _places = walker.two.till.call(lambda till: news(till.store.books))
    assert [one for one in moves if one.basket_id == walker.basket_id] == []


def test_a_part_paid_basket_is_not_offered(walker: Walker) -> None:
    walker.ring(walker.one)
    walker.one.till.call(following.arrive)
    walker.one.till.call(tendering.pay_cash, 1000)
    walker.sync(walker.one)
    walker.two.till.call(following.arrive)
    walker.sync(walker.two, walker.one, walker.two)
    assert walker.two.till.call(following.offered) == ()
    with pytest.raises(BasketRefused, match="not offered any more"):
        walker.two.till.call(following.ask, "b")


def test_a_basket_that_somebody_works_on_stays(walker: Walker) -> None:
    walker.walk()
    assert walker.one.till.staff is not None
    walker.one.till.staff = type(walker.one.till.staff)(
        staff_id="s-other", name="Dewi", role="cashier", pin_hash=""
    )
    walker.take()
    assert (walker.at(walker.one), walker.at(walker.two)) == ([walker.basket_id], [])
