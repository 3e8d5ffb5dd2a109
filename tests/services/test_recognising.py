"""Customers: found by any way of saying a number, added offline, their card true to every channel."""

import pytest

from omnipos.domain.customer import Consent, Customer, CustomerDraft, Purpose
from omnipos.domain.errors import CustomerRefused, NotAllowed
from omnipos.events import CustomerAdded, decode_fact
from omnipos.locale import speak
from omnipos.services import finding, recognising, selling, tendering
from omnipos.services.till import Till
from omnipos.store import customers, journal
from tests.rigs import NOON_MS, SARAH, fill
from tests.services.faulty import everything

RINA = CustomerDraft(name="Rina Café", phone="0813-1111-2222", agreed=(Purpose.SERVICE,))


def names(till: Till, text: str) -> list[str]:
    return [one.name for one in till.call(recognising.find, text)]


@pytest.mark.parametrize(
    "said",
    [
        "0812-3456-7890",
        "081234567890",
        "81234567890",
        "6281234567890",
        "62 812-3456",
        "+62 812 3456 7890",
        "+62 0812 3456 7890",
        "0062812345",
        "7890",
        "sar",
        "wijaya sarah",
        "SÁRAH",
    ],
)
def test_any_way_of_saying_who_it_is_finds_the_customer(till: Till, said: str) -> None:
    assert names(till, said) == ["Sarah Wijaya"]


@pytest.mark.parametrize("said", ["0812-3456-7891", "7891", "arah", "sarah budi", "+60 812 3456 7890", ""])
def test_anything_else_finds_nobody(till: Till, said: str) -> None:
    assert names(till, said) == []


def test_a_number_so_far_finds_all_it_may_become(till: Till) -> None:
    assert names(till, "0812") == ["Sarah Wijaya", "Budi Santosa"]
    assert names(till, "62812") == ["Sarah Wijaya", "Budi Santosa"]


def test_a_customer_added_here_is_found_at_once_in_every_way(till: Till) -> None:
    speak("id")
    rina = till.call(recognising.add, RINA)
    assert rina.phone == "+6281311112222"
    for said in ("081311112222", "62 813", "2222", "rina", "cafe rin"):
        assert names(till, said) == ["Rina Café"]
    assert rina.consents == tuple(
        Consent(
            purpose=purpose,
            given=purpose is Purpose.SERVICE,
            wording_version=recognising.CONSENT_WORDING,
            language="id",
            staff_id="s-sari",
            at_ms=NOON_MS,
        )
        for purpose in Purpose
    )


def test_name_and_phone_stand_outside_the_chain(till: Till) -> None:
    rina = till.call(recognising.add, RINA)
    (event,) = till.store.call(lambda: list(journal.read_events(till.store.books)))
    assert b"Rina" not in event.body
    assert b"1311112222" not in event.body
    fact = decode_fact(event.body)
    assert isinstance(fact, CustomerAdded)
    personal = till.store.call(lambda: journal.personal_of(till.store.books, event.header))
    card = personal[fact.personal_id]
    assert (fact.customer_id, card.name, card.phone) == (rina.customer_id, "Rina Café", "+6281311112222")


def test_a_number_that_has_a_card_is_refused_by_its_name_and_a_longer_one_is_not_in_the_way(
    till: Till,
) -> None:
    before = everything(till)
    with pytest.raises(CustomerRefused, match="Sarah Wijaya already"):
        till.call(recognising.add, CustomerDraft(name="X", phone="081234567890", agreed=(Purpose.SERVICE,)))
    assert everything(till) == before
    short = CustomerDraft(name="Short", phone="0812345678", agreed=(Purpose.SERVICE,))
    assert till.call(recognising.add, short).phone == "+62812345678"
    with pytest.raises(CustomerRefused, match="Short already"):
        till.call(recognising.add, short)


def test_nobody_is_added_without_consent_or_by_nobody(till: Till) -> None:
    before = everything(till)
    with pytest.raises(CustomerRefused, match="consent"):
        till.call(recognising.add, CustomerDraft(name="Rina", phone="081311112222"))
    till.staff = None
    with pytest.raises(NotAllowed):
        till.call(recognising.add, RINA)
    assert everything(till) == before


def test_the_mirrors_card_replaces_the_one_added_here_without_doubling(till: Till) -> None:
    rina = till.call(recognising.add, RINA)
    shown = Customer(customer_id=rina.customer_id, name=rina.name, phone=rina.phone, points=5)
    fill(till.store.folder, "customers", (f"customer:{rina.customer_id}", shown))
    assert names(till, "2222") == names(till, "rina") == names(till, "0813") == ["Rina Café"]
    assert till.call(recognising.card, rina.customer_id).customer.points == 5


def test_the_card_shows_sales_of_this_till_until_the_hub_does(till: Till) -> None:
    found = till.call(finding.scanned, "8998866200578")
    assert isinstance(found, finding.ItemOffer)
    till.call(selling.ring, [(found.item, 3000)])
    till.call(selling.attach_customer, SARAH.customer_id)
    sale = till.call(tendering.pay_cash, None).sale
    assert sale is not None
    card = till.call(recognising.card, SARAH.customer_id)
    assert card.as_of_ms == NOON_MS
    assert [(one.channel, one.summary) for one in card.customer.purchases] == [
        ("store", "Indomie Goreng 85 g ×3"),
        ("web", "Kopi Kapal Api 200 g ×2"),
    ]
    fill(till.store.folder, "customers", ("customer:c-sarah", SARAH), seen=1)
    assert len(till.call(recognising.card, SARAH.customer_id).customer.purchases) == 1


def test_a_deleted_customer_is_gone(till: Till) -> None:
    fill(till.store.folder, "customers", ("customer:c-sarah", None))
    assert names(till, "7890") == names(till, "sarah") == names(till, "081234567890") == []
    with pytest.raises(CustomerRefused, match="no longer known"):
        till.call(recognising.card, SARAH.customer_id)


def test_a_customer_without_a_phone_gets_nobodys_orders(till: Till) -> None:
    from tests.rigs import STORE, order

    fill(till.store.folder, "customers", ("customer:c-x", Customer(customer_id="c-x", name="X", phone="")))
    bare = order("W-7", customer_id="", customer_phone="")
    fill(till.store.folder, f"orders/{STORE}", ("order:o-W-7", bare))
    assert till.call(recognising.card, "c-x").orders == ()


def test_a_customer_is_known_by_all_of_a_number_only(till: Till) -> None:
    db = till.store.books
    assert till.store.call(lambda: customers.customer_by_phone(db, "+628123456789")) is None
    known = till.store.call(lambda: customers.customer_by_phone(db, "+6281234567890"))
    assert known == SARAH
