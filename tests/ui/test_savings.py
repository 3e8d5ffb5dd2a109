"""Savings and coupons on the sell screen: each below its line, the coupons beside the basket."""

import msgspec

from omnipos.domain.promotions.promotion import Goods
from omnipos.services import selling
from omnipos.services.till import Till
from tests.rigs import HALF_TEH, HandClock, fill, fill_offers
from tests.rigs import INDOMIE as PRODUCT
from tests.ui.driving import Hands, counter

INDOMIE, TEH, KOPI = "8998866200578", "8996006855893", "8991002101425"
HOUR_MS = 3_600_000


def rows(hands: Hands) -> list[str]:
    """Return what stands left of the side pane, row by row, without its frame."""
    return [row[1:48].rstrip() for row in hands.text.splitlines()[2:20]]


async def test_a_saving_stands_below_its_line_and_in_the_sums(till: Till) -> None:
    fill_offers(till.store.folder)
    async with counter(till) as hands:
        await hands.scan(TEH, TEH)
        assert rows(hands)[:2] == [
            "▸ 1 Teh Botol 450 ml      2 × 6.000     12.000",
            "      second at half price              −3.000",
        ]
        assert "Saved               −3.000" in hands.text
        assert "TOTAL             Rp 9.000" in hands.text


async def test_the_chosen_line_stays_in_sight_with_its_savings(till: Till) -> None:
    fill(
        till.store.folder,
        "catalogue",
        ("promotion/pr-half", msgspec.structs.replace(HALF_TEH, goods=Goods())),
        *(
            (
                f"product:p-{n}",
                msgspec.structs.replace(PRODUCT, product_id=f"p-{n}", sku=f"S{n}", barcodes=()),
            )
            for n in range(20)
        ),
    )
    async with counter(till) as hands:
        for n in range(20):
            await hands.type(f"2*S{n}")
            await hands.press("enter")
        seen = [row for row in rows(hands) if row]
        assert seen[-2].startswith("▸20 ")
        assert seen[-1].strip().startswith("second at half price")
        await hands.press(*["up"] * 19)
        assert rows(hands)[0].startswith("▸ 1 ")
        assert rows(hands)[1].strip().startswith("second at half price")
        await hands.press(*["down"] * 9)
        at = next(n for n, row in enumerate(rows(hands)) if row.startswith("▸10"))
        assert rows(hands)[at + 1].strip().startswith("second at half price")


async def test_a_click_on_a_saving_chooses_its_line(till: Till) -> None:
    fill_offers(till.store.folder)
    async with counter(till) as hands:
        await hands.scan(TEH, TEH, INDOMIE)
        assert rows(hands)[2].startswith("▸ 2 Indomie")
        await hands.pilot.click("BasketPane", offset=(10, 2))
        await hands.settle()
        assert rows(hands)[0].startswith("▸ 1 Teh")


async def test_a_coupon_is_scanned_anywhere_even_in_a_dialog(till: Till) -> None:
    fill_offers(till.store.folder)
    async with counter(till) as hands:
        await hands.scan(KOPI, KOPI)
        await hands.press("f2")
        await hands.scan("KOPI-2X", "KOPI-2")
        assert "Coupon KOPI-2 is in the basket." not in hands.text, "bad news stays before good news"
        assert "Nothing here answers to KOPI-2X" in hands.text
        await hands.press("escape")
        assert "KOPI-2              −6.200" in hands.text
        assert "opens: Two Kopi for Rp 45…" in hands.text
    assert till.call(selling.current).totals.total_minor == 45_000


async def test_coupons_and_items_scanned_at_once_keep_their_order(till: Till) -> None:
    fill_offers(till.store.folder)
    async with counter(till) as hands:
        for code in (KOPI, "KOPI-2", KOPI, TEH):
            hands.scan_without_waiting(code, gap_s=0.0)
        await hands.settle()
    view = till.call(selling.current)
    assert [line.quantity_milli for line in view.basket.lines] == [2000, 1000]
    assert (view.basket.coupons, view.totals.saved_minor) == (("KOPI-2",), 6200)


async def test_a_coupon_says_why_it_waits_and_is_taken_off_by_typing_it_again(till: Till) -> None:
    fill_offers(till.store.folder)
    async with counter(till) as hands:
        await hands.scan(KOPI)
        await hands.type("kopi-2")
        assert "Coupon KOPI-2" in hands.text
        await hands.press("enter")
        assert "nothing for it yet" in hands.text
        await hands.type("kopi-2")
        await hands.press("enter", "enter")
        assert "Coupon KOPI-2 is in this basket already." in hands.text
        await hands.press("1")
        assert "nothing for it yet" not in hands.text
    assert till.call(selling.current).basket.coupons == ()


async def test_a_refused_coupon_says_why(till: Till) -> None:
    fill_offers(till.store.folder)
    async with counter(till) as hands:
        await hands.scan("GOLD-5", "GOLD-5")
        assert "Coupon GOLD-5 is in this basket already; it counts once." in hands.text
        assert "only for gold" in hands.text


async def test_an_hour_that_strikes_while_the_basket_waits_is_seen(till: Till, clock: HandClock) -> None:
    until_six = msgspec.structs.replace(HALF_TEH, from_minute=16 * 60, until_minute=18 * 60)
    fill(till.store.folder, "catalogue", ("promotion/pr-half", until_six))
    async with counter(till) as hands:
        await hands.scan(TEH, TEH)
        assert "Rp 9.000" in hands.text
        clock.at_ms += HOUR_MS
        await hands.app.look_around()
        await hands.settle()
        assert "Rp 12.000" in hands.text
        assert "second at half price" not in hands.text


async def test_a_receipt_seen_again_says_what_was_saved(till: Till) -> None:
    fill_offers(till.store.folder)
    async with counter(till) as hands:
        await hands.scan(TEH, TEH)
        await hands.press("f12", "enter", "escape", "f7", "enter")
        shown = [row[8:70].strip() for row in hands.text.splitlines() if row.startswith("│      │")]
        found = [" ".join(row.split()) for row in shown]
        assert found[:4] == [
            "Teh Botol 450 ml 2 × 6.000 12.000",
            "second at half price −3.000",
            "─" * 59,
            "Goods 12.000",
        ]
        assert found[4] == "Saved −3.000"
        assert "Total 9.000" in found


async def test_a_long_receipt_seen_again_is_turned_to_its_total(till: Till) -> None:
    fill(
        till.store.folder,
        "catalogue",
        *(
            (
                f"product:p-{n}",
                msgspec.structs.replace(PRODUCT, product_id=f"p-{n}", sku=f"S{n}", barcodes=()),
            )
            for n in range(20)
        ),
    )
    async with counter(till) as hands:
        for n in range(20):
            await hands.type(f"S{n}")
            await hands.press("enter")
        await hands.press("f12", "enter", "escape", "f7", "enter")
        assert "PgDn More" in hands.text
        assert "  Total" not in hands.text
        await hands.press("pagedown")
        assert "  Total" in hands.text
        await hands.press("pagedown")
        assert "  Total" not in hands.text, "behind the end it begins again"
        await hands.press("down", "down")
        assert hands.up == "ReceiptScreen"
