"""The papers of the drawer: what a Z says, a slip of cash paid out, and what opens the drawer."""

from pathlib import Path

import msgspec

from omnipos.domain.drawer import CashMove, Pieces
from omnipos.domain.paper import CashMovePaper, DrawerPaper, ShiftPaper, print_job
from omnipos.domain.shift import (
    DrawerSums,
    ForeignCash,
    ForeignCount,
    Obstacle,
    ObstacleKind,
    ShiftReport,
    Takings,
    TakingsByKind,
)
from omnipos.domain.staff import Approval
from printing.composing import JobComposer, document_of
from printing.document import as_text
from printing.folder import FolderLink
from tests.rigs import NOON_MS, SHOP

Z = ShiftReport(
    shift="1",
    store_id=SHOP.store_id,
    till_number=2,
    currency="IDR",
    business_date="2026-11-21",
    began_at_ms=NOON_MS,
    until_ms=NOON_MS + 3_600_000,
    takings=Takings(
        sales=2,
        total_minor=19_000,
        tax_minor=1883,
        change_minor=1000,
        first_receipt="S1-2-000001",
        last_receipt="S1-2-000002",
        tenders=(TakingsByKind(kind="cash", count=2, amount_minor=20_000),),
    ),
    drawer=DrawerSums(
        float_minor=100_000,
        taken_minor=20_000,
        change_minor=1000,
        paid_out_minor=9000,
        expected_minor=110_000,
    ),
    number="S1-2-Z0017",
    count=17,
    closed_by="s-sari",
    counted=(Pieces(worth_minor=100_000, count=1),),
    counted_minor=100_000,
    difference_minor=-10_000,
    left_minor=50_000,
    over_short=Approval(staff_id="s-budi", reason="wrong change"),
    forced=Approval(staff_id="s-budi", reason="wrong change"),
    obstacles=(Obstacle(kind=ObstacleKind.BASKET, subject="4"),),
)


def printed(paper: ShiftPaper | CashMovePaper | DrawerPaper, *, copy: bool = False) -> str:
    """A paper as read at 32 columns."""
    return as_text(document_of(print_job("1", paper, copy=copy)), 32)


def test_a_z_on_paper_says_all_of_the_shift() -> None:
    paper = ShiftPaper(report=Z, shop=SHOP, names={"s-sari": "Sari", "s-budi": "Budi"}, printed_at_ms=NOON_MS)
    text = printed(paper)
    for line in (
        "Z report S1-2-Z0017",
        "Business date         2026-11-21",
        "From            2026-11-21 17:00",
        "Closed by                   Sari",
        "Total                  Rp 19.000",
        "Cash ×2                Rp 20.000",
        "Float                 Rp 100.000",
        "Paid out               −Rp 9.000".replace("−", "-"),
        "1 × Rp 100.000        Rp 100.000",
        "Short                 -Rp 10.000",
        "Stays in the drawer    Rp 50.000",
        "Forced by                   Budi",
    ):
        assert line in text, text
    assert "Basket 4 is not finished." in text
    assert "COPY" in printed(paper, copy=True)


def test_a_slip_of_cash_opens_the_drawer_once() -> None:
    slip = CashMovePaper(
        move=CashMove.PAID_OUT,
        amount_minor=20_000,
        reason="ice",
        shop=SHOP,
        till_number=2,
        shift="1",
        staff_name="Sari",
        approved_by="Budi",
        at_ms=NOON_MS,
    )
    text = printed(slip)
    assert text.startswith("[drawer]\n")
    for line in ("Sum                    Rp 20.000", "ice", "Allowed by                  Budi"):
        assert line in text
    assert "[drawer]" not in printed(slip, copy=True)


def test_opening_the_drawer_is_no_paper_and_a_folder_takes_it_too(tmp_path: Path) -> None:
    assert printed(DrawerPaper(staff_id="s-sari", reason="[drawer] change")) == "[drawer]"
    job = print_job("1", DrawerPaper(staff_id="s-sari", reason="change"))
    name, composed = JobComposer(32, "cp437")(job)
    FolderLink(tmp_path, 32).send(composed, name, lambda: None)
    assert [one.suffix for one in sorted(tmp_path.iterdir())] == [".escpos", ".png"]


def test_a_z_on_paper_says_what_was_counted_in_each_other_currency() -> None:
    dollars = ForeignCash(currency="USD", amount_minor=1500, worth_minor=240_000, float_minor=500)
    counted = ForeignCount(
        currency="USD",
        expected_minor=2000,
        counted=(Pieces(worth_minor=1000, count=1), Pieces(worth_minor=500, count=1)),
        counted_minor=1500,
        difference_minor=-500,
        left_minor=0,
        rate_minor=16_000,
    )
    report = msgspec.structs.replace(
        Z, drawer=msgspec.structs.replace(Z.drawer, foreign=(dollars,)), foreign_counted=(counted,)
    )
    text = printed(ShiftPaper(report=report, shop=SHOP, names={}, printed_at_ms=NOON_MS))
    own, _heading, foreign = text.partition("COUNTED IN USD")
    assert "and in USD                $20.00\n  of it from before        $5.00\n" in own
    for line in (
        "1 × $10.00                $10.00",
        "1 × $5.00                  $5.00",
        "Counted                   $15.00",
        "Short                     -$5.00",
        "Stays in the drawer        $0.00",
        "Taken out of it           $15.00",
    ):
        assert line in foreign, foreign
    assert "Difference allowed by" in foreign
    assert "USD" not in printed(ShiftPaper(report=Z, shop=SHOP, names={}, printed_at_ms=NOON_MS))
