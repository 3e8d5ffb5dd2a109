"""docs/taxes.md: every example in it is what the till comes to, its file is read, its commands are there."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from omnipos.cli.rowfiles import Good, open_rows
from omnipos.cli.taxes import TAXES
from omnipos.cli.taxrows import tax_rows
from omnipos.domain.basket import Exemption, Line
from omnipos.domain.money import currency
from omnipos.domain.pricing import Terms, price_lines
from omnipos.domain.shop import COUNTRIES
from omnipos.domain.tax import TaxRounding

DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "taxes.md").read_text()
SECTION = re.compile(r"^## [^\n]+ \(([A-Z]{2})\)$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(
    r"^\| ([^|]+) \| (usual|by line|not registered|exempt customer) \| (\S+) \| (\S+) \|$", re.MULTILINE
)
EXAMPLES = [(country, *row) for country, text in SECTION.findall(DOCUMENT) for row in ROW.findall(text)]


def minor(text: str, country: str) -> int:
    """Read a sum of the document, a point before the decimals."""
    whole, _point, rest = text.partition(".")
    decimals = currency(COUNTRIES[country].currency).decimals
    assert len(rest) == (decimals if rest else 0)
    return int(whole + rest.ljust(decimals, "0"))


def test_every_country_has_examples() -> None:
    assert {country for country, *_row in EXAMPLES} == set(COUNTRIES)
    assert len(EXAMPLES) == sum(text.count("\n|") - 2 for _country, text in SECTION.findall(DOCUMENT))


@pytest.mark.parametrize(("country", "sold", "how", "tax", "total"), EXAMPLES)
def test_an_example_is_what_the_till_comes_to(
    country: str, sold: str, how: str, tax: str, total: str
) -> None:
    goods = [one.strip().split(" ") for one in sold.split(",")]
    lines = [
        Line(
            line_id=number, product_id="p", sku="s", name="n", quantity_milli=1000,
            unit_price_minor=minor(price, country), tax_code=code,
        )
        for number, (code, price) in enumerate(goods, start=1)
    ]  # fmt: skip
    terms = Terms(
        taxes={one.code: one for one in TAXES[country]},
        rounding=TaxRounding.LINE if how == "by line" else COUNTRIES[country].tax_rounding,
        registered=how != "not registered",
    )
    exemption = Exemption(reason="Diplomat") if how == "exempt customer" else None
    totals = price_lines(lines, terms, None, exemption)
    assert (totals.tax_minor, totals.total_minor) == (minor(tax, country), minor(total, country))


def test_the_file_of_taxes_is_read_whole(tmp_path: Path) -> None:
    found = re.search(r"```csv\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found is not None
    (tmp_path / "taxes.csv").write_text(found[1])
    with open_rows(tmp_path / "taxes.csv") as file:
        rows = tax_rows(file, ZoneInfo("Asia/Jakarta"))
    wishes = {row.wish.code: row.wish for row in rows if isinstance(row, Good)}
    assert sorted(wishes) == ["BEBAS", "COUNTY", "GST", "PPN", "QC", "QST", "STATE", "WA"]
    assert len(rows) == len(wishes), "no row is bad"
    assert [one.rate_ppm for one in wishes["PPN"].later_rates] == [110_000]
    assert (wishes["QC"].parts, wishes["QST"].compound) == (("GST", "QST"), True)


def test_the_commands_of_the_document_are_there() -> None:
    from omnipos.cli.hub_commands import hub
    from omnipos.cli.importing import importing

    named = re.findall(r"`omnipos (hub|import) ([a-z-]+)", DOCUMENT)
    assert len(named) == 6
    for group, command in named:
        assert command in (hub if group == "hub" else importing).commands
