"""Correcting a card at the till: shown at once, one fact with erasable values, found by what is new."""

from pathlib import Path

import msgspec
import pytest

from omnipos.domain.customer import Customer, CustomerEdit, CustomerField, Purpose
from omnipos.domain.errors import CustomerRefused
from omnipos.domain.hybrid import HybridStamp
from omnipos.events import CustomerChanged, decode_fact
from omnipos.protocol import Change, Page
from omnipos.services import correcting, recognising
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from omnipos.store import journal
from omnipos.store.connection import open_mirror, transaction
from omnipos.store.customers import forget_erased
from omnipos.store.mirror import apply_page
from tests.rigs import BUDI, DEVICE, NOON_MS, SARAH, HandClock, fill, selling_till

SARA = CustomerEdit(name="Sara W.", email="sara@example.com")


def correct(till: Till, edit: CustomerEdit, customer_id: str = SARAH.customer_id) -> Customer:
    return till.call(correcting.correct, customer_id, edit)


def facts(till: Till) -> list[CustomerChanged]:
    def work() -> list[CustomerChanged]:
        decoded = [decode_fact(event.body) for event in journal.read_events(till.store.books)]
        return [one for one in decoded if isinstance(one, CustomerChanged)]

    return till.store.call(work)


def names(till: Till, text: str) -> list[str]:
    return [one.name for one in till.call(recognising.find, text)]


def test_a_correction_shows_at_once_and_is_found_by_what_is_new(till: Till) -> None:
    assert correct(till, CustomerEdit(name="Dewi Lestari", phone="0812 5555 6666")).name == "Dewi Lestari"
    card = till.call(recognising.card, SARAH.customer_id).customer
    assert (card.name, card.phone, card.points) == ("Dewi Lestari", "+6281255556666", SARAH.points)
    for text in ("dewi", "0812 5555 6666", "6666", "0812555"):
        assert names(till, text) == ["Dewi Lestari"], text
    for text in ("sarah", "0812 3456 7890", "7890"):
        assert names(till, text) == [], text
    assert till.syncing.nudges == 1  # type: ignore[attr-defined]


def test_the_fact_names_records_and_holds_nothing_personal(till: Till) -> None:
    correct(till, SARA)
    (fact,) = facts(till)
    assert [(one.field, one.base_rev) for one in fact.patches] == [
        (CustomerField.NAME, SARAH.rev),
        (CustomerField.EMAIL, SARAH.rev),
    ]
    assert {one.stamp for one in fact.patches} == {HybridStamp(wall_ms=NOON_MS, device_id=DEVICE)}
    assert b"Sar" not in msgspec.json.encode(fact)

    def records() -> dict[str, object]:
        event = next(iter(journal.read_events(till.store.books)))
        return {
            key: msgspec.to_builtins(one)
            for key, one in journal.personal_of(till.store.books, event.header).items()
        }

    patch = fact.patches[0]
    assert till.store.call(records) == {
        patch.old: {"name": "Sarah Wijaya", "phone": ""},
        patch.new: {"name": "Sara W.", "phone": "", "email": "sara@example.com"},
    }
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


def test_nothing_different_writes_nothing(till: Till) -> None:
    correct(till, CustomerEdit(name=" Sarah  Wijaya", phone="0812-3456-7890", email=""))
    assert facts(till) == []


def test_consent_is_a_new_answer_with_time_and_wording(till: Till) -> None:
    card = correct(till, CustomerEdit(answers={Purpose.MARKETING: True}))
    assert [(one.purpose, one.given, one.at_ms, one.staff_id) for one in card.consents] == [
        (Purpose.MARKETING, True, NOON_MS, "s-sari")
    ]
    correct(till, CustomerEdit(answers={Purpose.MARKETING: True}))
    assert [one.old for fact in facts(till) for one in fact.consents] == [None]


@pytest.mark.parametrize(
    "edit",
    [
        CustomerEdit(name="  "),
        CustomerEdit(phone="12"),
        CustomerEdit(phone=BUDI.phone),
        CustomerEdit(email="sara at example"),
        CustomerEdit(email="sara@example"),
        CustomerEdit(answers={Purpose.SERVICE: False}),
    ],
)
def test_what_cannot_stand_is_refused_and_changes_nothing(till: Till, edit: CustomerEdit) -> None:
    if edit.answers:
        correct(till, CustomerEdit(answers={Purpose.SERVICE: True}))
    before = len(facts(till))
    with pytest.raises(CustomerRefused):
        correct(till, edit)
    assert len(facts(till)) == before


def test_the_mirror_takes_over_when_it_contains_the_correction(till: Till) -> None:
    correct(till, SARA)
    merged = msgspec.structs.replace(SARAH, name="Sarah of the hub", rev=2)
    fill(till.store.folder, "customers", (SARAH.customer_id, merged))
    assert till.call(recognising.card, SARAH.customer_id).customer.name == "Sara W."
    fill(till.store.folder, "customers", (SARAH.customer_id, merged), seen=1)
    assert till.call(recognising.card, SARAH.customer_id).customer.name == "Sarah of the hub"


def test_stamps_go_on_after_a_restart_with_the_clock_put_back(tmp_path: Path) -> None:
    clock = HandClock(NOON_MS + 60_000)
    till = selling_till(tmp_path / "till", clock)
    correct(till, CustomerEdit(name="One"))
    till.store.close()
    clock.at_ms = NOON_MS
    till = selling_till(tmp_path / "till", clock)
    correct(till, CustomerEdit(name="Two"))
    stamps = [fact.patches[0].stamp for fact in facts(till)]
    till.store.close()
    assert [(one.wall_ms - NOON_MS, one.count) for one in stamps] == [(60_000, 0), (60_000, 1)]


def test_an_erasure_takes_the_tills_own_records_along(till: Till) -> None:
    correct(till, SARA)
    correct(till, CustomerEdit(name="Budi S."), BUDI.customer_id)
    mirror = open_mirror(till.store.folder)
    upto = mirror.of("customers").execute("SELECT upto FROM cursor WHERE stream = 'customers'").fetchone()[0]
    page = Page(
        stream="customers",
        after=upto,
        upto=upto + 1,
        head=upto + 1,
        cursor="c",
        changes=(Change(number=upto + 1, key=SARAH.customer_id, erased=True),),
        applied_epoch=0,
        applied_seq=0,
        as_of_ms=NOON_MS,
    )
    apply_page(mirror, page)
    mirror.close()

    def forget(already: int) -> int:
        with transaction(till.store.books):
            return forget_erased(till.store.books, already)

    assert till.store.call(lambda: forget(-1)) == 1
    rows = till.store.call(lambda: till.store.books.execute("SELECT body FROM personal").fetchall())
    assert sorted(msgspec.json.decode(body)["name"] for (body,) in rows) == ["Budi S.", "Budi Santosa"]
    with pytest.raises(CustomerRefused):
        till.call(recognising.card, SARAH.customer_id)
    # A hub that is back from a backup may send the card again: it stays away.
    fill(till.store.folder, "customers", (SARAH.customer_id, SARAH))
    assert names(till, "7890") == []
    assert till.store.call(lambda: verify(till.store.books)).findings == ()
