"""What stands in the way of closing a shift: unfinished baskets, payments, papers and missing numbers."""

from collections.abc import Iterator

from omnipos.domain.money import format_money
from omnipos.domain.reckoning import number_of
from omnipos.domain.shift import Obstacle, ObstacleKind, ShiftReport
from omnipos.locale import _, ngettext
from omnipos.services.till import Till
from omnipos.store import baskets, exceptions, journal, payments, printjobs


def in_the_way(till: Till, report: ShiftReport) -> tuple[Obstacle, ...]:
    """Return all that keeps a shift from being closed, the most urgent first."""
    return (*passing(till), *_numbers(till, report))


def passing(till: Till) -> tuple[Obstacle, ...]:
    """Return what may go away while somebody waits for it; quick to ask, however long the shift is."""
    return (*_payments(till), *_baskets(till), *_papers(till))


def _payments(till: Till) -> Iterator[Obstacle]:
    for payment in payments.open_payments(till.store.books):
        said = format_money(payment.amount_minor, payment.currency)
        yield Obstacle(kind=ObstacleKind.PAYMENT, subject=said)


def _baskets(till: Till) -> Iterator[Obstacle]:
    db = till.store.books
    on_counter = baskets.open_basket(db)
    unfinished = [on_counter] if on_counter is not None and not on_counter.is_empty else []
    for basket in (*unfinished, *(basket for _at, basket in baskets.parked_baskets(db))):
        yield Obstacle(kind=ObstacleKind.BASKET, subject=str(basket.number))


def _papers(till: Till) -> Iterator[Obstacle]:
    waiting = printjobs.count_papers(till.store.books)
    if waiting:
        said = ngettext("{count} paper waits.", "{count} papers wait.", waiting)
        yield Obstacle(kind=ObstacleKind.PAPER, subject=said.format(count=waiting))
    for paper in exceptions.failed_papers(till.store.books):
        subject = _("exception {ref}.").format(ref=f"P{paper.job_id}")
        yield Obstacle(kind=ObstacleKind.PAPER, subject=subject)


def _numbers(till: Till, report: ShiftReport) -> Iterator[Obstacle]:
    for gap in report.takings.gaps:
        yield Obstacle(kind=ObstacleKind.NUMBERS, subject=gap)
    drawn, last = journal.counter_value(till.store.books, "receipt"), number_of(report.takings.last_receipt)
    if report.takings.sales and drawn > last:
        yield Obstacle(kind=ObstacleKind.NUMBERS, subject=f"{last + 1:06d}")
