"""The sentences of the plain counter: baskets, sales, customers, orders and the till's state in words."""

from collections.abc import Sequence
from pathlib import Path

from omnipos.domain.basket import Line
from omnipos.domain.customer import FIELD_WORDS, CustomerField
from omnipos.domain.money import currency, format_money
from omnipos.domain.order import OPEN_STATES, STATE_WORDS, Order, till_name
from omnipos.domain.phone import display
from omnipos.domain.quantity import PIECE_MILLI, format_quantity
from omnipos.domain.sale import Sale
from omnipos.domain.saving import Saving
from omnipos.domain.shop import Shop
from omnipos.domain.tender import tender_words
from omnipos.locale import _, later, ngettext
from omnipos.ports import LinkState
from omnipos.services import leasing
from omnipos.services.pricedesk import CouponShown
from omnipos.services.recognising import CustomerCard
from omnipos.services.selling import BasketView
from omnipos.services.till import Till
from omnipos.services.watching import SaleStanding, TillStatus
from screens.times import local


def quantity_words(quantity_milli: int, unit: str, money: str) -> str:
    """Say a quantity: `3 pieces`, `0,482 kg`."""
    written = format_quantity(quantity_milli, unit, money)
    if unit != "pcs":
        return written
    return ngettext("{count} piece", "{count} pieces", quantity_milli // PIECE_MILLI).format(count=written)


def line_words(line: Line, money: str, savings: Sequence[Saving] = ()) -> str:
    """Say a line: `Teh Botol 450 ml, 2 pieces, Rp 12.000, second at half price −Rp 3.000`."""
    quantity = quantity_words(line.quantity_milli, line.unit, money)
    said = f"{line.name}, {quantity}, {format_money(line.amount_minor, money)}"
    if line.override is not None:
        was = format_money(line.override.was_minor, money)
        said += ", " + _("price changed from {price}").format(price=was)
    if line.note:
        said += ", " + _("note: {note}").format(note=line.note)
    return ", ".join((said, *(f"{one.name} {format_money(-one.amount_minor, money)}" for one in savings)))


def coupon_words(coupon: CouponShown, money: str) -> str:
    """Say what a coupon in the basket does, or why it does nothing yet."""
    if coupon.idle:
        return _("Coupon {code}, {name}: {why}.").format(
            code=coupon.code, name=coupon.name or _("unknown"), why=coupon.idle
        )
    return _("Coupon {code} opens {name} and saves {amount}.").format(
        code=coupon.code, name=coupon.name, amount=format_money(coupon.saved_minor, money)
    )


def total_words(view: BasketView) -> str:
    """Say what a basket comes to, and what of it is still due when part is paid."""
    said = _("Total {total}.").format(total=format_money(view.totals.total_minor, view.basket.currency))
    return f"{said} {due_words(view)}" if view.basket.all_tenders else said


def due_words(view: BasketView) -> str:
    """Say what is still due, and what that is in cash where it is rounded."""
    owed, money = view.due, view.basket.currency
    if owed.rounding_minor:
        return _("Still due {due}, in cash {cash}.").format(
            due=format_money(owed.due_minor, money), cash=format_money(owed.cash_due_minor, money)
        )
    return _("Still due {due}.").format(due=format_money(owed.due_minor, money))


def basket_words(view: BasketView) -> str:
    """Say a whole basket: its lines with their numbers, its customer, its tax and total."""
    basket, money = view.basket, view.basket.currency
    if basket.is_empty:
        said = [_("Basket {number} is empty.").format(number=basket.number)]
    else:
        said = [_("Basket {number}.").format(number=basket.number)]
    said += [
        _("Line {number}: {line}.").format(number=number, line=line_words(line, money, savings))
        for number, (line, savings) in enumerate(
            zip(basket.lines, view.totals.line_savings, strict=True), start=1
        )
    ]
    said += [coupon_words(one, money) for one in view.coupons]
    if view.customer:
        said.append(_("Customer {name}.").format(name=view.customer.name))
    if basket.order:
        said.append(_("Paying it hands over order {number}.").format(number=basket.order.number))
    said += [
        _("{tax} {amount}.").format(tax=tax.name, amount=format_money(tax.tax_minor, money))
        for tax in view.totals.taxes
        if tax.rate_ppm
    ]
    if view.totals.saved_minor:
        said.append(_("Saved {amount}.").format(amount=format_money(view.totals.saved_minor, money)))
    if basket.exemption is not None:
        shown = ", ".join(part for part in (basket.exemption.reason, basket.exemption.certificate) if part)
        said.append(_("No tax: {reason}.").format(reason=shown))
    if basket.buyer is not None:
        said.append(_("Buyer {name}.").format(name=basket.buyer.name))
    if basket.receipt_note:
        said.append(_("Note: {note}").format(note=basket.receipt_note))
    if basket.lines:
        said.append(total_words(view))
    if view.due.rounding_minor and not basket.all_tenders:
        cash = format_money(view.due.cash_due_minor, money)
        said.append(_("In cash {cash}.").format(cash=cash))
    return " ".join(said)


def sale_words(sale: Sale) -> str:
    """Say a finished sale: number, total, rounding, what was given and the change."""
    money = sale.currency
    said = [
        _("Sale {number} is done.").format(number=sale.receipt_number),
        _("Total {total}.").format(total=format_money(sale.total_minor, money)),
    ]
    if sale.saved_minor:
        said.append(_("Saved {amount}.").format(amount=format_money(sale.saved_minor, money)))
    if sale.rounding_minor:
        said.append(_("Rounding {amount}.").format(amount=format_money(sale.rounding_minor, money)))
    given = ", ".join(f"{tender_words(one)} {format_money(one.amount_minor, money)}" for one in sale.tenders)
    if given:
        said.append(_("Given: {tenders}.").format(tenders=given))
    if sale.change_minor:
        said.append(_("Change {amount}.").format(amount=format_money(sale.change_minor, money)))
    else:
        said.append(_("No change."))
    return " ".join(said)


def receipt_words(sale: Sale, shop: Shop, now_ms: int) -> str:
    """Say an earlier sale, found by its receipt."""
    return _("Receipt {number} of {time}: total {total}. Type reprint {number} to print it again.").format(
        number=sale.receipt_number,
        time=time_words(sale.completed_at_ms, shop, now_ms),
        total=format_money(sale.total_minor, sale.currency),
    )


STANDING_WORDS = {
    SaleStanding.ON_DISK: later("It is on disk and waits for the hub."),
    SaleStanding.AT_HUB: later("It is on disk and at the hub."),
    SaleStanding.SET_ASIDE: later("It is on disk; the hub set it aside."),
}


def card_words(card: CustomerCard, shop: Shop, now_ms: int) -> str:
    """Say a customer's card: name, number, points, orders waiting, what was bought last, and as of when."""
    customer = card.customer
    said = [_("Customer {name}, {phone}.").format(name=customer.name, phone=display(customer.phone))]
    if customer.email:
        said.append(f"{customer.email}.")
    if customer.tier:
        said.append(f"{customer.tier}.")
    if customer.points:
        points = f"{customer.points:,}".replace(",", currency(shop.currency).group)
        said.append(_("{points} points.").format(points=points))
    said += [
        text.format(amount=format_money(one.balance_minor, one.currency))
        for one, text in ((card.credit, _("Store credit {amount}.")), (card.owed, _("Owes {amount}.")))
        if one is not None
    ]
    said += [
        _("Also entered as {field}: {value}.").format(
            field=_(FIELD_WORDS[one.field]),
            value=display(one.value) if one.field is CustomerField.PHONE else one.value,
        )
        for one in customer.kept
    ]
    if card.orders:
        count = len(card.orders)
        waiting = ngettext(
            "{count} order to collect: {numbers}.", "{count} orders to collect: {numbers}.", count
        )
        said.append(waiting.format(count=count, numbers=", ".join(one.number for one in card.orders)))
    if customer.purchases:
        last = customer.purchases[0]
        said.append(
            _("Last bought {summary}, {total}, {time}.").format(
                summary=last.summary,
                total=format_money(last.total_minor, shop.currency),
                time=time_words(last.at_ms, shop, now_ms),
            )
        )
    if card.as_of_ms:
        said.append(_("As of {time}.").format(time=time_words(card.as_of_ms, shop, now_ms)))
    return " ".join(said)


def order_words(order: Order, shop: Shop, now_ms: int) -> str:
    """Say an order in short: number, who for, state, promised when, paid or not."""
    said = _("Order {number} for {name}, {state}, promised {time}").format(
        number=order.number,
        name=order.customer_name or _("nobody named"),
        state=_(STATE_WORDS[order.state]),
        time=time_words(order.promised_at_ms, shop, now_ms),
    )
    if order.due_minor:
        return _("{order}, {due} to pay.").format(
            order=said, due=format_money(order.due_minor, order.currency)
        )
    return _("{order}, paid.").format(order=said)


def lease_words(till: Till, order: Order) -> list[str]:
    """Say who hands an order over if it is not simply this till."""
    if order.state not in OPEN_STATES:
        return []
    if leasing.is_asked_of(till, order):
        said = _("It is asked for by {till}: give-back {number} lets it go.")
        return [said.format(till=till_name(order.asked_by_till), number=order.number)]
    if leasing.is_held_here(till, order):
        return []
    if order.holder_device_id:
        said = _("It is held by {till}: ask {number} asks for it.")
        return [said.format(till=till_name(order.holder_till), number=order.number)]
    return [_("No till holds it: ask {number} asks for it.").format(number=order.number)]


def order_line_words(order: Order) -> str:
    """Say an order's lines: what is wanted, where it lies and how much of it is picked."""
    return " ".join(
        _("{name}, {quantity}, shelf {shelf}, {picked} picked.").format(
            name=line.name,
            quantity=quantity_words(line.quantity_milli, line.unit, order.currency),
            shelf=line.shelf or _("unknown"),
            picked=format_quantity(line.picked_milli, line.unit, order.currency),
        )
        for line in order.lines
    )


def status_words(status: TillStatus) -> str:
    """Say how the till stands: the line to the hub, what waits for it, and what waits for the printer."""
    match status.link:
        case LinkState.ONLINE:
            said = [_("The hub is online.")]
        case LinkState.ASKING:
            said = []
        case LinkState.AWAY:
            said = [] if status.link_reason else [_("The hub is away. Selling goes on.")]
        case LinkState.ATTENTION:
            said = [_("Syncing needs attention.")]
    if status.link_reason:
        said.append(status.link_reason)
    if status.waiting:
        waiting = ngettext(
            "{count} entry waits for the hub, all of it safe on disk.",
            "{count} entries wait for the hub, all of them safe on disk.",
            status.waiting,
        )
        said.append(waiting.format(count=status.waiting))
    elif not status.quarantined:
        said.append(_("Everything is at the hub."))
    if status.quarantined:
        said.append(_("{count} kept aside by the hub.").format(count=status.quarantined))
    if status.open_here:
        open_cases = ngettext(
            "{count} exception to settle; type exceptions.",
            "{count} exceptions to settle; type exceptions.",
            status.open_here,
        )
        said.append(open_cases.format(count=status.open_here))
    if status.payments_open:
        unknown = ngettext(
            "{count} payment is unknown or in no sale; type payments.",
            "{count} payments are unknown or in no sale; type payments.",
            status.payments_open,
        )
        said.append(unknown.format(count=status.payments_open))
    if status.last_sale:
        last = _("The last sale is {number}.").format(number=status.last_sale)
        said.append(f"{last} {_(STANDING_WORDS[status.last_sale_standing])}")
    if status.unprinted:
        paper = ngettext(
            "{count} paper waits for the printer.", "{count} papers wait for the printer.", status.unprinted
        )
        said.append(paper.format(count=status.unprinted))
    if status.print_trouble:
        said.append(status.print_trouble)
    return " ".join(said)


def time_words(at_ms: int, shop: Shop, now_ms: int) -> str:
    """Say a moment in the shop's own time: `17:00` today, `2026-11-12 17:00` on another day."""
    then, today = local(at_ms, shop.time_zone), local(now_ms, shop.time_zone)
    return then.strftime("%H:%M" if then.date() == today.date() else "%Y-%m-%d %H:%M")


def saved_words(files: Sequence[Path]) -> str:
    """Say where the files of a receipt are."""
    names = ", ".join(one.name for one in files)
    return _("Saved in {folder}: {names}").format(folder=files[0].parent, names=names)
