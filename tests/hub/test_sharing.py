"""A page of changes is read once however many tills ask for it, and never of another life of the hub."""

import pytest

from hub import feed
from hub.sharing import KEPT, Behind, Shared
from tests.hub.rig import HubRig

PLACE = Behind("epoch", "catalogue", 0, 1000, 3, 0, "run")


def test_a_page_is_read_once_for_all_until_something_changes(
    rig: HubRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    read = feed._behind

    def counted(*asked: object) -> tuple[feed.RawChange, ...]:
        reads.append(1)
        return read(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(feed, "_behind", counted)
    first, again = rig.pull("catalogue"), rig.pull("catalogue")
    assert (first.changes, len(first.changes), len(reads)) == (again.changes, 3, 1)
    product = {"sku": "A", "name": "Baru", "price_minor": 4000, "tax_code": "PPN"}
    rig.ask("PUT", "/v1/products", {"products": [product]})
    after = rig.pull("catalogue")
    assert (after.head, after.changes[-1].record.name, len(reads)) == (4, "Baru", 2)  # type: ignore[union-attr]


def test_what_another_run_of_the_hub_wrote_is_not_taken_for_it() -> None:
    shared = Shared[str]()
    assert shared.page(PLACE, lambda: "lost with a machine") == "lost with a machine"
    assert shared.page(PLACE, lambda: "never read") == "lost with a machine"
    changed = ({"mark": "later"}, {"hub_epoch": "other"}, {"head": 4}, {"floor": 2})
    for other in (PLACE._replace(**one) for one in changed):
        assert shared.page(other, lambda: "new") == "new"


def test_few_pages_are_kept() -> None:
    shared = Shared[int]()
    for after in range(KEPT + 1):
        shared.page(PLACE._replace(after=after), lambda after=after: after)  # type: ignore[misc]
    assert [shared.page(PLACE._replace(after=after), lambda: -1) for after in (KEPT, 0)] == [KEPT, -1]
