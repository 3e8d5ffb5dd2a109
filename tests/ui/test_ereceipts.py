"""E-receipts at the counter and in plain words: saved in the till's folder, kept in the journal."""

from pathlib import Path

from omnipos.cli.opening import EReceiptFiles
from omnipos.events import PaperReprinted, decode_fact
from omnipos.services.till import Till
from omnipos.store import journal
from tests.ui.driving import counter
from tests.ui.plain_rig import INDOMIE, say, tell


def _files(till: Till) -> list[str]:
    return sorted(one.name for one in (till.store.folder / "receipts").iterdir())


async def test_f5_saves_the_chosen_receipt(till: Till) -> None:
    till.ereceipts = EReceiptFiles(till.store.folder)
    say(till, INDOMIE, "pay cash")
    async with counter(till) as hands:
        await hands.press("f7", "f5")
        assert "Saved in" in hands.text
        await hands.press("enter", "f5")
        assert "Saved in" in hands.text
    assert _files(till) == ["receipt-S1-1-000001.html", "receipt-S1-1-000001.pdf"]
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    facts = [decode_fact(one.body) for one in events]
    kept = [one for one in facts if isinstance(one, PaperReprinted)]
    assert [(one.receipt_number, one.paper) for one in kept] == [("S1-1-000001", "e_receipt")] * 2


def test_plain_words_save_one(till: Till) -> None:
    till.ereceipts = EReceiptFiles(till.store.folder)
    assert say(till, "e-receipt") == "This till has no sale with that receipt number."
    told = tell(till, INDOMIE, "pay cash", "e-receipt S1-1-000001")
    assert [Path(one).name for one in told["files"]] == _files(till)


def test_a_folder_that_cannot_be_written_is_told(till: Till) -> None:
    till.ereceipts = EReceiptFiles(till.store.folder)
    (till.store.folder / "receipts").write_text("in the way")
    said = say(till, INDOMIE, "pay cash", "e-receipt")
    assert said.startswith("The e-receipt could not be saved:")
    assert said.endswith("The sale is safe; try again.")
