"""Promotions and coupons from files: what a row means, and how a bad one is told by its line."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.promotionmessages import (
    AmountWish,
    BuyGetWish,
    CouponWish,
    FixedPriceWish,
    GoodsWish,
    PercentWish,
    PromotionWish,
    RewardWish,
    SetPriceWish,
    SpendWish,
    TiersWish,
)
from omnipos.cli import main
from omnipos.cli.promotionrows import coupon_rows, promotion_rows
from omnipos.cli.rowfiles import Bad, Good, open_rows
from tests.cli.rigs import Demo
from tests.rigs import SHOP

HEAD = "code,name,kind,value"


def promotions_of(folder: Path, text: str, name: str = "offers.csv") -> list[Good[PromotionWish] | Bad]:
    """Read a file of promotions as the shop in Jakarta would."""
    (folder / name).write_text(text)
    with open_rows(folder / name) as rows:
        return list(promotion_rows(rows, SHOP))


def coupons_of(folder: Path, text: str) -> list[Good[CouponWish] | Bad]:
    """Read a file of coupons."""
    (folder / "coupons.csv").write_text(text)
    with open_rows(folder / "coupons.csv") as rows:
        return list(coupon_rows(rows, SHOP))


def reason(folder: Path, columns: str, cells: str) -> str:
    """Return why a row with some more columns is left out."""
    (bad,) = promotions_of(folder, f"{HEAD}{columns}\nX,Offer,percent,10{cells}\n")
    assert isinstance(bad, Bad)
    assert bad.line == 2
    return bad.reason


@pytest.mark.parametrize(
    ("kind", "value", "reward"),
    [
        ("percent", "10", PercentWish(rate_ppm=100_000)),
        ("Percent", "12.5%", PercentWish(rate_ppm=125_000)),
        ("percent", '"0,25 %"', PercentWish(rate_ppm=2500)),
        ("amount", "1.500", AmountWish(amount_minor=1500)),
        ("price", "9900", FixedPriceWish(price_minor=9900)),
        ("buy get", "2+1", BuyGetWish(buy=2, get=1)),
        ("buy_get", "1 + 1 50%", BuyGetWish(buy=1, get=1, rate_ppm=500_000)),
        ("set", "3 for 10000", SetPriceWish(count=3, price_minor=10_000)),
        ("spend", "100000=10000", SpendWish(from_minor=100_000, amount_minor=10_000)),
        ("spend", "100.000 = 10%", SpendWish(from_minor=100_000, rate_ppm=100_000)),
    ],
)
def test_each_simple_kind_is_one_cell(tmp_path: Path, kind: str, value: str, reward: RewardWish) -> None:
    (good,) = promotions_of(tmp_path, f"{HEAD}\nX,Offer,{kind},{value}\n")
    assert good == Good(2, PromotionWish(code="X", name="Offer", reward=reward))


def test_all_columns_say_what_they_say(tmp_path: Path) -> None:
    columns = (
        "code;name;kind;value;sku;category;brand;without;from;until;days;hours;group;channel;store;"
        "coupon;priority;exclusive;combinable;most_times;active"
    )
    row = (
        "HAPPY;Happy hour;percent;10;A|B;Snacks;;B;2026-11-21;2026-11-30;sat-mon|wed;17:00-19:00;gold|silver;"
        "store;S1;yes;-5;yes;no;3;no"
    )
    (good,) = promotions_of(tmp_path, f"{columns}\n{row}\n")
    midnight_ms = 1_795_194_000_000  # 21 November 2026, 00:00 in Jakarta
    assert good == Good(
        2,
        PromotionWish(
            code="HAPPY",
            name="Happy hour",
            reward=PercentWish(rate_ppm=100_000),
            goods=GoodsWish(skus=("A", "B"), categories=("Snacks",), without=("B",)),
            groups=("gold", "silver"),
            channels=("store",),
            stores=("S1",),
            weekdays=(1, 3, 6, 7),
            from_time="17:00",
            until_time="19:00",
            valid_from_ms=midnight_ms,
            valid_until_ms=midnight_ms + 10 * 86_400_000,
            needs_coupon=True,
            priority=-5,
            exclusive=True,
            most_times=3,
            active=False,
        ),
    )


@pytest.mark.parametrize(
    ("columns", "cells", "why"),
    [
        (",days", ",someday", "“someday” is no day of the week. Write days like mon-fri or sat|sun."),
        (",hours", ",5pm", "“5pm” are no hours. Write them like 17:00-19:00."),
        (
            ",until",
            ",tomorrow",
            "“tomorrow” is no date. Write it like 2026-12-31 or 2026-12-31 08:00.",
        ),
        (",coupon", ",maybe", "“maybe” is neither yes nor no."),
        (",priority", ",high", "“high” is no number from 0 to 999."),
    ],
)
def test_a_bad_cell_is_told_in_the_words_of_its_column(
    tmp_path: Path, columns: str, cells: str, why: str
) -> None:
    assert reason(tmp_path, columns, cells) == why


def test_a_value_that_does_not_fit_its_kind_is_told_with_an_example(tmp_path: Path) -> None:
    rows = promotions_of(
        tmp_path,
        f"{HEAD}\nA,One,percent,110\nB,Two,buy_get,3\nC,Three,set,10000\nD,Four,bogo,1\nE,,percent,10\n"
        "F,Six,set,0 for 100\nG,Seven,spend,5000\n,Eight,percent,1\nI,Nine,percent,9\n",
    )
    assert [(one.line, one.reason) for one in rows if isinstance(one, Bad)] == [
        (2, "“110” is no percentage from 0 to 100."),
        (3, "The value “3” does not fit its kind. Write it like 2+1, 1+1 50%."),
        (4, "The value “10000” does not fit its kind. Write it like 3 for 10000."),
        (
            5,
            "“bogo” is no kind of promotion. A CSV file has percent, amount, price, buy_get, set, spend;"
            " for others use a .jsonl file.",
        ),
        (6, "It has no name."),
        (7, "A promotion for 0 pieces means nothing."),
        (8, "The value “5000” does not fit its kind. Write it like 100000=10000, 100000=10%."),
        (9, "It has no code."),
    ]
    assert [one.line for one in rows if isinstance(one, Good)] == [10]


def test_every_kind_comes_from_json_lines(tmp_path: Path) -> None:
    wish = {
        "code": "MORE",
        "name": "More is cheaper",
        "reward": {"type": "tiers", "steps": [{"from_milli": 3000, "rate_ppm": 50_000}]},
    }
    rows = promotions_of(tmp_path, json.dumps(wish) + '\n\n{"code": "X", "colour": 1}\n', "offers.jsonl")
    assert isinstance(rows[0], Good)
    assert isinstance(rows[0].wish.reward, TiersWish)
    assert isinstance(rows[1], Bad)
    assert rows[1].line == 3
    assert "colour" in rows[1].reason


def test_coupons_are_for_one_use_unless_said(tmp_path: Path) -> None:
    rows = coupons_of(
        tmp_path,
        "code,promotion,uses,from,until\nC1,TEN,,,\nC2,TEN,5,2026-11-21,\nC3,TEN,Unlimited,,\nC4,TEN,0,,\nC5,,1,,\n",
    )
    assert rows == [
        Good(2, CouponWish(code="C1", promotion="TEN")),
        Good(3, CouponWish(code="C2", promotion="TEN", most_uses=5, valid_from_ms=1_795_194_000_000)),
        Good(4, CouponWish(code="C3", promotion="TEN", unlimited=True)),
        Bad(5, "A coupon for 0 uses means nothing. Write unlimited for one without a limit."),
        Bad(6, "It names no promotion."),
    ]


def bring(demo: Demo, what: str, file: Path, *words: str) -> Result:
    """Import a file into the demo shop's hub."""
    return CliRunner().invoke(main, ["import", what, str(file), "--data-dir", str(demo.folder), *words])


def test_a_file_of_promotions_and_one_of_coupons_go_to_the_hub(demo: Demo, tmp_path: Path) -> None:
    # Not active: the demo shop that all tests share sells as before.
    offers = tmp_path / "offers.csv"
    offers.write_text(
        f"{HEAD},sku,active\nROWS-1,First,percent,10,,no\nROWS-2,Second,percent,10,NO-SUCH,no\n"
        "ROWS-3,Third,amount,500,,no\n"
    )
    done = bring(demo, "promotions", offers, "--json")
    told = {"ok": False, "rows": 3, "written": 2, "unchanged": 0, "bad": 1, "warnings": 0}
    assert (done.exit_code, json.loads(done.stdout)) == (1, told)
    assert done.stderr == ("Line 3: Promotion ROWS-2: There is no product NO-SUCH. Nothing was changed.\n")
    again = json.loads(bring(demo, "promotions", offers, "--json").stdout)
    assert (again["written"], again["unchanged"]) == (0, 2)

    codes = tmp_path / "codes.csv.gz"
    rows = "".join(f"ROWS-C{number},ROWS-{number % 2 * 2 + 1}\n" for number in range(10))
    codes.write_bytes(gzip.compress(f"code,promotion\n{rows}ROWS-C10,NONE\n".encode()))
    done = bring(demo, "coupons", codes)
    assert (done.exit_code, done.stdout) == (1, "11 rows read: 10 written, 0 were so already, 1 left out.\n")
    assert done.stderr == "Line 12: There is no promotion NONE. Nothing was changed.\n"


@pytest.mark.parametrize("what", ["promotions", "coupons", "prices", "taxes"])
def test_a_condition_in_a_misspelt_column_is_not_lost(demo: Demo, tmp_path: Path, what: str) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("code,name,kind,value,promotion,sku,price,rate,gruop\nX,X,percent,10,X,X,1,1,gold\n")
    brought = bring(demo, what, file)
    assert brought.exit_code == 1
    assert "gruop" in brought.output
    assert "so nothing was imported" in brought.output
