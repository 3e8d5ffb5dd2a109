"""Gift receipts from the change, from the list of receipts and in plain words; the journal keeps each."""

import msgspec

from omnipos.domain.paper import GiftReceiptPaper, PaperKind
from omnipos.events import PaperReprinted, decode_fact
from omnipos.services.till import Till
from omnipos.store import journal
from omnipos.store.printjobs import latest_job_states
from tests.ui.driving import counter
from tests.ui.plain_rig import INDOMIE, KOPI, TEH, say


def _kinds(till: Till) -> list[tuple[str, bool]]:
    states = till.store.call(lambda: latest_job_states(till.store.books, 20))
    return [(one.kind, one.copy) for one in reversed(states)]


def _kept(till: Till) -> list[tuple[str, str]]:
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    facts = [decode_fact(one.body) for one in events]
    return [(one.receipt_number, one.paper) for one in facts if isinstance(one, PaperReprinted)]


async def test_f6_prints_a_gift_receipt_from_the_change_and_from_the_list(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(INDOMIE)
        await hands.press("f12", "enter", "f6")
        assert "The gift receipt of S1-1-000001 is printed, without prices." in hands.text
        await hands.press("escape", "f7", "f6")
        await hands.press("enter", "f6")
        assert hands.up == "ReceiptScreen"
    gift, receipt = PaperKind.GIFT_RECEIPT.value, PaperKind.RECEIPT.value
    assert _kinds(till) == [(receipt, False), *[(gift, False)] * 3]
    assert _kept(till) == [("S1-1-000001", gift)] * 3


def _on_papers(till: Till) -> list[list[str]]:
    """The goods on each gift receipt, in order."""
    rows = till.store.call(
        lambda: till.store.books.execute(
            "SELECT payload FROM print_job WHERE kind = 'gift_receipt' ORDER BY job_id"
        ).fetchall()
    )
    papers = [msgspec.json.decode(payload, type=GiftReceiptPaper) for (payload,) in rows]
    return [[line.name for line in one.sale.lines] for one in papers]


async def test_of_several_goods_space_leaves_some_off(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(INDOMIE, TEH, KOPI)
        await hands.press("f12", "enter", "escape", "f7", "f6")
        assert "Gift receipt of S1-1-000001" in hands.text
        await hands.press("down", "space")
        assert "○ Teh Botol" in hands.text
        await hands.press("enter")
        assert "The gift receipt of S1-1-000001 is printed" in hands.text
    assert _on_papers(till) == [["Indomie Goreng 85 g", "Kopi Kapal Api 200 g"]]


def test_plain_words_name_the_lines_of_a_gift_receipt(till: Till) -> None:
    say(till, INDOMIE, TEH, KOPI, "pay cash")
    said = say(till, "gift-receipt S1-1-000001 9")
    assert said == "Line 9 of this receipt is no goods."
    assert "Type the numbers of the lines" in say(till, "gift-receipt S1-1-000001 tea")
    say(till, "gift-receipt S1-1-000001 3 1")
    assert _on_papers(till) == [["Indomie Goreng 85 g", "Kopi Kapal Api 200 g"]]


def test_plain_words_print_a_gift_receipt(till: Till) -> None:
    assert say(till, "gift-receipt") == "This till has no sale with that receipt number."
    said = say(till, INDOMIE, "pay cash", "gift-receipt S1-1-000001")
    assert said == "The gift receipt of S1-1-000001 is printed, without prices."
    assert _kept(till) == [("S1-1-000001", "gift_receipt")]
