"""Verifying closed shifts: each Z is what the journal says of its shift, and the books hold it as it was."""

from sqlite3 import Connection

import msgspec

from omnipos.domain import foreign_count
from omnipos.domain.reckoning import Reckoned, Reckoning
from omnipos.domain.shift import ShiftReport
from omnipos.events import Event, Fact, ShiftClosed
from omnipos.locale import _
from omnipos.services.reporting import entry_of
from omnipos.store import shifts

_COMPARED = ("sales", "total_minor", "tax_minor", "rounding_minor", "change_minor", "returned_minor")


class ShiftChecks:
    """Reckons shift after shift while the journal is read."""

    def __init__(self, db: Connection) -> None:
        """Begin before the first event."""
        self._db = db
        self._sums = Reckoning()
        self.closed = 0
        """How many Z the journal has so far."""
        self._counts_foreign = False

    def check(self, event: Event, fact: Fact) -> list[str]:
        """Take an event in; return what is wrong with the Z that it is."""
        if not isinstance(fact, ShiftClosed):
            entry = entry_of(fact, event.header.actor)
            if entry is not None:
                self._sums.add(entry)
            return []
        report, wrong = fact.report, []
        self.closed += 1
        if report.count != self.closed:
            wrong.append(_("is Z {number}, which is not the next one").format(number=report.number))
        sums = self._sums.done()
        is_foreign_right = self._is_foreign_right(report, sums)
        if not (is_foreign_right and is_right(report, sums)):
            wrong.append(_("is a Z whose sums are not those of its shift"))
        if shifts.report_at(self._db, event.header.epoch, event.header.seq) != report:
            wrong.append(_("is a Z that the books show differently"))
        self._sums = Reckoning(report.left_minor, left_foreign=report.left_foreign())
        place = _("Event {seq} of epoch {epoch}").format(seq=event.header.seq, epoch=event.header.epoch)
        return [f"{place} {finding}." for finding in wrong]

    def _is_foreign_right(self, report: ShiftReport, sums: Reckoned) -> bool:
        """Tell whether foreign cash was counted as it should be; the first Z may be from before any was."""
        if report.foreign_counted is None and not self._counts_foreign:
            return True
        self._counts_foreign = True
        return foreign_count.is_right(report, sums.drawer)


def is_right(report: ShiftReport, sums: Reckoned) -> bool:
    """Tell whether a Z says what its shift comes to; an older one says nothing of a float that was short."""
    takings, drawer = sums
    return (
        all(getattr(takings, name) == getattr(report.takings, name) for name in _COMPARED)
        and takings.tenders == report.takings.tenders
        and report.drawer in (drawer, msgspec.structs.replace(drawer, float_short_minor=0))  # an older Z
        and report.counted_minor - drawer.expected_minor == report.difference_minor
    )
