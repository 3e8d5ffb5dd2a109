"""Taking goods back at one till: the sums of the receipt, the money the way it came, a manager if need be."""

import msgspec
import pytest

from omnipos.domain.catalogue import Answers, Item
from omnipos.domain.errors import (
    BasketRefused,
    ItemUnknown,
    NotAllowed,
    PaymentOpen,
    TenderRefused,
    WordNeeded,
)
from omnipos.domain.order import OrderState, Taker
from omnipos.domain.payment import Payment, PaymentAnswer, Said
from omnipos.domain.returning import Found
from omnipos.domain.sale import Sale
from omnipos.domain.tender import CardSlip, Tender, TenderKind, tender_words
from omnipos.services import collecting, paying, resolving, returning, selling, tendering
from omnipos.services.approving import Word
from omnipos.services.returning import Back
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from omnipos.store import books
from tests.goods import fill_goods
from tests.rigs import (
    APEL,
    INDOMIE,
    KOPI,
    NOON_MS,
    SARAH,
    SHOP,
    STORE,
    TEH,
    HandClock,
    fill,
    fill_offers,
    order,
)

BUDI_SAYS = Word("Budi", "9999")
SLIP = CardSlip(approval_code="123456", last_four="1234")


def sell(till: Till, *items: tuple[object, int], card: bool = False, customer: str = "") -> Sale:
    """Sell pieces of products and return the sale."""
    till.call(selling.ring, [(Item(product=one), pieces * 1000) for one, pieces in items])  # type: ignore[arg-type]
    if customer:
        till.call(selling.attach_customer, customer)
    paid = till.call(tendering.pay_card, None, SLIP) if card else till.call(tendering.pay_cash)
    assert paid.sale is not None
    return paid.sale


def found(till: Till, sale: Sale) -> Found:
    """Find a sale by its number while the hub is away."""
    return till.call(returning.find, None, sale.receipt_number.lower())[0]


def cash(amount: int) -> Tender:
    return Tender(kind=TenderKind.CASH, amount_minor=amount)


def test_goods_come_back_at_the_price_and_promotion_that_they_were_sold_at(till: Till) -> None:
    fill_offers(till.store.folder)
    sale = sell(till, (TEH, 2), (INDOMIE, 1))
    assert [line.net_minor for line in sale.lines] == [9000, 3500]
    dearer = msgspec.structs.replace(TEH, price_minor=9900)
    fill(till.store.folder, "catalogue", ("product:p-teh", dearer))
    view = till.call(returning.bring, found(till, sale), [Back(line_no=1, quantity_milli=1000)], "2")
    assert (view.totals.total_minor, view.due.cash_due_minor) == (-4500, -4500)
    back = view.basket.lines[0].returned
    assert back is not None
    assert (back.reason, back.amount_minor, back.savings[0].amount_minor) == ("Does not please", -6000, -1500)
    paid = till.call(returning.give_back, cash(-4500))
    assert paid.sale is not None
    assert (paid.sale.total_minor, paid.sale.credit_minor, paid.sale.tax_minor) == (-4500, 4500, -446)
    assert [line.left_milli for line in found(till, sale).lines] == [1000, 1000]
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


def test_an_exchange_nets_in_one_sale_and_an_even_one_needs_no_money(till: Till) -> None:
    sale = sell(till, (TEH, 2))
    till.call(selling.ring, [(Item(product=TEH), 2000)])
    till.call(returning.bring, found(till, sale), [Back(line_no=1, quantity_milli=2000)], "1")
    even = till.call(tendering.finish).sale
    assert even is not None
    assert (even.total_minor, even.tenders, even.tax_minor) == (0, (), 0)
    till.call(selling.ring, [(Item(product=KOPI), 1000)])
    view = till.call(returning.bring, found(till, even), [Back(line_no=1, quantity_milli=1000)], "1")
    assert view.due.cash_due_minor == 25_600 - 6000
    with pytest.raises(TenderRefused, match="still to be paid"):
        till.call(tendering.finish)
    paid = till.call(tendering.pay_cash).sale
    assert paid is not None
    assert paid.credit_minor == 6000


def test_damaged_goods_do_not_go_back_on_the_shelf(till: Till) -> None:
    sale = sell(till, (TEH, 2), (INDOMIE, 3))
    backs = [
        Back(line_no=1, quantity_milli=2000, damaged=True),
        Back(line_no=2, quantity_milli=1000),
    ]
    till.call(returning.bring, found(till, sale), backs, "3")
    till.call(returning.give_back, cash(-15_500))
    moved = till.store.call(
        lambda: till.store.books.execute(
            "SELECT product_id, quantity_milli, reason FROM stock_movement WHERE reason <> 'sale'"
            " ORDER BY seq, position"
        ).fetchall()
    )
    assert moved == [
        ("p-teh", 2000, "returned"), ("p-teh", -2000, "damaged"), ("p-indomie", 1000, "returned"),
    ]  # fmt: skip


def test_what_was_paid_by_card_goes_back_to_the_card_and_cash_for_it_asks_a_manager(till: Till) -> None:
    sale = sell(till, (KOPI, 1), card=True)
    till.call(returning.bring, found(till, sale), [Back(line_no=1, quantity_milli=1000)], "1")
    ways = till.call(returning.ways_back)
    assert [(one.kind.value, one.amount_minor) for one in ways] == [
        ("card", -25_600), ("cash", -25_600),
    ]  # fmt: skip
    with pytest.raises(NotAllowed):
        till.call(tendering.take, cash(-25_600))
    with pytest.raises(WordNeeded, match="says that it was paid in cash"):
        till.call(returning.give_back, cash(-25_600))
    with pytest.raises(TenderRefused, match="needs a customer"):
        till.call(returning.give_back, Tender(kind=TenderKind.STORE_CREDIT, amount_minor=-25_600))
    paid = till.call(returning.give_back, cash(-25_600), BUDI_SAYS)
    assert paid.sale is not None
    approval = paid.sale.tenders[0].approval
    assert approval is not None
    assert approval.staff_id == "s-budi"


def test_a_sale_too_long_ago_asks_a_manager_and_keeps_the_word(till: Till, clock: HandClock) -> None:
    sale = sell(till, (TEH, 1))
    clock.pass_ms(86_400_000 * 30)
    assert till.call(returning.late_words, found(till, sale)) == ""
    clock.pass_ms(86_400_000)
    with pytest.raises(WordNeeded, match="Sold 31 days ago; goods come back within 30 days"):
        till.call(returning.bring, found(till, sale), [Back(line_no=1, quantity_milli=1000)], "1")
    view = till.call(
        returning.bring, found(till, sale), [Back(line_no=1, quantity_milli=1000)], "1", BUDI_SAYS
    )
    back = view.basket.lines[0].returned
    assert back is not None
    assert back.approval is not None
    assert back.approval.staff_id == "s-budi"


def test_the_window_and_the_reasons_are_the_shops(till: Till) -> None:
    rules = msgspec.structs.replace(SHOP.returns, window_days=7, reasons=("Zu klein", "Kaputt"))
    fill(
        till.store.folder,
        "settings",
        (f"shop:{STORE}", msgspec.structs.replace(SHOP, returns=rules)),
    )
    assert till.call(returning.reasons) == ("Zu klein", "Kaputt")
    assert till.call(returning.reason_of, "2") == "Kaputt"


def test_without_a_receipt_the_lowest_recent_price_goes_back_as_store_credit(till: Till) -> None:
    fill_offers(till.store.folder)
    sell(till, (TEH, 2))
    item = Item(product=TEH)
    with pytest.raises(WordNeeded, match=r"at Rp 4\.500, the lowest recent price of this till only"):
        till.call(returning.bring_without_receipt, item, 1000, "4")
    view = till.call(returning.bring_without_receipt, item, 2000, "4", word=BUDI_SAYS)
    assert (view.totals.total_minor, view.totals.tax_minor) == (-9000, -892)
    till.call(selling.attach_customer, SARAH.customer_id)
    ways = till.call(returning.ways_back)
    assert [(one.kind.value, one.amount_minor, one.reference) for one in ways] == [
        ("store_credit", -9000, SARAH.customer_id), ("cash", -9000, ""),
    ]  # fmt: skip
    paid = till.call(returning.give_back, ways[0])
    assert paid.sale is not None
    assert paid.sale.credit_minor == 9000


def test_one_receipt_in_two_baskets_comes_back_once(till: Till) -> None:
    sale = sell(till, (TEH, 1))
    one = found(till, sale)
    till.call(returning.bring, one, [Back(line_no=1, quantity_milli=1000)], "1")
    till.call(selling.park)
    till.call(returning.bring, one, [Back(line_no=1, quantity_milli=1000)], "1")
    till.call(returning.give_back, cash(-6000))
    till.call(selling.recall)
    with pytest.raises(BasketRefused, match="came back in another basket meanwhile"):
        till.call(returning.give_back, cash(-6000))
    voided = till.call(selling.void_line, till.call(selling.current).basket.lines[0].line_id)
    assert voided.basket.refundable is None


def test_goods_of_two_receipts_come_back_in_one_basket_each_with_its_own_money(till: Till) -> None:
    by_cash, by_card = sell(till, (TEH, 2)), sell(till, (KOPI, 1), (TEH, 1), card=True)
    back = [Back(line_no=1, quantity_milli=1000)]
    till.call(returning.bring, found(till, by_cash), back, "1")
    till.call(returning.bring, found(till, by_card), back, "1")
    ways = till.call(returning.ways_back)
    assert [(one.kind.value, one.amount_minor) for one in ways] == [("card", -31_600), ("cash", -12_000)]
    till.call(returning.give_back, Tender(kind=TenderKind.CARD, amount_minor=-25_600, card=SLIP))
    with pytest.raises(TenderRefused):
        till.call(returning.give_back, cash(-6050))
    done = till.call(returning.give_back, cash(-6000)).sale
    assert done is not None
    assert (done.total_minor, done.credit_minor) == (-31_600, 31_600)
    assert [
        (one.sale_id, one.credit_minor, [t.amount_minor for t in one.tenders]) for one in done.credits
    ] == [
        (by_cash.sale_id, 6000, [-6000]),
        (by_card.sale_id, 25_600, [-25_600]),
    ]
    left = [found(till, sale).refundable for sale in (by_cash, by_card)]
    assert [(one.left_minor, [t.amount_minor for t in one.tenders]) for one in left] == [
        (6000, [6000]), (6000, [6000]),
    ]  # fmt: skip
    assert [[line.left_milli for line in found(till, one).lines] for one in (by_cash, by_card)] == [
        [1000], [0, 1000],
    ]  # fmt: skip
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


def test_things_of_two_receipts_are_exchanged_and_one_receipt_may_be_taken_out_again(till: Till) -> None:
    first, second = sell(till, (TEH, 2)), sell(till, (INDOMIE, 2))
    back = [Back(line_no=1, quantity_milli=2000)]
    till.call(returning.bring, found(till, first), back, "1")
    view = till.call(returning.bring, found(till, second), back, "1")
    assert [one.receipt_number for one in view.basket.refundables] == [
        first.receipt_number, second.receipt_number,
    ]  # fmt: skip
    view = till.call(selling.void_line, view.basket.lines[0].line_id)
    assert [one.receipt_number for one in view.basket.refundables] == [second.receipt_number]
    till.call(returning.bring, found(till, first), back, "1")
    till.call(selling.ring, [(Item(product=KOPI), 1000)])
    paid = till.call(tendering.pay_cash).sale
    assert paid is not None
    assert (paid.total_minor, paid.credit_minor) == (6600, 19_000)
    assert [(one.credit_minor, one.tenders) for one in paid.credits] == [(7000, ()), (12_000, ())]
    assert [found(till, one).refundable.left_minor for one in (first, second)] == [0, 0]


def test_of_two_receipts_one_that_came_back_elsewhere_meanwhile_stops_the_refund(till: Till) -> None:
    first, second = sell(till, (TEH, 1)), sell(till, (TEH, 1))
    back = [Back(line_no=1, quantity_milli=1000)]
    till.call(returning.bring, found(till, first), back, "1")
    till.call(returning.bring, found(till, second), back, "1")
    till.call(selling.park)
    till.call(returning.bring, found(till, second), back, "1")
    till.call(returning.give_back, cash(-6000))
    till.call(selling.recall)
    with pytest.raises(BasketRefused, match=f"receipt {second.receipt_number} came back in another"):
        till.call(returning.give_back, cash(-12_000))


def test_which_of_several_pieces_comes_back_is_said_by_its_serial_number(till: Till) -> None:
    fill_goods(till.store.folder)
    item = till.call(returning.item_back, "HP-5")
    both = msgspec.structs.replace(item, answers=Answers(serials=("A1", "A2")))
    till.call(selling.ring, [(both, 2000)])
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    assert sale.lines[0].serials == ("A1", "A2")
    for wrong in ((), ("A1", "A2"), ("A9",)):
        with pytest.raises(BasketRefused, match="by serial number: A1, A2"):
            till.call(
                returning.bring, found(till, sale), [Back(line_no=1, quantity_milli=1000, serials=wrong)], "1"
            )
    view = till.call(
        returning.bring, found(till, sale), [Back(line_no=1, quantity_milli=1000, serials=("A2",))], "1"
    )
    assert view.basket.lines[0].serials == ("A2",)
    till.call(returning.give_back, cash(view.due.cash_due_minor))
    assert found(till, sale).lines[0].serials == ("A1",)
    view = till.call(returning.bring, found(till, sale), [Back(line_no=1, quantity_milli=1000)], "1")
    assert view.basket.lines[0].serials == ("A1",)


def test_a_part_of_weighed_goods_comes_back_by_weight(till: Till) -> None:
    till.call(selling.ring, [(Item(product=APEL, answers=Answers(is_measured=True)), 482)])
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    view = till.call(returning.bring, found(till, sale), [Back(line_no=1, quantity_milli=250)], "1")
    assert [(one.quantity_milli, one.amount_minor) for one in view.basket.lines] == [(-250, -11_250)]
    till.call(returning.give_back, cash(view.due.cash_due_minor))
    assert found(till, sale).lines[0].left_milli == 232


def test_an_order_is_found_by_its_number_and_what_was_paid_online_goes_back_through_the_web_shop(
    till: Till,
) -> None:
    ready = order(state=OrderState.READY, paid_minor=5000)
    fill(till.store.folder, f"orders/{STORE}", ("order:o-W-1001", ready))
    till.call(collecting.hand_over, "o-W-1001", Taker(code="471001"))
    sale = till.call(tendering.pay_cash, None).sale
    assert sale is not None
    for number in ("W-1001", "#W-1001"):
        assert [one.sale for one in till.call(returning.find, None, number)] == [sale]
    with pytest.raises(ItemUnknown):
        till.call(returning.find, (), "W-100")
    (one,) = till.call(returning.find, None, "W-1001")
    till.call(returning.bring, one, [Back(line_no=1, quantity_milli=2000)], "1")
    ways = till.call(returning.ways_back)
    assert [(way.kind.value, way.amount_minor, tender_words(way)) for way in ways[:1]] == [
        ("online", -5000, "Back through the web shop")
    ]
    assert till.call(returning.give_back, ways[0]).sale is None
    done = till.call(returning.give_back, cash(-2000)).sale
    assert done is not None
    assert [(back.kind.value, back.amount_minor) for back in done.tenders] == [
        ("online", -5000),
        ("cash", -2000),
    ]


def test_goods_without_a_receipt_do_not_mix_with_those_of_one_and_a_line_comes_back_once(till: Till) -> None:
    first = sell(till, (TEH, 2))
    back = [Back(line_no=1, quantity_milli=1000)]
    till.call(returning.bring, found(till, first), back, "1")
    with pytest.raises(BasketRefused, match="with and without a receipt"):
        till.call(returning.bring_without_receipt, Item(product=TEH), 1000, "4", word=BUDI_SAYS)
    with pytest.raises(BasketRefused, match="comes back in this basket already"):
        till.call(returning.bring, found(till, first), back, "1")
    with pytest.raises(BasketRefused, match="Take the line out and return it again"):
        till.call(selling.change_quantity, 1, 1000)


def test_a_customers_purchases_are_found_the_latest_first(till: Till) -> None:
    first = sell(till, (TEH, 1), customer=SARAH.customer_id)
    second = sell(till, (KOPI, 1), customer=SARAH.customer_id)
    several = till.call(returning.find, None, "", SARAH.customer_id)
    assert [one.sale.receipt_number for one in several] in (
        [second.receipt_number, first.receipt_number],
        [first.receipt_number, second.receipt_number],
    )
    view = till.call(returning.bring, several[0], [Back(line_no=1, quantity_milli=1000)], "1")
    assert view.basket.customer_id == SARAH.customer_id
    till.call(returning.give_back, till.call(returning.ways_back)[0])
    again = till.call(returning.find, None, "", SARAH.customer_id)
    assert [one.sale.sale_id for one in again] == [one.sale.sale_id for one in several]


def test_a_number_that_is_on_no_receipt_is_said_so(till: Till) -> None:
    with pytest.raises(ItemUnknown, match="No sale has that number"):
        till.call(returning.find, (), "S1-9-000001")
    with pytest.raises(ItemUnknown, match="The hub does not answer"):
        till.call(returning.find, None, "S1-9-000001")
    assert till.store.call(lambda: books.lowest_price_minor(till.store.books, "p-teh", NOON_MS)) is None


def test_giving_back_takes_no_money_where_some_is_due(till: Till) -> None:
    sale = sell(till, (TEH, 1), customer="c-sarah")
    till.call(returning.bring, found(till, sale), [Back(line_no=1, quantity_milli=1000)], "1")
    till.call(selling.ring, [(Item(product=KOPI), 1000)])
    for kind in (TenderKind.CASH, TenderKind.STORE_CREDIT):
        with pytest.raises(TenderRefused, match="No money goes back with this basket"):
            till.call(returning.give_back, Tender(kind=kind, amount_minor=19_600))
    view = till.call(selling.current)
    assert (view.due.due_minor, view.basket.tenders) == (19_600, ())


def refund_asked(till: Till) -> Payment:
    """Bring back what was paid by card, and ask the terminal for its money."""
    sale = sell(till, (TEH, 2), card=True)
    till.call(returning.bring, found(till, sale), [Back(line_no=1, quantity_milli=1000)], "1")
    return till.call(paying.ask, TenderKind.CARD, "terminal", -6000)


def test_money_goes_back_to_a_card_by_the_terminal(till: Till) -> None:
    refund = refund_asked(till)
    assert refund.amount_minor == -6000
    heard = till.call(paying.heard, refund.payment_id, PaymentAnswer(said=Said.APPROVED, card=SLIP))
    assert heard.paid is not None
    assert heard.paid.sale is not None
    (tender,) = heard.paid.sale.tenders
    assert (tender.amount_minor, tender.payment_id) == (-6000, refund.payment_id)
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


def test_no_money_goes_back_by_another_means_while_the_terminal_was_asked_for_it(till: Till) -> None:
    refund = refund_asked(till)
    till.call(paying.heard, refund.payment_id, PaymentAnswer(said=Said.UNANSWERED))
    with pytest.raises(PaymentOpen):
        till.call(returning.give_back, cash(-6000), BUDI_SAYS)
    till.call(paying.heard, refund.payment_id, PaymentAnswer(said=Said.DECLINED))
    assert till.call(returning.give_back, cash(-6000), BUDI_SAYS).sale is not None


def test_the_terminal_is_not_asked_for_more_than_was_paid_by_card(till: Till) -> None:
    sale = sell(till, (TEH, 2))
    till.call(returning.bring, found(till, sale), [Back(line_no=1, quantity_milli=1000)], "1")
    with pytest.raises(TenderRefused):
        till.call(paying.ask, TenderKind.CARD, "terminal", -6000)
    assert till.call(resolving.open_payments) == ()
