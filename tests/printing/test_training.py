"""Whatever is printed in training says so at both ends, and no drawer opens for it."""

import pytest

from omnipos.domain.paper import GiftReceiptPaper, Paper, print_job
from printing.composing import JobComposer
from printing.document import Cut, Document, DrawerKick, Text, as_text
from printing.heading import of_training
from tests.printing.papers import TOKO, bag_slip_paper, hand_over_paper, toko_receipt

PAPERS: list[Paper] = [
    toko_receipt(),
    bag_slip_paper(),
    hand_over_paper(),
    GiftReceiptPaper(sale=toko_receipt().sale, shop=TOKO),
]


@pytest.mark.parametrize("columns", [32, 48])
@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: type(paper).__name__)
def test_every_paper_of_training_says_so(paper: Paper, columns: int) -> None:
    job = print_job("1", paper)
    name, composed = JobComposer(columns, "cp437", training=True)(job)
    assert name.startswith("training-")
    assert composed.count(b"*** TRAINING ***") == 2
    assert b"TRAINING" not in JobComposer(columns, "cp437")(job)[1]


def test_no_drawer_opens_and_the_mark_stands_at_both_ends() -> None:
    document = of_training(Document("x", (DrawerKick(), Text("goods"), Cut(), Cut())))
    assert not any(isinstance(one, DrawerKick) for one in document.elements)
    rows = [row.strip() for row in as_text(document, 48).splitlines() if row.strip()]
    assert rows == [
        "*** TRAINING ***",
        "For practice only. Nothing was sold or paid.",
        "goods",
        "*** TRAINING ***",
        "For practice only. Nothing was sold or paid.",
        "[cut]",
    ]
