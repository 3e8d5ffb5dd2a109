"""Where cashiers stumbled: footers that say what works, texts that are read whole, old news that goes."""

import msgspec
import pytest

from omnipos.domain.exceptions import KINDS, kind_of
from omnipos.domain.shop import Shop
from omnipos.locale import _, speak
from omnipos.services import selling
from omnipos.services.till import Till
from screens.commands import key_name
from screens.drawer import DrawerScreen
from screens.widgets.cells import fit_sized
from tests.rigs import KOPI as KOPI_PRODUCT
from tests.rigs import SHOP, STORE, HandClock, exception_case, fill, staff_members
from tests.services.test_shifting import print_all
from tests.ui.driving import LARGE, SMALL, Hands, counter
from tests.ui.plain_rig import INDOMIE, KOPI, TEH, say
from tests.ui.test_paying_by_qr import set_up

CARD = "4111 1111 1111 1111"
LONGEST = max(KINDS, key=lambda one: len(KINDS[one].sentence))
"""The kind of exception that takes most words."""


def footer(hands: Hands) -> str:
    """The last line of the screen or of the box that is up."""
    return next(line for line in reversed(hands.text.splitlines()) if "Esc" in line)


async def sell(hands: Hands, *codes: str) -> None:
    await hands.scan(*codes)
    await hands.press("f12", "enter", "escape")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_paying_names_the_keys_that_work_here_and_no_others(till: Till, size: tuple[int, int]) -> None:
    async with counter(till, size) as hands:
        await hands.scan(INDOMIE)
        await hands.press("f12")
        assert "C Card" in footer(hands)
        assert "F9" not in footer(hands)
        assert "Foreign" not in hands.text
        await hands.press("f1")
        assert "Cash of another currency" not in hands.text
        assert "The same as C: a card payment" in hands.text or size == SMALL


async def test_foreign_cash_is_offered_where_the_shop_takes_it(till: Till) -> None:
    from omnipos.domain.foreign import ForeignRate

    fields = {name: getattr(SHOP, name) for name in Shop.__struct_fields__}
    rate = ForeignRate(currency="USD", rate_minor=16_000)
    fill(till.store.folder, "settings", (f"shop:{STORE}", Shop(**(fields | {"foreign": (rate,)}))))
    async with counter(till) as hands:
        await hands.scan(INDOMIE)
        await hands.press("f12")
        assert "U  Foreign" in hands.text


async def test_a_refund_offers_no_store_credit_to_nobody_and_undoes_by_another_word(till: Till) -> None:
    async with counter(till) as hands:
        await sell(hands, TEH, TEH)
        await hands.press("f9")
        await hands.type("S1-1-000001")
        await hands.press("enter")
        assert "0–9 ←→ How many" in footer(hands)
        await hands.press("2", "enter", "1", "f12")
        assert "Cash Rp 12.000" in hands.text
        assert "Store credit" not in hands.text
        await hands.press("escape")
        assert footer(hands).count("Give back") == 1
    assert till.call(selling.current).basket.tenders == ()


@pytest.mark.parametrize("code", [CARD, CARD.replace(" ", "")])
async def test_a_card_number_is_never_said_again_nor_left_standing(till: Till, code: str) -> None:
    async with counter(till) as hands:
        await hands.type(code)
        await hands.press("enter")
        assert "4111" not in hands.text
        assert "Nothing is called “••••” here" in hands.text
        await hands.scan(INDOMIE)
        await hands.press("f12")
        await hands.type(code)
        await hands.press("enter")
        assert "4111" not in hands.text
    said = say(till, code)
    assert ("4111" in said, "••••" in said) == (False, True)


async def test_the_float_is_counted_once_and_more_is_paid_in(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f10", "f2")
        await hands.type("1")
        await hands.press("f12")
        assert "The float is Rp 100.000." in hands.text
        await hands.press("f2")
        assert hands.up == "DrawerScreen"
        assert "F3 pays more cash in." in " ".join(hands.text.replace("│", " ").split())


async def test_a_wrong_count_takes_the_old_sum_away(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f10", "f2")
        await hands.type("2")
        assert "Counted so far: Rp 200.000" in hands.text
        await hands.type("x")
        assert "Counted so far: not known" in hands.text
        assert "200.000" not in hands.text
        await hands.press("backspace")
        assert "Counted so far: Rp 200.000" in hands.text


async def test_closing_over_something_with_the_wrong_sum_asks_for_two_reasons(
    till: Till, clock: HandClock
) -> None:
    till.staff = staff_members()[1]
    async with counter(till) as hands:
        await sell(hands, TEH)
        print_all(till, clock)
        await hands.scan(INDOMIE)
        await hands.press("f10", "f12", "1", "f12")
        assert "Why closed anyway" in hands.text
        await hands.press("down")
        await hands.type("fire alarm")
        await hands.press("enter", "enter")
        assert "Rp 6.000 short" in hands.text
        await hands.type("stolen")
        await hands.press("enter")
        assert hands.up == "ReportScreen"
        await hands.press("pagedown", "pagedown", "pagedown")
        assert "fire alarm" in hands.text
        assert "stolen" in hands.text


async def test_the_help_is_read_whole_at_80_columns(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f1")
        text = " ".join(hands.text.replace("│", " ").split())
        assert "with what is typed as its note; if empty, take one up" in text


@pytest.mark.parametrize("language", ["en", "id", "ms"])
async def test_the_sign_in_hint_is_not_cut_at_80_columns(till: Till, language: str) -> None:
    speak(language)
    till.staff = None
    async with counter(till) as hands:
        assert "…" not in hands.text


async def test_a_long_cause_in_the_list_is_read_whole(till: Till) -> None:
    fill(till.store.folder, f"exceptions/{STORE}", ("7", exception_case(7, LONGEST)))
    till.staff = staff_members()[1]
    async with counter(till) as hands:
        await hands.press("ctrl+x")
        assert any("…" in row for row in hands.text.splitlines())
        assert kind_of(LONGEST).sentence in " ".join(hands.text.split())


def test_plain_help_names_all_that_is_about_baskets(till: Till) -> None:
    assert "baskets, take-basket N" in say(till, "help")


async def test_goods_without_a_receipt_are_damaged_by_a_key_that_types_nothing(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f9", "f9")
        assert "Damaged" not in footer(hands)
        await hands.scan(TEH)
        assert "F3 Damaged" in footer(hands)
        await hands.press("f3")
        assert "Damaged." in hands.text
        await hands.press("f3")
        assert "Damaged." not in hands.text


async def test_an_unverified_payment_is_called_so_whole_at_80_columns(till: Till) -> None:
    set_up(till)
    async with counter(till) as hands:
        await hands.scan(TEH)
        await hands.press("f12", "q")
        await hands.type("AB12345")
        await hands.press("enter")
        assert "unverified" in hands.text
        assert "…" not in hands.text


@pytest.mark.parametrize("language", ["en", "id", "ms"])
async def test_the_drawers_keys_stand_whole_on_their_lines(till: Till, language: str) -> None:
    speak(language)
    async with counter(till) as hands:
        await hands.press("f10")
        for command in DrawerScreen.CASH_KEYS:
            assert f"{key_name(command.key)} {_(command.label)}" in hands.text


async def test_a_name_that_is_too_long_keeps_the_size_at_its_end(till: Till) -> None:
    coffee = msgspec.structs.replace(KOPI_PRODUCT, name="Kopi Kapal Api Bubuk Spesial Mix 200 g")
    fill(till.store.folder, "catalogue", ("product:p-kopi", coffee))
    async with counter(till, SMALL) as hands:
        await hands.scan(KOPI)
        row = next(line for line in hands.text.splitlines() if "Kopi" in line)
        assert row.startswith("│▸ 1 Kopi Kapal Ap… 200 g 1 × "), row


@pytest.mark.parametrize(
    ("name", "cut"),
    [
        ("Teh 65 g", "Teh 65 g             "),
        ("Kopi Kapal Api Mix 10 sachet 240 g", "Kopi Kapal Api… 240 g"),
        ("Telur Ayam Negeri Besar", "Telur Ayam Negeri Be…"),
        ("Air 12345678901234567890", "Air 1234567890123456…"),
    ],
)
def test_what_is_cut_of_a_name_stands_before_its_size(name: str, cut: str) -> None:
    assert fit_sized(name, 21) == cut
