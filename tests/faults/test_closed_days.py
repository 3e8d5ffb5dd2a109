"""A day closed while the hub was away: its sales come later and land in their own shift, to the unit."""

from pathlib import Path

from omnipos.domain.drawer import Pieces
from omnipos.services import reporting, shifting
from omnipos.services.shifting import Closing
from omnipos.services.verifying import verify
from omnipos.store.printjobs import StoredJobs
from tests.hubs import HubProcess
from tests.rigs import INDOMIE, KOPI
from tests.sync.conftest import EnrolledTill
from tests.sync.test_engine import sell


def test_fault_50_a_day_closed_with_unsent_sales_agrees_with_the_hub_when_they_come(tmp_path: Path) -> None:
    hub = HubProcess(tmp_path / "hub")
    hub.set_up_shop()
    counter = EnrolledTill(hub, tmp_path / "till")
    try:
        assert counter.engine.once().ok
        till = counter.till
        sold = [sell(counter, one.barcodes[0].code).total_minor for one in (INDOMIE, KOPI)]
        expected = till.store.call(lambda: reporting.report_so_far(till.store.books)).drawer
        counted = (Pieces(worth_minor=100, count=expected.expected_minor // 100),)
        jobs = StoredJobs(till.store)
        while job := jobs.next_job():
            jobs.done(job.job_id)
        done = till.call(shifting.close, Closing(counted=counted))
        later = sell(counter, INDOMIE.barcodes[0].code).total_minor
        assert hub.ask("GET", "/v1/shifts")["shifts"] == []
        assert counter.engine.once().waiting == 0
        seen = [
            (one["shift"], one["state"], one["sales"], one["total_minor"])
            for one in hub.ask("GET", "/v1/shifts")["shifts"]
        ]
        assert seen == [("1", "agrees", 2, sum(sold)), ("1-2", "open", 1, later)]
        assert hub.ask("GET", "/v1/shifts")["shifts"][0]["report"]["number"] == done.number
        assert hub.ask("GET", "/v1/exceptions")["exceptions"] == []
        assert till.store.call(lambda: verify(till.store.books)).findings == ()
    finally:
        counter.close()
        hub.stop()
