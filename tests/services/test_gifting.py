"""Gift cards sold and topped up: untaxed, not discounted, printed when new; a card scanned is found."""

from pathlib import Path

import msgspec
import pytest

from omnipos.domain import discounting as rules
from omnipos.domain.account import is_own_code
from omnipos.domain.catalogue import Item
from omnipos.domain.errors import BasketRefused, EntryRefused, TenderRefused
from omnipos.domain.paper import GiftCardPaper, Paper, ReceiptPaper, print_job
from omnipos.services import balances, discounting, finding, gifting, selling, tendering
from omnipos.services.approving import Word
from omnipos.services.finding import GiftCardOffer
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from printing.composing import document_of
from printing.document import as_text
from tests.rigs import INDOMIE, TEH, selling_till, staff_members
from tests.services.test_balances import CARD, card, tell


@pytest.fixture
def till(tmp_path: Path) -> Till:
    """A till with the hub at hand."""
    return selling_till(tmp_path)


def papers(till: Till, after: int = 0) -> list[Paper]:
    """Return what is to be printed behind the first papers."""
    rows = till.call(
        lambda own: own.store.books.execute("SELECT payload FROM print_job ORDER BY job_id").fetchall()
    )
    return [msgspec.json.decode(payload, type=Paper) for (payload,) in rows[after:]]


def test_a_gift_card_is_untaxed_beside_taxed_goods_and_no_discount_touches_it(till: Till) -> None:
    till.call(selling.ring, [(Item(product=INDOMIE), 1000)])
    till.call(gifting.sell_card, 10_000, CARD)
    till.staff = staff_members()[1]
    view = till.call(discounting.discount_basket, rules.parse_off("10%", "IDR"), "birthday", Word())
    assert view.totals.total_minor == 13_150
    assert [(tax.code, tax.base_minor + tax.tax_minor) for tax in view.totals.taxes] == [("PPN", 3150)]
    assert view.totals.line_taxes[1] == 0
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    assert [(line.gift_card, line.tax_minor, line.net_minor) for line in sale.lines[1:]] == [
        (CARD, 0, 10_000)
    ]
    assert till.call(lambda own: verify(own.store.books)).findings == ()
    assert till.call(balances.card_standing, CARD).balance_minor == 10_000


def test_a_sum_of_nothing_a_card_twice_and_a_products_code_are_refused(till: Till) -> None:
    with pytest.raises(EntryRefused, match="Type a sum above nothing"):
        till.call(gifting.sell_card, 0, CARD)
    with pytest.raises(TenderRefused, match="A product has this code"):
        till.call(gifting.sell_card, 1000, TEH.barcodes[0].code)
    with pytest.raises(TenderRefused, match="looks like a bank card's number"):
        till.call(gifting.sell_card, 1000, "4111 1111 1111 1111")
    with pytest.raises(TenderRefused, match="That is no gift card's code"):
        till.call(gifting.sell_card, 1000, "9900000000000011")
    till.call(gifting.sell_card, 1000, CARD)
    with pytest.raises(BasketRefused, match="in the basket already"):
        till.call(gifting.sell_card, 1000, CARD)
    tell(till, card(5, blocked=True, account_id="SHOP123"))
    with pytest.raises(TenderRefused, match="blocked by the owner"):
        till.call(gifting.sell_card, 1000, "shop-123")


def test_a_known_card_may_have_a_number_that_looks_like_a_banks(till: Till) -> None:
    tell(till, card(5000, account_id="6006491234567896"))
    till.call(gifting.sell_card, 1000, "6006491234567896")
    assert till.call(tendering.pay_cash).sale is not None


def test_scanning_a_card_that_the_shop_knows_offers_it_and_no_other(till: Till) -> None:
    tell(till, card(5000))
    assert till.call(finding.scanned, CARD) == GiftCardOffer(code=CARD, balance_minor=5000)
    assert till.call(finding.scanned, TEH.barcodes[0].code) != GiftCardOffer(code=CARD, balance_minor=5000)


def test_a_new_card_is_printed_once_with_its_code_and_the_receipt_hides_it(till: Till) -> None:
    till.call(gifting.sell_card, 25_000)
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    code = sale.lines[0].gift_card
    assert is_own_code(code)
    receipt, slip = papers(till)
    assert isinstance(receipt, ReceiptPaper)
    assert isinstance(slip, GiftCardPaper)
    assert (slip.code, slip.amount_minor) == (code, 25_000)
    assert [(one.account_id, one.balance_minor) for one in receipt.balances] == [(code, 25_000)]
    assert code not in as_text(document_of(print_job("1", receipt)), 48)
    assert f"[barcode {code}]" in as_text(document_of(print_job("2", slip)), 48)
    till.call(gifting.sell_card, 5000, code)
    till.call(tendering.pay_cash)
    (again,) = papers(till, 2)
    assert isinstance(again, ReceiptPaper)
    assert [one.balance_minor for one in again.balances] == [30_000]


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE account_move SET amount_minor = 1", "moved other balances than the books show"),
        (
            "INSERT INTO account_move VALUES ('gift_card', 'GUESSED1', 'IDR', 1, 99, 'line-1', 5)",
            "The table account_move has 2 rows where the journal has 1.",
        ),
    ],
)
def test_money_put_on_a_card_beside_the_journal_is_found(till: Till, statement: str, finding: str) -> None:
    till.call(gifting.sell_card, 1000, CARD)
    till.call(tendering.pay_cash)
    till.call(lambda own: own.store.books.execute(statement))
    (found,) = till.call(lambda own: verify(own.store.books)).findings
    assert finding in found
