"""`docs/promotions.md` tells how promotions are written: its examples are taken as they stand there."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from hub import messages, promotionmessages, quotemessages
from omnipos.cli.promotionrows import coupon_rows, promotion_rows
from omnipos.cli.rowfiles import Good, open_rows
from tests.hub.rig import HubRig
from tests.rigs import SHOP

DOCUMENT = (Path(__file__).parents[2] / "docs" / "promotions.md").read_text()
EXAMPLES = dict(re.findall(r"```json (\w+)\n(.*?)```", DOCUMENT, re.DOTALL))
FILES = dict(re.findall(r"```csv (\w+)\n(.*?)```", DOCUMENT, re.DOTALL))
PATHS = {
    "PutPromotions": ("PUT", "/v1/promotions"),
    "PutCoupons": ("PUT", "/v1/coupons"),
    "GenerateCoupons": ("POST", "/v1/coupons/generate"),
    "QuoteWish": ("POST", "/v1/quotes"),
}


@pytest.fixture
def stocked(rig: HubRig) -> HubRig:
    """A hub with the goods that the document names."""
    skus = ("TEH-450", "CHOCOLATE", "BREAD", "KOPI-200", "IDM-85")
    goods = [{"sku": sku, "name": sku, "price_minor": 5000, "tax_code": "PPN"} for sku in skus]
    rig.ask("PUT", "/v1/products", {"products": goods})
    return rig


def test_the_hub_takes_every_example_as_it_stands(stocked: HubRig) -> None:
    assert list(EXAMPLES) == list(PATHS)
    for name, (method, path) in PATHS.items():
        answer = stocked.raw(method, path, EXAMPLES[name].encode())
        assert answer.status_code == 200, (name, answer.text)


def test_every_reward_and_request_is_told() -> None:
    told = set(re.findall(r"`(\w+)`", DOCUMENT))
    rewards = {kind.__struct_config__.tag for kind in get_args(promotionmessages.RewardWish)}
    assert rewards <= told
    assert set(promotionmessages.GoodsWish.__struct_fields__) <= told
    assert set(promotionmessages.PromotionWish.__struct_fields__) <= set(re.findall(r"\w+", DOCUMENT))
    for path in ("/v1/promotions", "/v1/coupons", "/v1/coupons/generate", "/v1/quotes"):
        assert path in DOCUMENT
    assert f"up to {messages.MOST_ROWS:,} at once" in DOCUMENT
    assert f"Up to {quotemessages.MOST_QUOTED} lines" in DOCUMENT


def test_the_files_in_the_document_are_read_and_taken(stocked: HubRig, tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / f"{name}.csv").write_text(text)
    with open_rows(tmp_path / "promotions.csv") as rows:
        promotions = [row.wish for row in promotion_rows(rows, SHOP) if isinstance(row, Good)]
    with open_rows(tmp_path / "coupons.csv") as rows:
        coupons = [row.wish for row in coupon_rows(rows, SHOP) if isinstance(row, Good)]
    assert (len(promotions), len(coupons)) == (5, 2)
    body = {"promotions": msgspec.to_builtins(promotions)}
    assert stocked.ask("PUT", "/v1/promotions", body)["written"] == 5
    assert stocked.ask("PUT", "/v1/coupons", {"coupons": msgspec.to_builtins(coupons)})["written"] == 2
