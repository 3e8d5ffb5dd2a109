"""The buyer's tax data: on the basket, on paper with the notice, in the personal records only."""

import pytest

from omnipos.domain.paper import ReceiptPaper, paper_of
from omnipos.events import BuyerGiven, decode_fact
from omnipos.services import reprinting
from omnipos.services.till import Till
from omnipos.store import customers, journal
from omnipos.store.connection import open_mirror, transaction
from omnipos.store.printjobs import StoredJobs
from printing.document import as_text
from printing.receipt import receipt
from tests.ui.driving import LARGE, SMALL, counter
from tests.ui.plain_rig import INDOMIE, say

SAID = "buyer nik 3171234567890001, Ani Wati, Jl. Melati 5, Jakarta, ani@mail.example"


def _paper(till: Till) -> list[str]:
    job = StoredJobs(till.store).next_job()
    assert job is not None
    StoredJobs(till.store).done(job.job_id)
    paper = paper_of(job)
    assert isinstance(paper, ReceiptPaper)
    return [row.strip() for row in as_text(receipt(paper, copy=job.copy), 32).splitlines()]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_form_comes_up_while_paying_too_and_the_paper_says_that_it_is_no_tax_invoice(
    till: Till, size: tuple[int, int]
) -> None:
    async with counter(till, size) as hands:
        await hands.press("ctrl+d")
        assert "Scan something first." in hands.text
        await hands.scan(INDOMIE)
        await hands.press("f12", "ctrl+d")
        assert hands.up == "BuyerScreen"
        assert "NPWP / NIK" in hands.text
        for text in ("", "12", "PT Maju", "Jl. Melati 5"):
            await hands.type(text)
            await hands.press("enter")
        await hands.press("enter")
        assert "An NPWP has 15 or 16 digits." in hands.text
        await hands.press("up", "up", "up", "ctrl+u")
        await hands.type("0012345678901000")
        await hands.press("enter", "enter", "enter", "enter")
        assert hands.pays
        await hands.press("enter")
    rows = _paper(till)
    assert rows[rows.index("NPWP            0012345678901000") + 1] == "Jl. Melati 5"
    assert "This is no tax invoice. The tax" in rows


def test_tax_data_stand_outside_of_the_chain_and_on_a_copy_too(till: Till) -> None:
    assert say(till, "buyer").startswith("Type buyer, the tax number,")
    said = say(till, INDOMIE, SAID)
    assert (
        said == "Buyer Ani Wati, NIK 3171234567890001. The receipt is no tax invoice until it is validated."
    )
    assert "Buyer Ani Wati." in say(till, "basket")
    say(till, "pay cash")
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    fact = decode_fact(events[-1].body)
    assert isinstance(fact, BuyerGiven)
    assert fact.receipt_number == "S1-1-000001"
    assert not any(b"3171234567890001" in one.body or b"Ani Wati" in one.body for one in events)
    card = till.store.call(lambda: journal.personal_of(till.store.books, events[-1].header))[fact.personal_id]
    assert (card.tax_kind, card.tax_number, card.name) == ("nik", "3171234567890001", "Ani Wati")
    assert (card.address, card.email) == ("Jl. Melati 5, Jakarta", "ani@mail.example")
    assert "NIK             3171234567890001" in _paper(till)
    till.call(reprinting.reprint)
    assert "NIK             3171234567890001" in _paper(till)


def test_who_is_forgotten_is_on_no_copy_any_more_and_the_chain_holds(till: Till) -> None:
    say(till, "081234567890", INDOMIE, SAID, "pay cash")
    mirror = open_mirror(till.store.folder)
    mirror.of("customers").execute("INSERT INTO erased VALUES ('c-sarah')")
    mirror.close()
    db = till.store.books

    def forget() -> None:
        with transaction(db):
            customers.forget_erased(db, -1)

    till.store.call(forget)
    _paper(till)
    till.call(reprinting.reprint)
    assert not any("3171234567890001" in row for row in _paper(till))
    say(till, INDOMIE, SAID, "buyer off", "pay cash")
    facts = [decode_fact(one.body) for one in till.store.call(lambda: list(journal.read_events(db)))]
    assert [type(one).__name__ for one in facts][-2:] == ["PaperReprinted", "SaleCompleted"]
