"""A card is corrected from the screen and from the plain counter."""

import msgspec

from omnipos.domain.customer import CustomerField, KeptValue
from omnipos.domain.hybrid import BEGINNING
from omnipos.services import recognising
from omnipos.services.till import Till
from tests.rigs import SARAH, fill
from tests.ui.driving import counter
from tests.ui.plain_rig import say


async def test_the_card_is_corrected_field_by_field(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("7890")
        await hands.press("enter", "f2", "f6", "f5")
        assert hands.up == "EditCustomerScreen"
        assert "+62 812-3456-7890" in hands.text
        await hands.press("end")
        await hands.type(" Putri")
        await hands.press("enter", "enter")
        await hands.type("sarah@example.com")
        await hands.press("enter", " ", "enter")
        assert hands.up == "CustomerScreen"
        assert "Sarah Wijaya Putri" in hands.text
        assert "sarah@example.com" in hands.text
    card = till.call(recognising.card, SARAH.customer_id).customer
    assert (card.name, card.phone, card.email) == ("Sarah Wijaya Putri", SARAH.phone, "sarah@example.com")
    assert [(one.purpose.value, one.given) for one in card.consents] == [("marketing", True)]


async def test_what_cannot_stand_stays_in_the_form(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("7890")
        await hands.press("enter", "f2", "f6", "f5", "enter", "enter")
        await hands.type("nowhere")
        await hands.press("enter", "enter")
        assert hands.up == "EditCustomerScreen"
        assert "“nowhere” is no e-mail address." in hands.text


async def test_a_value_that_did_not_stand_is_on_the_card(till: Till) -> None:
    kept = KeptValue(field=CustomerField.PHONE, value="+6281211111111", stamp=BEGINNING, rev=2)
    card = msgspec.structs.replace(SARAH, kept=(kept,))
    fill(till.store.folder, "customers", (SARAH.customer_id, card))
    async with counter(till) as hands:
        await hands.type("7890")
        await hands.press("enter", "f2", "f6")
        assert "Also entered as phone" in hands.text
        assert "+62 812-1111-1111" in hands.text
    assert "Also entered as phone: +62 812-1111-1111." in say(till, "customer 7890")


def test_the_plain_counter_corrects_the_card_beside_the_basket(till: Till) -> None:
    assert "Customer Sara W., +62 812-3456-7890." in say(till, "7890", "customer edit name Sara W.")
    assert "+62 812-5555-6666" in say(till, "customer edit phone 0812 5555 6666")
    assert "sara@example.com." in say(till, "customer edit email sara@example.com")
    assert say(till, "customer edit offers yes").startswith("Customer Sara W.")
    assert say(till, "customer edit colour blue").startswith("Type what to change:")
    card = till.call(recognising.card, SARAH.customer_id).customer
    assert (card.name, card.email, card.consents[0].given) == ("Sara W.", "sara@example.com", True)
