"""The receipt of a sale: what the law and the customer want on it, in order."""

from collections.abc import Iterator, Mapping

from omnipos.domain.account import ACCOUNT_WORDS, AccountKind, masked_code
from omnipos.domain.basket import Exemption
from omnipos.domain.buyer import KIND_WORDS, LONGEST_ADDRESS, LONGEST_NAME, LONGEST_NUMBER, Buyer
from omnipos.domain.consumerlaw import VOID_IN, refuses_returns
from omnipos.domain.money import format_amount, format_money
from omnipos.domain.names import clean_text
from omnipos.domain.paper import ReceiptPaper
from omnipos.domain.phone import masked
from omnipos.domain.quantity import PIECE_MILLI, format_quantity
from omnipos.domain.sale import Sale, SaleLine
from omnipos.domain.tax import PPM, TaxTotal
from omnipos.domain.tender import CardSlip, ForeignMoney, QrSlip, Tender, TenderKind, tender_words
from omnipos.locale import _
from printing.document import (
    Align,
    Cut,
    Document,
    DrawerKick,
    Element,
    Feed,
    Qr,
    Row,
    Rule,
    Text,
)
from printing.heading import copy_mark, letterhead, moment
from printing.returning import return_title, signature

LONGEST_FOOTER = 400


def receipt(paper: ReceiptPaper, *, copy: bool) -> Document:
    """Return the receipt of a sale; a reprint is marked COPY at its top and bottom.

    Shows what PER-11/PJ/2025 art. 51 and BNM's rounding mechanism ask for: seller, tax number,
    goods, tax, own number and date, and the total before and after rounding.
    """
    sale = paper.sale
    marks = {tax.code: clean_text(tax.mark, 4) for tax in sale.taxes if tax.mark}
    elements = (
        *_kick(paper, copy=copy),
        *copy_mark(copy, above=True),
        *letterhead(paper.shop),
        Rule(),
        *_identity(paper),
        *return_title(sale),
        Rule(),
        *(
            row
            for line in sale.lines
            for row in (*_goods(line, sale.currency, marks), *_savings(line, sale.currency))
        ),
        *receipt_note(sale),
        Rule(),
        *_totals(sale),
        Feed(),
        *(row for tender in sale.tenders for row in _tender(tender, sale.currency)),
        *_change(sale),
        *signature(sale),
        *_balances(paper),
        *_taxes(sale),
        *_buyer(paper.buyer),
        Feed(),
        Qr(sale.receipt_number),
        Feed(),
        Text(sale.receipt_number, Align.CENTER),
        *_footer(paper.shop.footer, paper.shop.country),
        *copy_mark(copy),
        Cut(),
    )
    return Document(f"receipt-{sale.receipt_number}", elements)


def _kick(paper: ReceiptPaper, *, copy: bool) -> Iterator[Element]:
    """Yield what opens the drawer: cash goes in or change comes out, and no copy moves any."""
    has_cash = any(one.kind in (TenderKind.CASH, TenderKind.FOREIGN_CASH) for one in paper.sale.tenders)
    if has_cash and paper.shop.drawer.kicks and not copy:
        yield DrawerKick()


def _identity(paper: ReceiptPaper) -> Iterator[Element]:
    sale = paper.sale
    yield Row((sale.receipt_number, moment(sale.completed_at_ms, paper.shop)))
    cashier = _("Cashier {name}").format(name=clean_text(paper.staff_name, 40))
    yield Row((_("Till {number}").format(number=sale.till_number), cashier))
    name = clean_text(paper.customer_name, 80)
    phone = masked(paper.customer_phone) if paper.customer_phone else ""
    if name or phone:
        yield Row((_("Customer"), " ".join(part for part in (name, phone) if part)))


def _buyer(buyer: Buyer | None) -> Iterator[Element]:
    """Yield who asked for a tax invoice, and that this paper is none."""
    if buyer is None:
        return
    yield Rule()
    yield Row((_("Buyer"), clean_text(buyer.name, LONGEST_NAME)))
    yield Row((KIND_WORDS[buyer.kind], clean_text(buyer.number, LONGEST_NUMBER)))
    if address := clean_text(buyer.address, LONGEST_ADDRESS):
        yield Text(address)
    yield Text(_("This is no tax invoice. The tax invoice follows once it is validated."), bold=True)


def _goods(line: SaleLine, currency: str, marks: Mapping[str, str]) -> Iterator[Element]:
    name = clean_text(line.name)
    if line.deposit:
        name = _("{name} (deposit)").format(name=name)
    name = f"{name} {marks.get(line.tax_code, '')}".rstrip()
    amount = format_amount(line.amount_minor, currency)
    if line.quantity_milli == PIECE_MILLI and line.unit == "pcs":
        yield Row((name, amount))
    else:
        quantity = format_quantity(line.quantity_milli, line.unit, currency)
        yield Text(name)
        yield Row((f"{quantity} × {format_amount(line.unit_price_minor, currency)}", amount), indent=2)
    if line.override is not None:
        was = format_amount(line.override.was_minor, currency)
        yield Row((_("Price changed from {price}").format(price=was),), indent=2)
    for serial in line.serials:
        yield Row((_("Serial number {serial}").format(serial=clean_text(serial, 40)),), indent=2)
    if line.gift_card:
        yield Row((_("Value on the card: taxed when it is spent"),), indent=2)
    yield from line_note(line)


def line_note(line: SaleLine) -> Iterator[Element]:
    """Yield what was written on a line."""
    if note := clean_text(line.note, 80):
        yield Row((note,), indent=2)


def receipt_note(sale: Sale) -> Iterator[Element]:
    """Yield what was written on the whole receipt, below its goods."""
    if note := clean_text(sale.note, 200):
        yield Rule()
        yield Text(_("Note: {note}").format(note=note))


def _savings(line: SaleLine, currency: str) -> Iterator[Element]:
    """Yield what came off a line, each with the name of the offer that gave it."""
    for saving in line.savings:
        yield Row((clean_text(saving.name, 80), format_amount(-saving.amount_minor, currency)), indent=2)


def _totals(sale: Sale) -> Iterator[Element]:
    added = [tax for tax in sale.taxes if not tax.inclusive and tax.tax_minor]
    if added or sale.saved_minor:
        goods = sum(line.amount_minor for line in sale.lines)
        yield Row((_("Goods"), format_amount(goods, sale.currency)))
    if sale.saved_minor:
        yield Row((_("Saved"), format_amount(-sale.saved_minor, sale.currency)))
    for code in sale.coupons:
        yield Row((_("Coupon {code}").format(code=clean_text(code, 40)),), indent=2)
    for tax in added:
        yield Row((tax_name(tax, sale.currency), format_amount(tax.tax_minor, sale.currency)))
    if sale.rounding_minor:
        yield Row((_("Total before rounding"), format_amount(sale.total_minor, sale.currency)))
        yield Row((_("Rounding"), format_amount(sale.rounding_minor, sale.currency)))
    to_pay = sale.total_minor + sale.rounding_minor
    yield Row((_("TOTAL"), format_money(to_pay, sale.currency)), bold=True, tall=2)


def _tender(tender: Tender, currency: str) -> Iterator[Element]:
    amount = format_amount(tender.amount_minor, currency)
    yield Row((tender_words(tender), amount))
    if tender.card is not None:
        yield from _card_slip(tender.card)
    if tender.qr is not None:
        yield from _qr_slip(tender.qr)
    if tender.kind is TenderKind.GIFT_CARD:
        yield Row((masked_code(clean_text(tender.reference, 40)),), indent=2)
    if tender.foreign is not None:
        yield Row((foreign_words(tender.foreign, currency),), indent=2)


def foreign_words(money: ForeignMoney, currency: str) -> str:
    """Return foreign cash with its rate: `USD 10.00 × Rp 16.500`."""
    given = f"{money.currency} {format_amount(money.amount_minor, money.currency)}"
    return f"{given} × {format_money(money.rate_minor, currency)}"


def _card_slip(slip: CardSlip) -> Iterator[Element]:
    number = f"****{slip.last_four}" if slip.last_four else ""
    card = [clean_text(part, 24) for part in (slip.acquirer, slip.scheme, number)]
    if any(card):
        yield Row((" ".join(part for part in card if part),), indent=2)
    codes = [_("Approval {code}").format(code=clean_text(slip.approval_code, 24))]
    if slip.trace_number:
        codes.append(_("Trace {number}").format(number=clean_text(slip.trace_number, 24)))
    yield Row(("  ".join(codes),), indent=2)


def _qr_slip(slip: QrSlip) -> Iterator[Element]:
    reference = _("Reference {number}").format(number=clean_text(slip.reference, 40))
    yield Row(("  ".join(part for part in (clean_text(slip.acquirer, 24), reference) if part),), indent=2)
    if not slip.verified:
        yield Row((_("Unverified: seen on the customer's phone only"),), indent=2)


def _balances(paper: ReceiptPaper) -> Iterator[Element]:
    """Yield what is left on what was paid with, as far as the till knew."""
    for one in paper.balances:
        name = _(ACCOUNT_WORDS[one.kind])
        if one.kind is AccountKind.GIFT_CARD:
            name = f"{name} {masked_code(clean_text(one.account_id, 40))}"
        if one.kind is AccountKind.DEPOSIT:
            name = f"{name} {clean_text(one.account_id, 40)}"
        text = _("{name}, owed now") if one.kind is AccountKind.ACCOUNT else _("{name}, left on it")
        yield Row((text.format(name=name), format_amount(one.balance_minor, paper.sale.currency)))


def _change(sale: Sale) -> Iterator[Element]:
    if sale.total_minor < 0:
        return
    if any(tender.kind in (TenderKind.CASH, TenderKind.FOREIGN_CASH) for tender in sale.tenders):
        yield Row((_("Change"), format_amount(sale.change_minor, sale.currency)), bold=True)


def _taxes(sale: Sale) -> Iterator[Element]:
    """Yield each rate with its base and tax, whether the prices hold it, and why some goods have none.

    Goods of a marked rate carry the mark; Japan wants totals and tax of each rate and the reduced one marked.
    """
    if not sale.taxes:
        return
    yield Rule()
    yield from _exemption(sale.exemption)
    yield Row((_("Tax"), _("Base"), _("Amount")))
    for tax in sale.taxes:
        name = tax_name(tax, sale.currency)
        if tax.tax_minor:
            how = _("{tax} included") if tax.inclusive else _("{tax} added")
            name = how.format(tax=name)
        base = format_amount(tax.taxable_minor, sale.currency)
        marked = f"{clean_text(tax.mark, 4)} {name}".lstrip()
        yield Row((marked, base, format_amount(tax.tax_minor, sale.currency)))
        reason = clean_text(tax.reason, 80)
        if sale.exemption is None and not tax.tax_minor and reason not in ("", name):
            yield Row((reason,), indent=2)


def _exemption(exemption: Exemption | None) -> Iterator[Element]:
    if exemption is None:
        return
    yield Text(_("No tax: {reason}").format(reason=clean_text(exemption.reason, 200)))
    if certificate := clean_text(exemption.certificate, 80):
        yield Text(_("Certificate {number}").format(number=certificate))


def tax_name(tax: TaxTotal, currency: str) -> str:
    """Return a tax as paper names it, with its rate unless the name has one: `PPN 12%`."""
    name = clean_text(tax.name or tax.code, 40)
    if "%" in name or not tax.rate_ppm:
        return name
    whole, rest = divmod(tax.rate_ppm * 100, PPM)
    decimals = f"{rest:06d}".rstrip("0")
    point = format_amount(0, currency)[1:2] if decimals else ""
    return f"{name} {whole}{point or '.'}{decimals}%" if decimals else f"{name} {whole}%"


def _footer(footer: str, country: str) -> Iterator[Element]:
    lines = [clean_text(line) for line in footer[:LONGEST_FOOTER].splitlines()]
    if country in VOID_IN:
        # However it came here: a clause that the law makes void is not printed.
        lines = [line for line in lines if not refuses_returns(line)]
    if any(lines):
        yield Feed()
        yield from (Text(line, Align.CENTER) for line in lines if line)
