"""Balances by the command: cards brought along, cards and customers looked at and changed, stores set."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from omnipos.cli import main
from tests.cli.rigs import Demo


def ask(demo: Demo, *words: str) -> Result:
    """Run an owner's command on the demo shop's hub."""
    return CliRunner().invoke(main, [*words, "--data-dir", str(demo.folder)])


def test_gift_cards_come_from_a_file_once_and_bad_rows_are_told(demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "cards.csv"
    file.write_text("code,balance\nOLD-000-1,50000\n6006 4912 3456 7896,25.000\n12,1\nOLD-000-2,\n")
    first = ask(demo, "import", "gift-cards", str(file), "--json")
    told = {"ok": False, "rows": 4, "written": 2, "unchanged": 0, "bad": 2}
    assert json.loads(first.stdout) == told
    assert first.stderr == (
        "Line 4: “12” is no gift card's code: 6 to 24 letters and digits.\nLine 5: It has no balance.\n"
    )
    again = ask(demo, "import", "gift-cards", str(file), "--json")
    assert json.loads(again.stdout) == told | {"written": 0, "unchanged": 2}
    said = ask(demo, "hub", "gift-card", "old0001").stdout.splitlines()
    assert said[0] == "Gift card: Rp 50.000"
    assert said[1].endswith("Rp 50.000  brought along")


def test_a_card_is_issued_changed_and_blocked_with_its_reason(demo: Demo) -> None:
    assert ask(demo, "hub", "gift-card", "PROMO-77").stdout == "Gift card: none.\n"
    assert "Say why with --reason" in ask(demo, "hub", "gift-card", "PROMO-77", "--add", "9000").output
    ask(demo, "hub", "gift-card", "PROMO-77", "--add", "9000", "--reason", "prize")
    done = ask(demo, "hub", "gift-card", "PROMO-77", "--add", "-1000", "--reason", "slip", "--block")
    assert done.stdout.splitlines()[0] == "Gift card: Rp 8.000, blocked"
    assert ask(demo, "hub", "gift-card", "PROMO-77", "--unblock").stdout.startswith("Gift card: Rp 8.000\n")


def test_a_customer_gets_credit_a_limit_and_is_said(demo: Demo) -> None:
    phone = "+6281377700099"
    person = json.dumps({"phone": phone, "name": "Rina Account"})
    file = demo.folder.parent / "rina.jsonl"
    file.write_text(person + "\n")
    ask(demo, "import", "customers", str(file))
    done = ask(
        demo, "hub", "customer-account", phone, "--limit", "500000", "--credit", "20000", "--reason", "x"
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "Store credit: Rp 20.000"
    assert "On account: Rp 0 owed, limit Rp 500.000" in lines
    assert (
        "Not one customer has this number, but 0."
        in ask(demo, "hub", "customer-account", "+62813000999").output
    )


def test_a_store_says_what_its_tills_take_offline_and_of_other_money(demo: Demo) -> None:
    said = ask(demo, "hub", "store-balances", "S1", "--gift-card", "250000").stdout
    assert said == (
        "Offline, tills of S1 take Rp 250.000 of a gift card, Rp 100.000 of store credit, Rp 0 unseen.\n"
    )
    ask(demo, "hub", "store-balances", "S1", "--gift-card", "100000")
    assert ask(demo, "hub", "store-foreign", "S1").stdout == "S1 takes cash of its own currency only.\n"
    refused = ask(demo, "hub", "store-foreign", "S1", "USD=16500")
    assert "The law of ID has all cash paid in IDR. No rate was set." in refused.output
    assert "Write a rate like USD=16500." in ask(demo, "hub", "store-foreign", "S1", "USD").output


def test_the_demo_shop_has_a_gift_card_to_try(demo: Demo) -> None:
    assert ask(demo, "hub", "gift-card", "9900 0000 0000 0010").stdout.startswith("Gift card: Rp 100.000\n")
