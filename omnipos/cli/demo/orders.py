"""The demo shop's online orders: twelve in every state a desk meets, promised around now."""

from collections.abc import Mapping, Sequence

from hub.messages import OrderCustomer, OrderLineWish, OrderWish
from omnipos.cli.demo.people import DemoCustomer
from omnipos.domain.basket import Line
from omnipos.domain.catalogue import Product
from omnipos.domain.order import OrderState
from omnipos.domain.pricing import Terms, price_lines
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.domain.tax import Tax

MINUTE_MS = 60_000

PLAN = (
    # state, promised in how many minutes, paid online
    (OrderState.READY, -25, True),
    (OrderState.PLACED, -5, True),
    (OrderState.READY, 10, False),
    (OrderState.PICKING, 20, True),
    (OrderState.PLACED, 35, True),
    (OrderState.SHORT, 45, True),
    (OrderState.PLACED, 60, False),
    (OrderState.READY, 90, True),
    (OrderState.PICKING, 150, False),
    (OrderState.COLLECTED, -120, True),
    (OrderState.CANCELLED, -60, True),
    (OrderState.EXPIRED, -60 * 24 * 4, False),
)


def wishes(
    products: Sequence[Product],
    customers: Sequence[DemoCustomer],
    taxes: Mapping[str, Tax],
    store_code: str,
    now_ms: int,
) -> tuple[OrderWish, ...]:
    """Return the orders as a web shop sends them."""
    by_piece = [one for one in products if one.unit == "pcs"]
    made = []
    for index, (state, minutes, paid) in enumerate(PLAN):
        lines = [
            (by_piece[(index * 17 + place * 5) % len(by_piece)], 1 + (index + place) % 3)
            for place in range(2 + index % 3)
        ]
        promised = now_ms + minutes * MINUTE_MS
        customer = customers[index * 3]
        made.append(
            OrderWish(
                number=f"W-{1001 + index}",
                store_code=store_code,
                promised_at_ms=promised,
                placed_at_ms=min(now_ms, promised) - 90 * MINUTE_MS,
                lines=tuple(
                    OrderLineWish(sku=product.sku, quantity_milli=count * PIECE_MILLI)
                    for product, count in lines
                ),
                customer=OrderCustomer(name=customer.name, phone=customer.phone),
                paid_minor=order_total(lines, taxes) if paid else 0,
                collection_code=f"{470_011 + index * 7_919}",
                state=state,
                bag_place=f"R{index + 1}" if state is OrderState.READY else "",
            )
        )
    return tuple(made)


def order_total(lines: Sequence[tuple[Product, int]], taxes: Mapping[str, Tax]) -> int:
    """Return what an order of products and counts costs, in minor units."""
    rung = [
        Line(
            line_id=number,
            product_id=product.sku,
            sku=product.sku,
            name=product.name,
            quantity_milli=count * PIECE_MILLI,
            unit_price_minor=product.price_minor,
            tax_code=product.tax_code,
        )
        for number, (product, count) in enumerate(lines, start=1)
    ]
    return price_lines(rung, Terms(taxes=taxes)).total_minor
