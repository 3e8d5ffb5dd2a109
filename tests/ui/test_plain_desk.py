"""The plain counter knows customers and hands orders over."""

import msgspec
import pytest

from omnipos.domain.customer import Purpose
from omnipos.domain.order import OrderState
from omnipos.services.till import Till
from tests.rigs import STORE, fill, order
from tests.rigs import TEH as TEH_GOODS
from tests.ui.plain_rig import INDOMIE, KOPI, TEH, counter, say, tell


@pytest.mark.parametrize("said", ["0812-3456-7890", "+62 812 3456 7890", "7890", "customer sarah", "wijaya"])
def test_a_customer_is_found_and_the_card_read_out(till: Till, said: str) -> None:
    assert say(till, said) == (
        "Customer Sarah Wijaya, +62 812-3456-7890. Gold. 1.240 points. 1 order to collect: W-1001. Last"
        " bought Kopi Kapal Api 200 g ×2, Rp 84.000, 2026-11-12 17:00. As of 17:00."
    )
    assert tell(till, "basket")["basket"]["customer"]["name"] == "Sarah Wijaya"
    assert say(till, "customer none") == "No customer stands beside the basket now."
    assert tell(till, "basket")["basket"]["customer"] is None


def test_several_customers_are_a_numbered_choice(till: Till) -> None:
    talk = counter(till)
    assert talk.answer("customer 0812") == (
        "Several customers answer to “0812”. Type 1 to take Sarah Wijaya, +62 812-3456-7890;"
        " 2 to take Budi Santosa, +62 812-9876-5432."
    )
    assert talk.answer("2") == "Customer Budi Santosa, +62 812-9876-5432. As of 17:00."


def test_a_customer_is_added_only_with_consent_asked(till: Till) -> None:
    talk = counter(till)
    assert talk.answer("customer add Rina, 0813 1111 2222") == (
        "Ask Rina: may Toko Sinar keep your card and purchases, and may it send you offers? Type 1 to keep"
        " the card only; 2 to keep the card and send offers; 3 to go on without a card."
    )
    assert talk.answer("3") == "No card is kept. The sale goes on without one."
    assert talk.answer("customer rina") == (
        "No customer answers to “rina”. Type customer add NAME, PHONE to add one."
    )
    talk.answer("customer add Rina, 0813 1111 2222")
    assert talk.answer("1") == "Customer Rina, +62 813-1111-2222. As of 17:00."
    card = tell(till, "customer")["card"]["customer"]
    assert [(one["purpose"], one["given"]) for one in card["consents"]] == [
        (Purpose.SERVICE, True),
        (Purpose.MARKETING, False),
    ]


def test_a_script_adds_a_customer_in_one_line(till: Till) -> None:
    said = say(till, "customer add Wijaya, Rini, 081311112223, service marketing")
    assert said == "Customer Wijaya, Rini, +62 813-1111-2223. As of 17:00."


def test_an_order_is_picked_made_ready_and_handed_over(till: Till) -> None:
    assert say(till, "orders") == "1 order. Order W-1001 for Sarah Wijaya, placed, promised 18:00, paid."
    talk = counter(till)
    assert talk.answer("order 1001") == (
        "Order W-1001 for Sarah Wijaya, placed, promised 18:00, paid. Indomie Goreng 85 g, 2 pieces, shelf"
        " A1, 0 picked. Teh Botol 450 ml, 1 piece, shelf B2, 0 picked."
    )
    assert talk.answer(f"pick {KOPI}") == "Kopi Kapal Api 200 g is not in order W-1001. Put it back."
    assert (
        talk.answer(f"pick {TEH}") == "Teh Botol 450 ml, 1 of 1 picked. Still missing: Indomie Goreng 85 g."
    )
    assert talk.answer("ready 1001") == "Indomie Goreng 85 g is not picked yet. Scan it first."
    talk.answer(f"pick {INDOMIE}")
    assert talk.answer(f"pick {INDOMIE}") == (
        "Indomie Goreng 85 g, 2 of 2 picked. All is picked. Type ready W-1001."
    )
    assert talk.answer("ready 1001 A3") == "Order W-1001 is ready. Its bag slip is printed."
    assert talk.answer("hand-over 1001 999999").startswith("That is not the code of order W-1001.")
    assert (
        talk.answer("hand-over 1001 Sarah 0812 3456 7890") == "Order W-1001 is handed over to Sarah Wijaya."
    )
    assert talk.answer("hand-over W-1001 471001").startswith("Order W-1001 was handed over already.")
    assert talk.answer("orders") == "No order waits here."


def test_an_unpaid_order_is_paid_in_the_basket_with_more_beside_it(till: Till) -> None:
    ready = order(paid_minor=0, state=OrderState.READY, collection_code="471001")
    fill(till.store.folder, f"orders/{STORE}", ("order:o-W-1001", ready))
    assert say(till, "hand-over W-1001 471001") == (
        "Order W-1001 is in the basket, Rp 13.000 to pay. Paying it hands the order over."
    )
    told = tell(till, KOPI, "pay cash 50000")
    assert told["say"].endswith("Order W-1001 is handed over.")
    assert (told["sale"]["total_minor"], told["sale"]["order_id"]) == (38_600, "o-W-1001")
    assert say(till, "orders") == "No order waits here."


def test_an_age_is_asked_for_and_told_behind_the_taker(till: Till) -> None:
    stricter = msgspec.structs.replace(TEH_GOODS, min_age=18)
    fill(till.store.folder, "catalogue", (f"product:{stricter.product_id}", stricter))
    ready = order("W-2002", state=OrderState.READY)
    fill(till.store.folder, f"orders/{STORE}", ("order:o-W-2002", ready))
    asked = say(till, "hand-over W-2002 472002")
    assert asked.endswith("Type the same with age=yes or age=no behind it.")
    assert "stays here" in say(till, "hand-over W-2002 472002 age=no")
    assert say(till, "hand-over W-2002 472002 age=yes") == "Order W-2002 is handed over to Sarah Wijaya."
