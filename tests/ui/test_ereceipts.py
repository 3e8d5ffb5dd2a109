"""E-receipts at the counter and in plain words: saved in the till's folder, kept in the journal."""

from functools import partial
from pathlib import Path

from omnipos.cli.opening import EReceiptFiles
from omnipos.events import PaperReprinted, PersonalCard, ReceiptSendAsked, decode_fact
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
        await hands.press("f7", "f5", "enter")
        assert "Saved in" in hands.text
        await hands.press("escape", "enter", "f5", "enter")
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


def _asked(till: Till) -> list[tuple[ReceiptSendAsked, PersonalCard]]:
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    found = []
    for event in events:
        fact = decode_fact(event.body)
        if isinstance(fact, ReceiptSendAsked):
            kept = till.store.call(partial(journal.personal_of, till.store.books, event.header))
            found.append((fact, kept[fact.personal_id]))
            assert b"ani@" not in event.body
            assert b"+62" not in event.body
    return found


async def test_an_address_typed_has_the_hub_send_it(till: Till) -> None:
    say(till, INDOMIE, "pay cash")
    async with counter(till) as hands:
        await hands.press("f7", "f5")
        await hands.type("ani@mail")
        await hands.press("enter")
        assert "is no e-mail address" in hands.text
        await hands.type(".example")
        await hands.press("enter")
        assert "The hub sends it to ani@mail.example." in hands.text
    ((fact, card),) = _asked(till)
    assert (fact.receipt_number, fact.send_by.value) == ("S1-1-000001", "email")
    assert (card.email, card.phone) == ("ani@mail.example", "")


def test_plain_words_have_it_sent_to_a_phone(till: Till) -> None:
    said = say(till, INDOMIE, "pay cash", "e-receipt to 0812 3456 7890")
    assert said == "The hub sends it to +6281234567890."
    assert say(till, "e-receipt S1-1-000001 to ani@mail.example") == "The hub sends it to ani@mail.example."
    assert say(till, "e-receipt to ani.mail.example") == "“ani.mail.example” is no e-mail address."
    assert [(fact.send_by.value, card.phone) for fact, card in _asked(till)] == [
        ("phone", "+6281234567890"),
        ("email", ""),
    ]
