"""Shops made up from a seed: goods, prices, taxes, promotions, coupons and customers, and their baskets."""

import random
from typing import Any, NamedTuple

from tests.hub.journals import AT_MS

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
GROUPS = ("gold", "silver")
TAXES: list[dict[str, Any]] = [
    {
        "code": "PPN",
        "name": "PPN",
        "rate_ppm": 120_000,
        "inclusive": True,
        "base_numerator": 11,
        "base_denominator": 12,
    },
    {"code": "SVC", "name": "Service", "rate_ppm": 80_000, "inclusive": False},
    {"code": "LUX", "name": "Luxury", "rate_ppm": 73_333, "inclusive": True},
    {"code": "FREE", "name": "Exempt", "rate_ppm": 0, "inclusive": True, "reason": "Law"},
    {
        "code": "DATED",
        "name": "Dated",
        "rate_ppm": 60_000,
        "inclusive": False,
        "later_rates": [{"valid_from_ms": AT_MS, "rate_ppm": 80_000}],
    },
    {"code": "CITY", "name": "City", "rate_ppm": 12_345, "inclusive": False, "compound": True},
    {"code": "BOTH", "name": "Both", "rate_ppm": 0, "inclusive": False, "parts": ["SVC", "CITY"]},
]
ROUNDINGS = ("receipt", "rate", "line")


class Ask(NamedTuple):
    """One basket: its lines as (SKU, thousandths), who buys it, its coupons and its moment."""

    lines: tuple[tuple[str, int], ...]
    customer: int
    """The place of the customer in the world; −1 for nobody."""
    coupons: tuple[str, ...]
    at_ms: int


class World:
    """What a hub is told of one shop, as its API takes it."""

    def __init__(self, seed: int) -> None:
        """Make it up; the same seed makes the same shop."""
        self.chance = random.Random(seed)
        chance = self.chance
        self.rounding = chance.choice(ROUNDINGS)
        self.products = [self._product(f"P{number}") for number in range(40)]
        self.deposit = {
            "sku": "DEPOSIT",
            "name": "Deposit",
            "price_minor": 500,
            "tax_code": "FREE",
            "discountable": False,
        }
        self.skus = [product["sku"] for product in self.products]
        self.by_weight = {product["sku"] for product in self.products if product["unit"] == "kg"}
        self.prices = [self._price(sku) for sku in chance.sample(self.skus, 20)]
        self.promotions = [self._promotion(f"O{number}") for number in range(chance.randint(5, 30))]
        self.customers = [
            {
                "name": f"Name {number}",
                "phone": f"0813{number:08}",
                "tier": chance.choice(("Gold", "Silver", "")),
            }
            for number in range(8)
        ]
        locked = [one["code"] for one in self.promotions if one["needs_coupon"]]
        self.coupons = [self._coupon(f"C{number}", locked) for number in range(20 if locked else 0)]

    def _product(self, sku: str) -> dict[str, Any]:
        chance = self.chance
        product = {
            "sku": sku,
            "name": f"Goods {sku}",
            "price_minor": chance.choice((500, 999, 1250, 3333, 3500, 6000, 10_000, 25_600)),
            "tax_code": chance.choice(TAXES)["code"],
            "unit": "kg" if chance.random() < 0.1 else "pcs",
            "category": chance.choice(("", "Snacks", "DRINKS")),
            "brand": chance.choice(("", "Sosro", "Ülker")),
            "department": chance.choice(("", "Food")),
            "family": chance.choice(("", "", "Shirt")),
            "discountable": chance.random() < 0.9,
            "later_prices": [
                {"price_minor": chance.randint(1, 20_000), "valid_from_ms": moment_ms}
                for moment_ms in {self.moment_ms() for _price in range(chance.choice((0, 0, 1, 2)))}
            ],
        }
        # Said also where there is none: the world before may have had one for this SKU.
        has_deposit = chance.random() < 0.1 and product["unit"] == "pcs"
        product["deposit_sku"] = "DEPOSIT" if has_deposit else ""
        return product

    def _price(self, sku: str) -> dict[str, Any]:
        chance = self.chance
        return {
            "sku": sku,
            "group": chance.choice(GROUPS),
            "price_minor": chance.randint(1, 20_000),
            "valid_from_ms": chance.choice((0, self.moment_ms())),
        }

    def moment_ms(self) -> int:
        """Return a moment around noon of a Saturday, on the whole hour more often than not."""
        ahead_ms = self.chance.randint(-4 * 24, 4 * 24) * HOUR_MS
        return AT_MS + ahead_ms + self.chance.choice((0, 0, -1, 1, 777))

    def _goods(self, most: int = 6) -> dict[str, Any]:
        chance = self.chance
        goods = chance.choice(
            (
                {},
                {"skus": chance.sample(self.skus, chance.randint(1, most))},
                {"skus": chance.sample(self.skus, chance.randint(1, most))},
                {"categories": ["snacks"]},
                {"categories": ["Snacks", "Drinks"], "brands": ["SOSRO"]},
                {"departments": ["FOOD"]},
                {"families": ["shirt"], "brands": ["ülker"]},
            )
        )
        return goods | ({"without": chance.sample(self.skus, 3)} if chance.random() < 0.2 else {})

    def _promotion(self, code: str) -> dict[str, Any]:
        chance = self.chance
        reward = self._reward()
        company = chance.choice(("", "", "", "exclusive", "combinable"))
        wish: dict[str, Any] = {
            "code": code,
            "name": f"Offer {code}",
            "reward": reward,
            "groups": chance.choice(([], [], [], ["gold"], ["Gold", "Silver"])),
            "channels": chance.choice(([], [], ["store"], ["web"])),
            "stores": chance.choice(([], [], ["S1"])),
            "weekdays": chance.choice(([], [], ["sat", "sun"], [5, 6, 7], ["mon"])),
            "valid_from_ms": chance.choice((0, 0, self.moment_ms())),
            "needs_coupon": chance.random() < 0.25,
            "priority": chance.choice((0, 0, 0, 1, 5)),
            "exclusive": company == "exclusive",
            "combinable": company == "combinable",
            "active": chance.random() < 0.95,
        }
        if chance.random() < 0.3:
            wish |= dict(zip(("from_time", "until_time"), chance.choice(HOURS), strict=True))
        if wish["valid_from_ms"] and chance.random() < 0.5:
            wish["valid_until_ms"] = wish["valid_from_ms"] + chance.randint(1, 48) * HOUR_MS
        if reward["type"] != "bundle":
            wish["goods"] = self._goods()
        if reward["type"] not in ("tiers", "spend") and chance.random() < 0.3:
            wish["most_times"] = chance.randint(1, 3)
        return wish

    def _reward(self) -> dict[str, Any]:
        chance = self.chance
        rate_ppm = chance.choice((1, 33_333, 100_000, 500_000, 1_000_000))
        first, second = chance.sample(range(1, 40), 2)
        bundle = [
            {"goods": {"skus": [self.skus[place]]}, "count": chance.randint(1, 2)}
            for place in (first, second)
        ]
        low = chance.randint(1, 3)
        rewards: tuple[dict[str, Any], ...] = (
            {"type": "percent", "rate_ppm": rate_ppm},
            {"type": "amount", "amount_minor": chance.choice((1, 333, 500, 5000))},
            {"type": "fixed_price", "price_minor": chance.choice((0, 999, 3000))},
            {
                "type": "buy_get",
                "buy": chance.randint(1, 3),
                "get": chance.randint(1, 2),
                "rate_ppm": rate_ppm,
            },
            {"type": "set_price", "count": chance.randint(2, 4), "price_minor": chance.choice((2000, 9999))},
            {"type": "bundle", "parts": bundle, "price_minor": chance.choice((3000, 7777))},
            {"type": "bundle", "parts": bundle, "rate_ppm": rate_ppm},
            {
                "type": "tiers",
                "steps": [
                    {"from_milli": low * 1000, "rate_ppm": 50_000},
                    {"from_milli": (low + 3) * 1000, "rate_ppm": 123_456},
                ],
            },
            {"type": "tiers", "steps": [{"from_milli": low * 1000, "price_minor": 1111}]},
            {"type": "spend", "from_minor": chance.choice((10_000, 50_000)), "amount_minor": 3333},
            {"type": "spend", "from_minor": 20_000, "rate_ppm": rate_ppm},
        )
        return chance.choice(rewards)

    def _coupon(self, code: str, locked: list[str]) -> dict[str, Any]:
        chance = self.chance
        wish: dict[str, Any] = {"code": code, "promotion": chance.choice(locked)}
        if chance.random() < 0.2:
            wish["valid_from_ms"] = self.moment_ms()
        if chance.random() < 0.2:
            wish["unlimited"] = True
        return wish

    def basket(self) -> Ask:
        """Make up a basket."""
        chance = self.chance
        skus = chance.sample(self.skus, min(chance.choice((1, 2, 3, 3, 4, 5, 6, 8, 12)), len(self.skus)))
        codes = [one["code"] for one in self.coupons]
        return Ask(
            lines=tuple((sku, self._quantity_milli(sku)) for sku in skus),
            customer=chance.choice((-1, chance.randrange(len(self.customers)))),
            coupons=tuple(chance.sample(codes, min(chance.choice((0, 0, 1, 3)), len(codes)))),
            at_ms=self.moment_ms(),
        )

    def _quantity_milli(self, sku: str) -> int:
        if sku in self.by_weight:
            return self.chance.randint(1, 5000)
        return self.chance.choice((1, 1, 1, 2, 3, 4, 7, 12)) * 1000


HOURS = (("17:00", "19:00"), ("22:00", "02:00"), ("00:00", "12:00"), ("12:00", "24:00"))
