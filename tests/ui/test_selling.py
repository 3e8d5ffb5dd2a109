"""The sell screen: scans from anywhere, typing, offers, lines."""

from omnipos.services import selling
from omnipos.services.till import Till
from tests.rigs import QuietLine
from tests.ui.driving import counter

INDOMIE, TEH, KOPI = "8998866200578", "8996006855893", "8991002101425"


def quantities(till: Till) -> dict[str, int]:
    """Return the open basket as names and pieces."""
    lines = till.call(selling.current).basket.lines
    return {line.name: line.quantity_milli // 1000 for line in lines}


async def test_scans_become_lines_and_a_total(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(INDOMIE, TEH, INDOMIE)
        assert "2 × 3.500      7.000" in hands.text
        assert "TOTAL            Rp 13.000" in hands.text
    assert quantities(till) == {"Indomie Goreng 85 g": 2, "Teh Botol 450 ml": 1}


async def test_many_scans_at_once_are_as_many_units(till: Till) -> None:
    async with counter(till) as hands:
        for number in range(200):
            hands.scan_without_waiting(TEH if number % 4 == 0 else INDOMIE, gap_s=0.0)
        await hands.settle()
    assert quantities(till) == {"Indomie Goreng 85 g": 150, "Teh Botol 450 ml": 50}


async def test_quantity_typed_by_hand_before_a_scan(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("3*")
        await hands.scan(KOPI)
        assert "3*" not in hands.text
    assert quantities(till) == {"Kopi Kapal Api 200 g": 3}


async def test_scan_in_the_middle_of_typing_leaves_the_typing(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("ko")
        await hands.scan(INDOMIE)
        assert " ko▏" in hands.text
    assert quantities(till) == {"Indomie Goreng 85 g": 1}


async def test_paste_is_a_scan(till: Till) -> None:
    from textual import events

    async with counter(till) as hands:
        hands.app.post_message(events.Paste(f"{INDOMIE}\n{TEH}\n"))
        await hands.settle()
    assert quantities(till) == {"Indomie Goreng 85 g": 1, "Teh Botol 450 ml": 1}


async def test_scan_with_a_slow_start_takes_its_first_key_back(till: Till) -> None:
    async with counter(till) as hands:
        hands.strike("8", "8", 0.5)
        await hands.settle()
        assert " 8▏" in hands.text
        for character in INDOMIE[1:]:
            hands.strike(character, character, 0.004)
        hands.strike("enter", None, 0.004)
        await hands.settle()
        assert " 8▏" not in hands.text
    assert quantities(till) == {"Indomie Goreng 85 g": 1}


async def test_unknown_scan_stays_said_until_the_next_key(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan("4006381333931")
        assert "Nothing here answers to 4006381333931" in hands.text
        await hands.scan(INDOMIE)
        assert "Nothing here" not in hands.text


async def test_one_bad_scan_among_many_costs_only_itself(till: Till) -> None:
    async with counter(till) as hands:
        for code in (INDOMIE, "4006381333931", TEH):
            hands.scan_without_waiting(code, gap_s=0.0)
        await hands.settle()
        assert "Nothing here answers to 4006381333931" in hands.text
    assert quantities(till) == {"Indomie Goreng 85 g": 1, "Teh Botol 450 ml": 1}


async def test_typed_name_offers_and_enter_takes_the_first(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("kop")
        assert "Kopi Kapal Api 200 g" in hands.text
        await hands.press("enter")
        assert " kop▏" not in hands.text
    assert quantities(till) == {"Kopi Kapal Api 200 g": 1}


async def test_arrows_choose_an_offer(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("budi")
        await hands.press("down", "enter")
        assert "Budi Santosa" in hands.text
    assert till.call(selling.current).basket.customer_id == "c-budi"


async def test_eight_keys_a_second_are_never_a_scan(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("081234567890")
        await hands.press("enter")
        assert "Sarah Wijaya" in hands.text
    assert till.call(selling.current).basket.customer_id == "c-sarah"


async def test_arrows_in_an_empty_box_move_the_lines_and_void_takes_the_chosen(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(INDOMIE, TEH, KOPI)
        await hands.press("up", "f8")
        assert "Teh Botol 450 ml is out of the basket." in hands.text
    assert quantities(till) == {"Indomie Goreng 85 g": 1, "Kopi Kapal Api 200 g": 1}


async def test_number_alone_asks_what_was_meant(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("3")
        await hands.press("enter")
        assert "Did you mean 3 pieces?" in hands.text
        assert " 3▏" in hands.text


async def test_scan_then_pay_key_at_once_pays_what_was_scanned(till: Till) -> None:
    async with counter(till) as hands:
        hands.scan_without_waiting(INDOMIE, gap_s=0.0)
        hands.strike("f12", None, 0.0)
        hands.strike("enter", None, 0.0)
        await hands.settle()
        assert "Sale S1-1-000001 saved." in hands.text


async def test_a_key_without_meaning_says_where_it_works(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f3", "f5")
        assert "F5 (Qty) works on the sell screen." in hands.text


async def test_printer_trouble_and_waiting_show_in_the_first_line(till: Till, line: QuietLine) -> None:
    async with counter(till, size=(100, 24)) as hands:
        assert "● all at hub" in hands.text
        line.print_trouble = "Printer out of paper."
        await hands.scan(INDOMIE)
        await hands.press("f12", "enter")
        await hands.app.look_around()
        await hands.settle()
        assert "● 1 waiting since 17:00 · printer!" in hands.text
