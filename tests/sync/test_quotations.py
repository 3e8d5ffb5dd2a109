"""A customer's quote between two real tills of a real hub: taken up at the other one, its deposit known."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from omnipos.domain.errors import ItemUnknown
from omnipos.services import finding, quotations, quoted, selling, tendering
from omnipos.services.finding import ItemOffer
from omnipos.services.verifying import verify
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill

TEH = "8996006855893"


@pytest.fixture
def tills(running_hub: HubProcess, tmp_path: Path) -> Iterator[tuple[EnrolledTill, EnrolledTill]]:
    """Two tills of a store."""
    both = EnrolledTill(running_hub, tmp_path / "one"), EnrolledTill(running_hub, tmp_path / "two")
    for till in both:
        assert till.engine.once().ok
    yield both
    for till in both:
        till.close()


def sync(*tills: EnrolledTill) -> None:
    """One round of each."""
    for each in tills:
        assert each.engine.once().ok


def quote(counter: EnrolledTill) -> str:
    """Keep two teas for 6,000 each as a quote with a deposit of 5,000; return its number."""
    found = counter.till.call(finding.scanned, TEH)
    assert isinstance(found, ItemOffer)
    counter.till.call(selling.ring, [(found.item, 2000)])
    number = counter.till.call(quotations.keep).quotation.number
    counter.till.call(quotations.pay_ahead, number, 5000)
    assert counter.till.call(tendering.pay_cash).sale is not None
    return number


def open_at(counter: EnrolledTill) -> list[tuple[str, int]]:
    """The open quotes of a till with what is paid on them."""
    found = counter.till.call(quotations.listed)
    return [(one.quotation.number, one.deposit_minor) for one in found]


def test_a_quote_with_a_deposit_is_sold_at_another_till_and_closed_at_both(
    running_hub: HubProcess, tills: tuple[EnrolledTill, EnrolledTill]
) -> None:
    one, two = tills
    number = quote(one)
    assert (open_at(one), open_at(two)) == ([(number, 5000)], [])
    sync(one, two, one)
    assert (open_at(one), open_at(two)) == ([(number, 5000)], [(number, 5000)])
    view = two.till.call(quotations.recall, number)
    assert (view.totals.total_minor, view.due.due_minor) == (12_000, 7000)
    assert two.till.call(tendering.pay_cash).sale is not None
    assert (open_at(one), open_at(two)) == ([(number, 5000)], [])
    sync(two, one, two)
    assert (open_at(one), open_at(two)) == ([], [])
    with pytest.raises(ItemUnknown):
        one.till.call(quotations.recall, number)
    account: dict[str, Any] = running_hub.ask("GET", f"/v1/accounts/deposit/{number}")
    assert account["balance_minor"] == 0
    for each in tills:
        assert each.till.call(quoted.deposit_of, number) == 0
        assert each.store.call(lambda books=each.store.books: verify(books)).findings == ()


def test_a_deposit_used_at_two_tills_offline_is_kept_and_told_to_a_person(
    running_hub: HubProcess, tills: tuple[EnrolledTill, EnrolledTill]
) -> None:
    one, two = tills
    number = quote(one)
    sync(one, two)
    for each in tills:
        each.till.call(quotations.recall, number)
        assert each.till.call(tendering.pay_cash).sale is not None
    sync(*tills)
    cases = running_hub.ask("GET", "/v1/exceptions")["exceptions"]
    assert [one["kind"] for one in cases] == ["deposit_overspent"]
    assert f"the deposit on quote {number} is " in cases[0]["detail"]
