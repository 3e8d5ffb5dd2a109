"""The shapes in which the plain counter answers programs; all sums are minor units."""

import msgspec

from omnipos.domain.account import masked_code
from omnipos.domain.basket import Exemption
from omnipos.domain.exceptions import kind_of
from omnipos.domain.order import Order
from omnipos.domain.sale import Sale
from omnipos.domain.saving import Saving
from omnipos.domain.tender import TenderKind
from omnipos.locale import _
from omnipos.services.selling import BasketView
from omnipos.services.settling import Listed

Shape = dict[str, object]


def basket_shape(view: BasketView) -> Shape:
    """Return a basket with its lines as numbered on the counter, its customer and its sums."""
    basket, owed = view.basket, view.due
    lines = [
        {
            "line": number,
            "sku": line.sku,
            "barcode": line.barcode,
            "name": line.name,
            "unit": line.unit,
            "quantity_milli": line.quantity_milli,
            "unit_price_minor": line.unit_price_minor,
            "price_list": line.price_list,
            "amount_minor": line.amount_minor,
            "savings": [_saving(one) for one in savings],
            "serials": list(line.serials),
            "deposit": bool(line.deposit_for),
            "note": line.note,
        }
        for number, (line, savings) in enumerate(
            zip(basket.lines, view.totals.line_savings, strict=True), start=1
        )
    ]
    who = view.customer
    customer = {"customer_id": who.customer_id, "name": who.name, "phone": who.phone} if who else None
    return {
        "number": basket.number,
        "lines": lines,
        "customer": customer,
        "order": basket.order.number if basket.order else None,
        "coupons": [msgspec.to_builtins(one) for one in view.coupons],
        "goods_minor": view.totals.goods_minor,
        "saved_minor": view.totals.saved_minor,
        "exemption": _exemption(basket.exemption),
        "note": basket.receipt_note,
        "total_minor": view.totals.total_minor,
        "tax_minor": view.totals.tax_minor,
        "due_minor": owed.due_minor,
        "rounding_minor": owed.rounding_minor,
        "cash_due_minor": owed.cash_due_minor,
        "paid_minor": owed.paid_minor,
    }


def _exemption(exemption: Exemption | None) -> Shape | None:
    return {"reason": exemption.reason, "certificate": exemption.certificate} if exemption else None


def sale_shape(sale: Sale) -> Shape:
    """Return a completed sale with its lines and tenders."""
    return {
        "sale_id": sale.sale_id,
        "receipt_number": sale.receipt_number,
        "currency": sale.currency,
        "exemption": _exemption(sale.exemption),
        "total_minor": sale.total_minor,
        "saved_minor": sale.saved_minor,
        "tax_minor": sale.tax_minor,
        "rounding_minor": sale.rounding_minor,
        "change_minor": sale.change_minor,
        "tenders": [_tender(sale, index) for index in range(len(sale.tenders))],
        "lines": [
            {
                "sku": line.sku,
                "name": line.name,
                "unit": line.unit,
                "quantity_milli": line.quantity_milli,
                "unit_price_minor": line.unit_price_minor,
                "amount_minor": line.amount_minor,
                "savings": [_saving(one) for one in line.savings],
                "net_minor": line.net_minor,
                "tax_minor": line.tax_minor,
                "note": line.note,
            }
            for line in sale.lines
        ],
        "note": sale.note,
        "coupons": sale.coupons,
        "customer_id": sale.customer_id,
        "order_id": sale.order_id,
        "at_ms": sale.completed_at_ms,
    }


def _saving(saving: Saving) -> Shape:
    return {
        "kind": saving.kind.value,
        "name": saving.name,
        "amount_minor": saving.amount_minor,
        "promotion_id": saving.promotion_id,
        "coupon": saving.coupon,
    }


def _tender(sale: Sale, index: int) -> Shape:
    tender = sale.tenders[index]
    shape: Shape = {"kind": tender.kind.value, "amount_minor": tender.amount_minor}
    if tender.card:
        shape |= {name: getattr(tender.card, name) for name in tender.card.__struct_fields__}
    if tender.kind is TenderKind.GIFT_CARD:
        shape["gift_card"] = masked_code(tender.reference)
    if tender.foreign:
        shape["foreign"] = msgspec.to_builtins(tender.foreign)
    return shape


def exception_shape(listed: Listed) -> Shape:
    """Return what a person must settle, with the answers that may be given and those that were."""
    case = listed.case
    return {
        "ref": listed.ref,
        "kind": case.kind,
        "sentence": _(kind_of(case.kind).sentence),
        "detail": case.detail,
        "is_safe": kind_of(case.kind).is_safe,
        "at_ms": case.at_ms,
        "till_number": case.till_number,
        "receipt_number": case.receipt_number,
        "order_number": case.order_number,
        "answers": [{"answer": one.code, "text": _(one.text)} for one in listed.answers],
        "settled": [msgspec.to_builtins(one) for one in case.answers],
    }


def order_shape(order: Order) -> Shape:
    """Return an order with its lines; the collection code stays with the customer."""
    return {
        "order_id": order.order_id,
        "number": order.number,
        "state": order.state.value,
        "customer_name": order.customer_name,
        "promised_at_ms": order.promised_at_ms,
        "total_minor": order.total_minor,
        "due_minor": order.due_minor,
        "bag_place": order.bag_place,
        "holder_till": order.holder_till,
        "asked_by_till": order.asked_by_till,
        "fencing_number": order.fencing_number,
        "lines": [
            {
                "sku": line.sku,
                "name": line.name,
                "shelf": line.shelf,
                "quantity_milli": line.quantity_milli,
                "picked_milli": line.picked_milli,
            }
            for line in order.lines
        ],
    }
