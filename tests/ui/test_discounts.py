"""F6 and Ctrl+R: discounts and prices by hand, a manager's word where one is needed, and the price check."""

import msgspec

from omnipos.domain.basket import Discount, PriceOverride
from omnipos.domain.catalogue import DatedPrice, ListPrice
from omnipos.domain.promotions.promotion import AmountOff, Bundle, BundlePart, Goods, PercentOff, Promotion
from omnipos.domain.staff import Approval
from omnipos.domain.tender import CardSlip
from omnipos.services import selling, tendering
from omnipos.services.till import Till
from tests.rigs import NOON_MS, SARAH, fill, staff_members
from tests.rigs import TEH as TEH_PRODUCT
from tests.services.faulty import everything
from tests.ui.driving import counter

INDOMIE, TEH, DOZENS = "8998866200578", "8996006855893", "18998866200575"


def by_budi(reason: str) -> Approval:
    return Approval(staff_id="s-budi", reason=reason)


async def test_a_cashier_gives_a_line_discount_on_a_managers_word(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(INDOMIE, TEH)
        await hands.press("f6")
        assert "4 " not in hands.text.partition("New price for this line")[2].partition("╰")[0]
        await hands.type("1")
        await hands.press("enter")
        assert "Type a rate such as 10%, or a sum." in hands.text
        await hands.type("10%")
        await hands.press("enter")
        assert "Rp 600 off Teh Botol 450 ml." in hands.text
        assert "Total Rp 8.900." in hands.text
        await hands.type("2")
        asked = " ".join(hands.text.replace("│", " ").split())
        assert "Discount of Rp 600 on Teh Botol 450 ml: Sari may not do this." in asked
        assert till.call(selling.current).totals.total_minor == 9500
        await hands.press("enter")
        assert "A manager types their name and PIN here." in hands.text
        await hands.type("9999")
        await hands.press("enter")
        assert "That is no name. Type the name first, then the PIN; here work Budi, Sari." in " ".join(
            hands.text.replace("│", " ").split()
        )
        assert "9999" not in hands.text
        await hands.type("sari")
        await hands.press("enter")
        assert "Sari may not do this. Ask a manager." in hands.text
        assert "Manager ▏" in hands.text
        await hands.type("bud")
        await hands.press("enter")
        await hands.type("1111")
        await hands.press("enter")
        assert "That is not the PIN of Budi." in hands.text
        assert "1111" not in hands.text
        await hands.type("9999")
        await hands.press("enter")
        assert hands.up == "SellScreen"
        assert "Rp 600 off Teh Botol 450 ml." in hands.text
        assert "TOTAL             Rp 8.900" in hands.text
    line = till.call(selling.current).basket.lines[1]
    assert line.discount == Discount(
        reason="Near its date", rate_ppm=100_000, approval=by_budi("Near its date")
    )
    assert till.staff is not None
    assert till.staff.name == "Sari"


async def test_a_manager_is_asked_for_no_pin_and_types_a_reason_of_their_own(till: Till) -> None:
    till.staff = staff_members()[1]
    async with counter(till) as hands:
        await hands.scan(INDOMIE, TEH)
        await hands.press("f6", "down", "enter")
        assert "The whole basket" in hands.text
        await hands.type("1.000")
        await hands.press("enter")
        await hands.type("old friend")
        await hands.press("enter")
        assert hands.up == "SellScreen"
        assert "Rp 1.000 off the whole basket." in hands.text
        await hands.press("f6")
        assert "4 Take the whole basket's discount back: old friend" in hands.text
        await hands.type("4")
        assert "The discount is taken back." in hands.text
    assert till.call(selling.current).basket.discount is None


async def test_another_price_and_back_to_the_old_one(till: Till) -> None:
    till.staff = staff_members()[1]
    async with counter(till) as hands:
        await hands.scan(TEH)
        await hands.press("f6", "3")
        assert "now Rp 6.000" in hands.text
        await hands.type("5.000")
        await hands.press("enter", "down", "enter")
        assert "Teh Botol 450 ml for Rp 5.000 instead of Rp 6.000." in hands.text
        (line,) = till.call(selling.current).basket.lines
        assert line.override == PriceOverride(reason="Damaged", was_minor=6000, approval=by_budi("Damaged"))
        await hands.press("f6")
        assert "4 Back to the price of Rp 6.000" in hands.text
        await hands.type("4")
        assert "Teh Botol 450 ml costs Rp 6.000 again." in hands.text
    assert till.call(selling.current).basket.lines[0].override is None


async def test_escape_goes_one_step_back_and_keeps_what_was_typed(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(TEH)
        await hands.press("f6", "1")
        await hands.type("10%")
        await hands.press("enter", "3")
        await hands.type("budi")
        await hands.press("enter")
        await hands.type("12")
        for seen in ("Reason  Price match", "Discount 10%", "1 Discount on this line"):
            await hands.press("escape")
            assert seen in hands.text
            assert hands.up == "DiscountScreen"
        before = everything(till)
        await hands.press("escape")
        assert hands.up == "SellScreen"
    assert everything(till) == before
    assert till.call(selling.current).totals.saved_minor == 0


async def test_what_cannot_be_given_is_said_at_once(till: Till) -> None:
    bottle = msgspec.structs.replace(TEH_PRODUCT, discountable=False)
    fill(till.store.folder, "catalogue", ("product:p-teh", bottle))
    async with counter(till) as hands:
        await hands.press("f6")
        assert "There is nothing to give a discount on." in hands.text
        await hands.scan(TEH)
        await hands.press("f6")
        for number in "13":
            await hands.type(number)
            assert "Teh Botol 450 ml is always sold at its own price" in hands.text
        await hands.type("2")
        assert "Nothing in this basket takes a discount." in hands.text
        await hands.type("9")
        assert "Type the number of an answer" in hands.text
        await hands.scan(INDOMIE)
        assert "Indomie Goreng 85 g is in the basket." in hands.text
        await hands.press("escape", "f6", "1")
        for typed, said in (("5%%", "is not a rate"), ("3501", "Rp 3.501 is more than the Rp 3.500")):
            await hands.type(typed)
            await hands.press("enter")
            assert said in hands.text
            await hands.press("end", "ctrl+u")
        await hands.press("escape", "3")
        await hands.type("8998866200578")
        await hands.press("enter")
        assert "That price is far too high." in hands.text


async def test_once_part_is_paid_nothing_is_given(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(TEH)
        till.call(tendering.pay_card, 1000, CardSlip(approval_code="A1"))
        await hands.press("f6", "1")
        assert "Part of this sale is paid already." in hands.text


async def test_the_price_check_leaves_the_basket_alone(till: Till) -> None:
    gold = ListPrice(group="gold", product_id="p-indomie", prices=(DatedPrice(price_minor=3200),))
    fill(till.store.folder, "catalogue", ("list_price/p-indomie/gold", gold), *promotions())
    till.call(selling.attach_customer, SARAH.customer_id)
    async with counter(till) as hands:
        await hands.scan(TEH)
        before = everything(till)
        await hands.press("ctrl+r")
        assert "Nothing goes into the basket here." in hands.text
        await hands.scan(INDOMIE)
        for seen in (
            "Price                                            Rp 3.500",
            "Price for Gold                                   Rp 3.200",
            "● Snack week",
            "● Pair of two",
            "50 here, 2 held, as of 17:00.",
        ):
            assert seen in hands.text
        for hidden in ("● Old", "● Elsewhere", "● Tea week"):
            assert hidden not in hands.text
        await hands.scan(DOZENS)
        assert "40 of it                                       Rp 128.000" in hands.text
        await hands.type("kopi")
        await hands.press("enter")
        assert "Kopi Kapal Api 200 g" in hands.text
        assert "How many are here is not known." in hands.text
        await hands.scan("4006381333931")
        assert "Nothing here answers to 4006381333931" in hands.text
        assert "How many are here" not in hands.text
        await hands.press("escape")
        assert hands.up == "SellScreen"
    assert everything(till) == before


def promotions() -> list[tuple[str, Promotion]]:
    half = PercentOff(rate_ppm=500_000)
    both = Bundle(
        parts=(
            BundlePart(goods=Goods(products=("p-indomie",))),
            BundlePart(goods=Goods(products=("p-teh",))),
        ),
        rate_ppm=100_000,
    )
    found = [
        Promotion(promotion_id="1", code="1", name="Snack week", reward=half, goods=_only("p-indomie")),
        Promotion(promotion_id="2", code="2", name="Pair of two", reward=both),
        Promotion(promotion_id="3", code="3", name="Old", reward=half, valid_until_ms=NOON_MS),
        Promotion(promotion_id="4", code="4", name="Elsewhere", reward=half, stores=("S2",)),
        Promotion(
            promotion_id="5",
            code="5",
            name="Tea week",
            reward=AmountOff(amount_minor=1),
            goods=_only("p-teh"),
        ),
    ]
    return [(f"promotion/{one.promotion_id}", one) for one in found]


def _only(product_id: str) -> Goods:
    return Goods(products=(product_id,))


async def test_the_help_shows_what_does_not_fit_on_its_next_page(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f1")
        assert "F2 " in hands.text
        assert "PgDn More" in hands.text
        assert "all commands by name" not in hands.text
        await hands.press("pagedown", "pagedown")
        assert "all commands by name" in hands.text
        await hands.press("pagedown")
        assert "Find or add a customer" in hands.text
        await hands.press("down", "down", "up", "pageup", "enter")
        assert hands.up == "SellScreen"
