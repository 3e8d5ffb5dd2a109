"""No setting of a shop refuses returns where the law forbids it."""

import pytest

from omnipos.domain.consumerlaw import check_footer, check_return_rules, refuses_returns
from omnipos.domain.errors import EntryRefused
from omnipos.domain.shop import ReturnRules


@pytest.mark.parametrize(
    "text",
    [
        "Barang yang sudah dibeli tidak dapat ditukar atau dikembalikan",
        "BARANG YANG TELAH DIBELI TIDAK BISA DIKEMBALIKAN!",
        "tidak menerima retur",
        "Terima kasih\nbarang tak boleh ditukar",
        "No refund",
        "No returns, no exchanges.",
        "Goods sold are not returnable",
        "Items cannot be exchanged",
        "Non-refundable",
        "All sales are final",
    ],
)
def test_a_footer_that_refuses_all_returns_is_refused_in_indonesia(text: str) -> None:
    assert refuses_returns(text)
    with pytest.raises(EntryRefused, match="UU 8/1999"):
        check_footer(text, "ID")
    assert check_footer(text, "MY") == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Terima kasih, sampai jumpa lagi",
        "Barang dapat ditukar dalam 7 hari.",
        "Returns within 14 days with this receipt",
        "Simpan struk ini untuk menukar barang",
        "Tidak ada biaya tersembunyi",
    ],
)
def test_other_footers_stay(text: str) -> None:
    assert check_footer(text, "ID") == text


@pytest.mark.parametrize(
    "rules",
    [
        ReturnRules(window_days=-1),
        ReturnRules(lowest_days=99_999),
        ReturnRules(reasons=("",)),
        ReturnRules(reasons=("x",) * 10),
    ],
)
def test_return_rules_that_make_no_sense_are_refused(rules: ReturnRules) -> None:
    with pytest.raises(EntryRefused):
        check_return_rules(rules)
