"""Buyers' tax data at the hub: listed with their sales for the owner alone, exported by day."""

import contextlib
import csv
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest
from click.testing import CliRunner

from omnipos.cli import main, tax_invoices
from omnipos.events import BuyerGiven, PersonalCard
from tests.hub.journals import AT_MS, Journal
from tests.hub.rig import APPLIED, A, HubRig, outcomes

CARD = PersonalCard(
    name="=PT Maju",
    phone="",
    email="a@b.co",
    address="Jl. Melati 5",
    tax_kind="npwp",
    tax_number="0012345678901000",
)


def _sell(journal: Journal, card: PersonalCard | None = CARD) -> str:
    sale = journal.sell((A, 3, 3500))
    fact = BuyerGiven(
        sale_id=sale.sale_id, receipt_number=sale.receipt_number, personal_id=f"p-{sale.sale_id}"
    )
    journal.append(fact, personal={fact.personal_id: card} if card else {})
    return sale.receipt_number


def test_the_owner_alone_sees_who_asked_for_a_tax_invoice(rig: HubRig) -> None:
    journal = rig.journal()
    number = _sell(journal)
    journal.sell((A, 1, 3500))
    _sell(journal, None)
    assert set(outcomes(rig.push(*journal.envelopes))) == {APPLIED}
    found = rig.ask("GET", "/v1/tax-invoices")
    assert found["next"] == 0
    (one,) = found["invoices"]
    assert (one["sale"]["receipt_number"], one["shop"]["code"]) == (number, "S1")
    assert {name: one[f"buyer_{name}"] for name in ("kind", "tax_number", "name", "address", "email")} == {
        "kind": "npwp",
        "tax_number": "0012345678901000",
        "name": "=PT Maju",
        "address": "Jl. Melati 5",
        "email": "a@b.co",
    }
    assert rig.refused("GET", "/v1/tax-invoices", key=rig.token_of(rig.till))[0] == 403
    assert rig.ask("GET", f"/v1/tax-invoices?from_ms={AT_MS + 10}")["invoices"] == []
    assert rig.refused("GET", "/v1/tax-invoices?store=NONE")[0] >= 400


def test_pages_go_on_to_the_end_and_the_same_again_changes_nothing(rig: HubRig) -> None:
    journal = rig.journal()
    numbers = [_sell(journal) for _time in range(5)]
    rig.push(*journal.envelopes)
    rig.push(*journal.envelopes)
    seen, skip = [], 0
    while True:
        page = rig.ask("GET", f"/v1/tax-invoices?limit=2&skip={skip}")
        seen += [one["sale"]["receipt_number"] for one in page["invoices"]]
        skip = page["next"]
        if not skip:
            break
    assert seen == numbers


def test_events_the_owner_can_read_hold_no_tax_data(rig: HubRig) -> None:
    journal = rig.journal()
    _sell(journal)
    rig.push(*journal.envelopes)
    assert "0012345678901000" not in json.dumps(rig.ask("GET", "/v1/events"))


class _Line:
    """The owner's line to the rig's hub."""

    def __init__(self, rig: HubRig) -> None:
        self._rig = rig

    def get(self, path: str, answer: type[object], **query: str | int) -> object:
        return msgspec.convert(self._rig.ask("GET", f"{path}?{urlencode(query)}"), answer)


def _export(
    rig: HubRig, monkeypatch: pytest.MonkeyPatch, file: Path, first: str, last: str, *more: str
) -> str:
    @contextlib.contextmanager
    def line(_address: str, _key_file: Path) -> Iterator[_Line]:
        yield _Line(rig)

    monkeypatch.setattr(tax_invoices, "owner_line", line)
    words = [
        "export",
        "tax-invoices",
        str(file),
        "--from",
        first,
        "--to",
        last,
        "--hub",
        "http://127.0.0.1:1",
    ]
    done = CliRunner().invoke(main, [*words, *more])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_file_of_a_day_has_a_row_a_line_and_no_formula(
    rig: HubRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = rig.journal()
    number = _sell(journal)
    rig.push(*journal.envelopes)
    file = tmp_path / "out.csv"
    said = _export(rig, monkeypatch, file, "2026-11-21", "2026-11-21")
    assert said == (f"1 sale is in {file}. It is no tax invoice until the tax office has validated it.\n")
    (row,) = csv.DictReader(file.read_text().splitlines())
    assert row == {
        "store": "S1",
        "receipt_number": number,
        "date": "2026-11-21",
        "time": "17:00:00",
        "seller_tax_number": "",
        "seller_name": "Toko Sinar",
        "buyer_id_type": "NPWP",
        "buyer_tax_number": "0012345678901000",
        "buyer_name": "'=PT Maju",
        "buyer_address": "Jl. Melati 5",
        "buyer_email": "a@b.co",
        "currency": "IDR",
        "line": "1",
        "item_code": A,
        "description": A,
        "unit": "pcs",
        "quantity": "3",
        "unit_price": "3500",
        "discount": "0",
        "amount": "10500",
        "tax_code": "PPN",
        "tax_rate_percent": "12",
        "tax_base": "9459",
        "taxable_base": "8671",
        "tax": "1041",
        "receipt_total": "10500",
    }
    _export(rig, monkeypatch, file, "2026-11-22", "2026-11-30")
    assert list(csv.DictReader(file.read_text().splitlines())) == []
    _export(rig, monkeypatch, file, "2026-11-01", "2026-11-30", "--json")
    (one,) = json.loads(file.read_text())
    assert one["sale"]["taxes"][0]["tax_minor"] == 1041


@pytest.mark.parametrize(
    ("count", "digits", "written"),
    [(1234, 2, "12.34"), (1200, 2, "12"), (-5, 2, "-0.05"), (482, 3, "0.482"), (3500, 0, "3500")],
)
def test_sums_are_plain_numbers(count: int, digits: int, written: str) -> None:
    assert tax_invoices._decimal(count, digits) == written
