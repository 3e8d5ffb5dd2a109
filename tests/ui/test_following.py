"""A basket at another till is offered once, taken by a number; the till it left says so."""

from pathlib import Path

import pytest

from omnipos.domain.following import AwayBasket, BasketAsked, StaffArrived, StaffPlace, Stage
from omnipos.events import decode_fact
from omnipos.services import following, selling
from omnipos.services.till import Till
from omnipos.store import journal
from tests.rigs import DEVICE, NOON_MS, STORE, fill, open_till, selling_till
from tests.ui.driving import LARGE, SMALL, Hands, counter
from tests.ui.plain_rig import INDOMIE, say


def put(till: Till, **changes: object) -> AwayBasket:
    """Show a basket of Sari's that till 2 offers, unless said otherwise."""
    fields: dict[str, object] = {
        "basket_id": "b-17",
        "store_id": STORE,
        "staff_id": "s-sari",
        "hop": 1,
        "stage": Stage.OFFERED,
        "from_device_id": "other",
        "from_till": 2,
        "number": 17,
        "lines": 3,
        "total_minor": 41_190,
    }
    one = AwayBasket(**(fields | changes))  # type: ignore[arg-type]
    fill(till.store.folder, f"baskets/{STORE}", (f"basket/{one.basket_id}", one))
    return one


def last_fact(till: Till) -> object:
    return decode_fact(till.store.call(lambda: list(journal.read_events(till.store.books)))[-1].body)


async def look(hands: Hands) -> None:
    await hands.app.look_around()
    await hands.settle()


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_it_is_offered_once_and_taken_by_a_number(till: Till, size: tuple[int, int]) -> None:
    put(till)
    async with counter(till, size) as hands:
        await look(hands)
        assert hands.up == "ChoiceScreen"
        assert "Your basket 17 with 3 lines, Rp 41.190, is at till 2." in " ".join(
            hands.text.replace("│", " ").split()
        )
        await hands.press("enter")
        assert hands.up == "ChoiceScreen"
        await hands.type("1")
        assert hands.up == "SellScreen"
        assert "Till 2 is asked for it." in hands.text
        assert last_fact(till) == BasketAsked(basket_id="b-17", hop=1)
        await look(hands)
        assert hands.up == "SellScreen"


async def test_nothing_is_offered_while_somebody_types(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("3*")
        put(till)
        await look(hands)
        assert hands.up == "SellScreen"


async def test_the_till_that_it_left_says_who_took_it_and_begins_anew(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(INDOMIE)
        basket = till.call(selling.current).basket
        place = StaffPlace(staff_id="s-sari", store_id=STORE, device_id="other", till_number=2, at_ms=NOON_MS)
        fill(till.store.folder, f"baskets/{STORE}", ("place/s-sari", place))
        assert till.call(following.answer) is True
        asked = {"basket_id": basket.basket_id, "from_device_id": DEVICE, "from_till": 1}
        put(till, **asked, stage=Stage.ASKED, asked_by_device_id="other", asked_by_till=2)
        assert till.call(following.answer) is True
        await look(hands)
        assert "Basket 1 was taken by Sari at till 2." in hands.text
        assert "Scan the first item" in hands.text
    assert till.call(selling.current).basket.lines == ()


def _leave(till: Till) -> None:
    """Sari's basket goes to till 2."""
    say(till, INDOMIE)
    basket = till.call(selling.current).basket
    place = StaffPlace(staff_id="s-sari", store_id=STORE, device_id="other", till_number=2, at_ms=NOON_MS)
    fill(till.store.folder, f"baskets/{STORE}", ("place/s-sari", place))
    till.call(following.answer)
    asked = {"basket_id": basket.basket_id, "from_device_id": DEVICE, "from_till": 1}
    put(till, **asked, stage=Stage.ASKED, asked_by_device_id="other", asked_by_till=2)
    assert till.call(following.answer) is True


def test_who_took_the_basket_is_told_after_a_restart_too_and_once(tmp_path: Path) -> None:
    first = selling_till(tmp_path / "till")
    _leave(first)
    first.store.close()
    again = open_till(tmp_path / "till")
    assert again.call(following.take_news) == ("Basket 1 was taken by Sari at till 2.",)
    assert again.call(following.take_news) == ()
    again.store.close()


async def test_who_signs_in_is_told_to_the_store_once(till: Till) -> None:
    till.staff = None
    async with counter(till) as hands:
        await hands.type("2")
        await hands.type("1234")
        await hands.press("enter", "f11")
        await hands.type("2")
        await hands.type("1234")
        await hands.press("enter")
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    assert [decode_fact(one.body) for one in events] == [StaffArrived(staff_id="s-sari")]


def test_plain_words_offer_and_take(till: Till) -> None:
    assert say(till, "baskets") == "No basket of yours is at another till."
    put(till)
    assert say(till, "baskets") == (
        "Your basket 17 with 3 lines, Rp 41.190, is at till 2. Type take-basket and its number."
    )
    assert say(till, "take-basket 18").startswith("Type take-basket and a number")
    assert say(till, "take-basket 17") == "Till 2 is asked for it. It comes by itself."
