"""One more online order at a demo shop, placed through the hub's public API with a web shop's key."""

import secrets
import time
from pathlib import Path

from hub.messages import OrderCustomer, OrderLineWish, OrderWish
from omnipos.cli.demo import goods, people
from omnipos.cli.demo.orders import MINUTE_MS, order_total
from omnipos.cli.demo.shop import all_orders, load_demo
from omnipos.cli.ownhub import running_hub
from omnipos.cli.taxes import TAXES
from omnipos.domain.errors import EntryRefused
from omnipos.domain.order import Order
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.locale import _
from sync.owner import OwnerClient


def place_order(folder: Path) -> Order:
    """Place an order of a few products, chosen by chance, for one of the shop's customers."""
    shop, running = load_demo(folder), running_hub(folder)
    if shop is None or not shop.is_whole or running is None:
        raise EntryRefused(
            _("There is no demo shop in {folder}. Open it with: omnipos demo").format(folder=folder)
        )
    chance = secrets.SystemRandom()
    by_piece = [one for one in goods.products(shop.country) if one.unit == "pcs"]
    lines = [(one, chance.randint(1, 3)) for one in chance.sample(by_piece, chance.randint(1, 4))]
    buyer = chance.choice(people.customers(shop.country))
    taxes = {tax.code: tax for tax in TAXES[shop.country]}
    paid = chance.random() < 0.7
    client = OwnerClient(running.address, shop.api_key)
    try:
        numbers = [order.number.removeprefix("W-") for order in all_orders(client)]
        latest = max((int(number) for number in numbers if number.isdigit()), default=1000)
        wish = OrderWish(
            number=f"W-{latest + 1}",
            store_code=people.STORES[shop.country][0].code,
            promised_at_ms=time.time_ns() // 1_000_000 + chance.randint(20, 120) * MINUTE_MS,
            lines=tuple(
                OrderLineWish(sku=product.sku, quantity_milli=count * PIECE_MILLI) for product, count in lines
            ),
            customer=OrderCustomer(name=buyer.name, phone=buyer.phone),
            paid_minor=order_total(lines, taxes) if paid else 0,
        )
        return client.post("/v1/orders", Order, wish)
    finally:
        client.close()
