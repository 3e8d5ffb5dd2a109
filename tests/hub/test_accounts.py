"""Balances at the hub: each entry once, whatever comes twice or late; overspending is told, not refused."""

import random
from typing import Any

import msgspec

from omnipos.domain.account import Account, AccountKind
from omnipos.domain.staff import Approval
from omnipos.domain.tender import Tender, TenderKind
from omnipos.events import SaleCompleted
from tests.hub.journals import AT_MS, Journal
from tests.hub.rig import APPLIED, A, HubRig, outcomes

CARD = "9900000000000010"
SHOWN = {"limit_minor": 0, "blocked": False, "issued": True}


def append(journal: Journal, **changes: Any) -> str:
    """Append a sale of one A for 3,500 with something changed about it; return its receipt number."""
    sale = journal.sell((A, 1, 3500))
    journal.envelopes.pop()
    journal.last_hash = bytes.fromhex(journal.envelopes[-1].hash if journal.envelopes else "00" * 32)
    journal.append(SaleCompleted(sale=msgspec.structs.replace(sale, **changes)))
    return sale.receipt_number


def pay(journal: Journal, kind: TenderKind, reference: str, amount: int = 3500, **more: Any) -> str:
    """Append a sale whose 3,500 are paid from a balance, the rest in cash."""
    rest = (Tender(kind=TenderKind.CASH, amount_minor=3500 - amount),) if amount != 3500 else ()
    own = Tender(kind=kind, amount_minor=amount, reference=reference, **more)
    return append(journal, tenders=(own, *rest))


def put_on(journal: Journal, code: str, amount: int) -> str:
    """Append a sale in which a sum is put on a gift card, or comes back from it."""
    sale = journal.sell((A, 1, abs(amount)))
    journal.envelopes.pop()
    journal.last_hash = bytes.fromhex(journal.envelopes[-1].hash if journal.envelopes else "00" * 32)
    line = msgspec.structs.replace(
        sale.lines[0],
        product_id="",
        tax_code="",
        tax_minor=0,
        amount_minor=amount,
        gift_card=code,
        quantity_milli=1000 if amount > 0 else -1000,
    )
    changed = msgspec.structs.replace(
        sale,
        lines=(line,),
        taxes=(),
        total_minor=amount,
        tenders=(Tender(kind=TenderKind.CASH, amount_minor=amount),),
    )
    journal.append(SaleCompleted(sale=changed))
    return sale.receipt_number


def told(rig: HubRig) -> dict[str, int]:
    """What the tills' stream says of each balance."""
    changes = rig.pull("accounts").changes
    return {one.key: one.record.balance_minor for one in changes if isinstance(one.record, Account)}


def shown(rig: HubRig, kind: str = "gift_card", account: str = CARD) -> dict[str, Any]:
    """Return a balance as the owner sees it."""
    answer: dict[str, Any] = rig.ask("GET", f"/v1/accounts/{kind}/{account}")
    return answer


def details(rig: HubRig) -> list[tuple[str, str]]:
    """The kind and the sentence of every exception."""
    return [(one["kind"], one["detail"]) for one in rig.ask("GET", "/v1/exceptions")["exceptions"]]


def test_a_card_is_sold_used_topped_up_and_taken_back_and_a_second_push_counts_nothing(rig: HubRig) -> None:
    journal = rig.journal()
    rig.now_ms = AT_MS + 60_000
    receipts = [
        put_on(journal, CARD, 10_000),
        pay(journal, TenderKind.GIFT_CARD, CARD),
        put_on(journal, CARD, 5000),
        put_on(journal, CARD, -1500),
    ]
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED] * 4
    rig.push(*journal.envelopes)
    found = shown(rig)
    entries = [
        (one["receipt_number"], one["amount_minor"], one["store_code"]) for one in found.pop("entries")
    ]
    assert entries == [
        (receipts[3], -1500, "S1"),
        (receipts[2], 5000, "S1"),
        (receipts[1], -3500, "S1"),
        (receipts[0], 10_000, "S1"),
    ]
    assert found == SHOWN | {
        "kind": "gift_card",
        "account_id": CARD,
        "currency": "IDR",
        "balance_minor": 10_000,
    }
    assert told(rig) == {f"gift_card/IDR/{CARD}": 10_000}
    assert [kind for kind, _detail in details(rig)] == ["money_without_right"], "a cashier gave cash back"
    assert rig.stock("A")[0] == -1000, "a gift card's line takes no goods"


def test_money_given_back_goes_on_the_card_or_the_credit(rig: HubRig) -> None:
    journal = rig.journal()
    for kind, reference in ((TenderKind.GIFT_CARD, CARD), (TenderKind.STORE_CREDIT, "c1")):
        append(
            journal,
            tenders=(
                Tender(kind=kind, amount_minor=-2000, reference=reference),
                Tender(kind=TenderKind.CASH, amount_minor=5500),
            ),
        )
    rig.push(*journal.envelopes)
    assert told(rig) == {f"gift_card/IDR/{CARD}": 2000, "store_credit/IDR/c1": 2000}
    assert details(rig) == []
    assert shown(rig)["issued"], "a card that money was given back on is there"


def test_two_tills_offline_spend_one_card_and_both_sales_stay_with_one_exception(rig: HubRig) -> None:
    here, other = rig.journal(), rig.enrol()
    there = rig.journal(other)
    put_on(here, CARD, 5000)
    pay(here, TenderKind.GIFT_CARD, CARD)
    receipt = pay(there, TenderKind.GIFT_CARD, CARD)
    assert outcomes(rig.push(*here.envelopes)) == [APPLIED, APPLIED]
    assert details(rig) == []
    for _time in range(2):
        rig.push(*there.envelopes, till=other)
    assert details(rig) == [
        ("gift_card_overspent", f"After receipt {receipt} gift card ****0010 is at −Rp 2.000.")
    ]
    assert len(rig.ask("GET", "/v1/sales")["sales"]) == 3
    assert shown(rig)["balance_minor"] == -2000


def test_a_card_used_before_its_sale_arrives_is_told_of_and_right_in_the_end(rig: HubRig) -> None:
    here, other = rig.journal(), rig.enrol()
    there = rig.journal(other)
    put_on(here, CARD, 5000)
    receipt = pay(there, TenderKind.GIFT_CARD, CARD)
    rig.push(*there.envelopes, till=other)
    unknown = f"Receipt {receipt} has gift card ****0010, unknown to the hub."
    assert details(rig) == [("gift_card_unknown", unknown)]
    assert not shown(rig)["issued"]
    rig.push(*here.envelopes)
    assert details(rig) == [("gift_card_unknown", unknown)]
    (case,) = rig.ask("GET", "/v1/exceptions")["exceptions"]
    assert [(one["answer"], one["staff_id"]) for one in case["answers"]] == [("came_later", "")]
    assert shown(rig) | {"entries": []} == SHOWN | {
        "kind": "gift_card",
        "account_id": CARD,
        "currency": "IDR",
        "balance_minor": 1500,
        "entries": [],
    }


def test_a_card_that_its_late_sale_does_not_cover_stays_with_a_person(rig: HubRig) -> None:
    here, other = rig.journal(), rig.enrol()
    there = rig.journal(other)
    put_on(here, CARD, 3000)
    pay(there, TenderKind.GIFT_CARD, CARD)
    rig.push(*there.envelopes, till=other)
    rig.push(*here.envelopes)
    (case,) = rig.ask("GET", "/v1/exceptions")["exceptions"]
    assert (case["kind"], case["answers"]) == ("gift_card_unknown", [])


def test_one_payment_in_two_sales_is_told_once_for_each_later_sale(rig: HubRig) -> None:
    journal, other = rig.journal(), rig.enrol()
    there = rig.journal(other)
    first = pay(journal, TenderKind.CARD, "", payment_id="pay-1")
    pay(journal, TenderKind.CARD, "", payment_id="pay-2")
    second = pay(there, TenderKind.CARD, "", payment_id="pay-1")
    rig.push(*journal.envelopes)
    assert details(rig) == []
    for _again in range(2):
        assert rig.push(*there.envelopes, till=other).verdicts
    told_once = [("payment_twice", f"Receipts {first} and {second} were both paid with payment pay-1.")]
    assert details(rig) == told_once
    third = pay(journal, TenderKind.QR, "", payment_id="pay-3")
    fourth = pay(journal, TenderKind.QR, "", payment_id="pay-3")
    rig.push(*journal.envelopes[2:])
    again = f"Receipts {third} and {fourth} were both paid with payment pay-3."
    assert details(rig) == [*told_once, ("payment_twice", again)]


def test_selling_beyond_a_limit_is_told_unless_somebody_who_may_lend_allowed_it(rig: HubRig) -> None:
    rig.ask("PUT", "/v1/customers", {"customers": [{"name": "Ayu", "phone": "08123456789"}]})
    ayu = rig.ask("GET", "/v1/customers?q=ayu")["customers"][0]["customer_id"]
    wish = {"kind": "account", "phone": "0812 345 6789", "limit_minor": 5000, "reason": "regular"}
    rig.ask("PUT", "/v1/accounts", {"accounts": [wish]})
    boss = {"staff_id": "boss", "name": "Boss", "role": "manager", "pin_hash": "$argon2id$none"}
    rig.ask("PUT", "/v1/staff", {"staff": [boss]})
    journal = rig.journal()
    pay(journal, TenderKind.ACCOUNT, ayu)
    pay(journal, TenderKind.ACCOUNT, ayu, approval=Approval(staff_id="boss", reason="knows her"))
    receipt = pay(journal, TenderKind.ACCOUNT, ayu, 1000, approval=Approval(staff_id="staff-1", reason="x"))
    rig.push(*journal.envelopes)
    sentence = f"After receipt {receipt} the customer owes Rp 8.000; the limit is Rp 5.000."
    what = f"Rp 1.000 lent beyond the limit with receipt {receipt}"
    named = f"Budi is named for this without the right to it: {what}."
    assert details(rig) == [("money_without_right", named), ("account_over_limit", sentence)]
    assert told(rig) == {f"account/IDR/{ayu}": 8000}
    line = {"pays_off": ayu, "product_id": "", "tax_code": "", "tax_minor": 0}
    sale = journal.sell((A, 1, 8000))
    journal.envelopes.pop()
    journal.last_hash = bytes.fromhex(journal.envelopes[-1].hash)
    paid = msgspec.structs.replace(sale.lines[0], **line)
    journal.append(SaleCompleted(sale=msgspec.structs.replace(sale, lines=(paid,), taxes=())))
    rig.push(*journal.envelopes)
    assert told(rig) == {f"account/IDR/{ayu}": 0}
    assert shown(rig, "account", ayu)["limit_minor"] == 5000


def test_the_owner_issues_corrects_and_blocks_each_once_and_with_a_reason(rig: HubRig) -> None:
    entry = {"kind": "gift_card", "account": "9900 0000 0000 0010", "amount_minor": 50_000}
    post = ("POST", "/v1/accounts/entries")
    issue = entry | {"entry_id": "e1", "reason": "sold before"}
    written = {"written": 1, "unchanged": 0, "warnings": []}
    assert rig.ask(*post, {"entries": [issue]}) == written
    assert rig.ask(*post, {"entries": [issue]}) == written | {"written": 0, "unchanged": 1}
    less = {"entry_id": "e2", "reason": "slip", "amount_minor": -20_000}
    rig.ask(*post, {"entries": [entry | less]})
    rig.ask("PUT", "/v1/accounts", {"accounts": [{"kind": "gift_card", "account": CARD, "blocked": True}]})
    assert [one["amount_minor"] for one in shown(rig)["entries"]] == [-20_000, 50_000]
    listed = rig.ask("GET", "/v1/accounts?kind=gift_card")["accounts"]
    assert [(one["account_id"], one["balance_minor"], one["blocked"]) for one in listed] == [
        (CARD, 30_000, True)
    ]
    journal = rig.journal()
    receipt = pay(journal, TenderKind.GIFT_CARD, CARD)
    rig.push(*journal.envelopes)
    assert details(rig) == [
        ("balance_blocked", f"Receipt {receipt} used a blocked balance; it stands at Rp 26.500.")
    ]
    bad = entry | {"entry_id": "e3", "reason": "x", "account": "12"}
    assert rig.refused(*post, {"entries": [issue | {"entry_id": "e4"}, bad]}) == (422, "gift_card")
    assert shown(rig)["balance_minor"] == 26_500, "a refused request writes nothing"
    nobody = {"kind": "store_credit", "account": "no", "entry_id": "e5", "amount_minor": 1, "reason": "x"}
    assert rig.refused(*post, {"entries": [nobody]}) == (422, "customer_unknown")


def test_a_balance_is_the_sum_of_its_entries_in_whatever_order_two_tills_tell_of_them(rig: HubRig) -> None:
    dice, other = random.Random(7), rig.enrol()
    mine, theirs = rig.journal(), rig.journal(other)
    wanted = 0
    for journal in (mine, theirs):
        for _sale in range(6):
            amount = dice.randrange(1, 3500)
            if dice.random() < 0.4:
                put_on(journal, CARD, amount)
                wanted += amount
            else:
                pay(journal, TenderKind.GIFT_CARD, CARD, amount)
                wanted -= amount
    for start in range(0, 6, 2):
        rig.push(*theirs.envelopes[: start + 2], till=other)
        rig.push(*mine.envelopes[start : start + 2])
    found = shown(rig)
    assert found["balance_minor"] == wanted == sum(one["amount_minor"] for one in found["entries"])
    assert told(rig) == {f"gift_card/IDR/{CARD}": wanted}


def test_no_web_shop_reads_the_codes_of_gift_cards(rig: HubRig) -> None:
    key = rig.ask("POST", "/v1/api-keys", {"channel": "web"})["key"]
    assert rig.raw("GET", "/v1/accounts", key=key).status_code == 403
    assert rig.raw("GET", "/v1/streams/accounts", key=key).status_code == 404
    assert AccountKind.GIFT_CARD.value == "gift_card"
