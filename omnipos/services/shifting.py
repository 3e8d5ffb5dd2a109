"""Shifts: the float, cash in and out that is no sale, and the count that closes a shift with its Z."""

from collections.abc import Callable, Mapping

import msgspec

from omnipos.domain import drawer as rules
from omnipos.domain import foreign_count
from omnipos.domain.cardnumber import free_text
from omnipos.domain.drawer import CashMove, Pieces
from omnipos.domain.errors import DrawerRefused, EntryRefused
from omnipos.domain.foreign_count import ForeignCounted
from omnipos.domain.money import format_money
from omnipos.domain.paper import CashMovePaper, Paper, ShiftPaper
from omnipos.domain.sale import till_code
from omnipos.domain.shift import CountTold, Obstacle, ShiftReport, obstacle_words
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Approval, Right
from omnipos.events import CashMoved, PaperReprinted, ShiftClosed, ShiftOpened
from omnipos.locale import _
from omnipos.services import approving, obstacles, reporting
from omnipos.services.approving import LONGEST_REASON, NOBODY, Allowed, Word
from omnipos.services.kicking import COUNTING
from omnipos.services.reporting import XReport
from omnipos.services.till import Till
from omnipos.store import journal, people, printjobs, shifts
from omnipos.store.connection import transaction


class ShiftBlocked(DrawerRefused):
    """Something stands in the way of the Z; a manager may close the shift all the same."""

    def __init__(self, found: tuple[Obstacle, ...]) -> None:
        """Say what it is, each with what to do."""
        super().__init__(
            " ".join((_("The shift cannot be closed yet. Nothing was changed."), *map(obstacle_words, found)))
        )
        self.obstacles = found


class OverShort(DrawerRefused):
    """The drawer is over or short by more than the shop lets pass."""

    def __init__(self, differences: Mapping[str, int], own: str, *, is_blind: bool) -> None:
        """Say by how much, in the shop's own currency and in each other one."""
        said = [_off_words(minor, code, own) for code, minor in differences.items()]
        again = _("Count again, or type the reason; a manager allows it.")
        stands = _("This count is kept. Type the reason; a manager allows it.")
        super().__init__(" ".join((*said, stands if is_blind else again)))
        self.differences = differences


class CountStands(DrawerRefused):
    """A count was told before, so that another one is blind no more."""

    def __init__(self) -> None:
        """Say that both are kept."""
        super().__init__(
            _(
                "Another count was told before, and is kept. For this one type the reason too; a manager"
                " allows it."
            )
        )


def _off_words(minor: int, code: str, own: str) -> str:
    text = _("The drawer is {amount} over.") if minor > 0 else _("The drawer is {amount} short.")
    write = format_money if code == own else foreign_count.foreign_money
    return text.format(amount=write(abs(minor), code))


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says who closes a shift; unsaid, all that was counted stays in the drawer."""

    counted: tuple[Pieces, ...]
    left_minor: int | None = None
    reason: str = ""
    """Why it is over or short, where it is by more than the shop lets pass."""
    force: bool = False
    force_reason: str = ""
    """Why it is closed over what stands in the way."""
    foreign: tuple[ForeignCounted, ...] = ()
    """What was counted of other currencies."""


class DrawerState(msgspec.Struct, frozen=True, kw_only=True):
    """How the open shift stands; without its report for who may not know what should be in the drawer."""

    shift: str
    began_at_ms: int
    business_date: str
    float_minor: int
    is_float_counted: bool
    obstacles: tuple[Obstacle, ...]
    report: ShiftReport | None
    closed: int
    """How many shifts were closed before."""
    foreign: tuple[str, ...] = ()
    """The other currencies that are counted at the close."""
    float_short_minor: int = 0
    """By how much the float that was counted is less than what the last shift left."""


def state(till: Till) -> DrawerState:
    """Return how the open shift stands, as far as who is signed in may know."""
    till.signed_in(Right.SELL)
    db, report = till.store.books, _so_far(till)
    now = shifts.open_shift(db)
    return DrawerState(
        shift=report.shift,
        began_at_ms=report.began_at_ms,
        business_date=report.business_date,
        float_minor=report.drawer.float_minor,
        is_float_counted=shifts.is_float_counted(db, now),
        obstacles=obstacles.in_the_way(till, report),
        report=report if _is_told(till) else None,
        closed=now.closed_before,
        foreign=foreign_count.to_count(report.drawer, till.shop().foreign),
        float_short_minor=report.drawer.float_short_minor,
    )


def open_with_float(till: Till, counted: tuple[Pieces, ...], word: Word = NOBODY) -> DrawerState:
    """Count the float of the open shift into the drawer, once a shift.

    Raises DrawerRefused, and WordNeeded for who may not.
    """
    till.someone()
    db = till.store.books
    if shifts.is_float_counted(db, shifts.open_shift(db)):
        raise DrawerRefused(
            _("The float of this shift is counted already. Pay more in, or drop some into the safe.")
        )
    float_minor = rules.worth_of(counted)
    what = _("Float of {amount}").format(amount=format_money(float_minor, till.shop().currency))
    given = approving.allowed(till, (Right.DRAWER,), what, word)
    fact = ShiftOpened(float_minor=float_minor, counted=counted, allowed=given.by_another(Right.DRAWER))
    with transaction(db):
        journal.append(db, till.stamp(), fact)
    till.syncing.nudge()
    return state(till)


def move_cash(
    till: Till, move: CashMove, amount_minor: int, reason: str = "", word: Word = NOBODY
) -> CashMovePaper:
    """Put cash in or take it out that is no sale, with its slip; the drawer opens.

    Raises EntryRefused without a sum or, but for the safe, without a reason; WordNeeded for who may not,
    and for paying out beyond the shop's limit.
    """
    till.someone()
    shop, reason = till.shop(), free_text(reason, LONGEST_REASON)
    rules.check_moved(amount_minor, shop.currency)
    if not reason and move is not CashMove.SAFE_DROP:
        raise EntryRefused(_("Type the reason. It is kept with what is done."))
    limit = shop.drawer.paid_out_limit_minor
    is_beyond = move is CashMove.PAID_OUT and limit is not None and amount_minor > limit
    given = _may_move(
        till,
        f"{_(rules.MOVE_WORDS[move])} {format_money(amount_minor, shop.currency)}",
        reason,
        word,
        is_beyond=is_beyond,
    )
    approval = given.approval(Right.OVERRIDE) if is_beyond else None
    allowed = given.by_another(Right.DRAWER)
    stamp = till.stamp()
    paper = CashMovePaper(
        move=move,
        amount_minor=amount_minor,
        reason=reason,
        shop=shop,
        till_number=till.identity.till_number,
        shift=stamp.shift,
        staff_name=given.staff.name,
        approved_by=_name(till, approval or allowed),
        at_ms=stamp.occurred_at_ms,
    )
    db = till.store.books
    with transaction(db):
        fact = CashMoved(
            move=move, amount_minor=amount_minor, reason=reason, approval=approval, allowed=allowed
        )
        journal.append(db, stamp, fact)
        printjobs.insert_job(db, paper, stamp.occurred_at_ms)
    _told(till)
    return paper


def _may_move(till: Till, what: str, reason: str, word: Word, *, is_beyond: bool) -> Allowed:
    """Return who lets cash move, beyond the limit of the shop as well: one word for both."""
    rights = (Right.DRAWER, Right.OVERRIDE) if is_beyond else (Right.DRAWER,)
    return approving.allowed(
        till, rights, "" if till.someone().may(Right.DRAWER) else what, word, reason=reason
    )


def close(till: Till, closing: Closing, word: Word = NOBODY) -> ShiftReport:
    """Close the open shift with what was counted; return its Z, which is printed and never changes.

    Raises ShiftBlocked and OverShort; each is let pass with a reason of its own and a manager's word, the
    former only when asked to by `force`. Raises WordNeeded for who may not count the drawer, unless they
    were allowed to when it was opened for that.
    """
    till.someone()
    shop, report = till.shop(), _so_far(till)
    if not report.began_at_ms:
        raise DrawerRefused(_("Nothing has happened since the last Z. There is nothing to close."))
    found = obstacles.in_the_way(till, report)
    if found and not closing.force:
        raise ShiftBlocked(found)
    counted = _counted(report, closing, shop)
    given, over_short, forced = _allowed(till, closing, word, counted, is_forced=bool(found))
    who, count = till.identity, shifts.open_shift(till.store.books).closed_before + 1
    done = msgspec.structs.replace(
        counted,
        number=f"{till_code(who.store_code, who.till_number, who.epoch)}-Z{count:04d}",
        count=count,
        until_ms=till.clock.now_ms(),
        closed_by=given.staff.staff_id,
        allowed=given.by_another(Right.CASH_UP),
        over_short=over_short,
        forced=forced,
        obstacles=found,
    )
    _write_close(till, done)
    approving.end(till, Right.CASH_UP, COUNTING)
    return done


def _counted(report: ShiftReport, closing: Closing, shop: Shop) -> ShiftReport:
    """Return a report with what was counted, and what of it stays in the drawer."""
    counted_minor = rules.worth_of(closing.counted)
    left_minor = counted_minor if closing.left_minor is None else closing.left_minor
    if not 0 <= left_minor <= counted_minor:
        raise EntryRefused(_("No more can stay in the drawer than was counted."))
    return msgspec.structs.replace(
        report,
        counted=closing.counted,
        counted_minor=counted_minor,
        difference_minor=counted_minor - report.drawer.expected_minor,
        left_minor=left_minor,
        foreign_counted=foreign_count.count_foreign(report.drawer, shop.foreign, closing.foreign),
    )


def _allowed(
    till: Till, closing: Closing, word: Word, counted: ShiftReport, *, is_forced: bool
) -> tuple[Allowed, Approval | None, Approval | None]:
    """Return who closes, who lets a difference pass, and who closes over what is in the way.

    It is one word with two reasons.
    """
    off = _off(till, counted)
    why_forced = free_text(closing.force_reason, LONGEST_REASON) if is_forced else ""
    why_off = free_text(closing.reason, LONGEST_REASON) if off else ""
    if is_forced and not why_forced:
        raise EntryRefused(_("Type the reason for closing it all the same. It is kept with the Z."))
    if off and not why_off:
        _tell(till, counted, word)
        raise off
    reasons = "; ".join(filter(None, (why_forced, why_off)))
    rights = (Right.CASH_UP, Right.OVERRIDE) if reasons else (Right.CASH_UP,)
    what = "" if till.someone().may(Right.CASH_UP) else _("Closing the shift")
    given = approving.allowed(till, rights, what, word, reason=reasons, of=COUNTING)
    who = given.approval(Right.OVERRIDE).staff_id if reasons else ""
    over_short = Approval(staff_id=who, reason=why_off) if why_off else None
    return given, over_short, Approval(staff_id=who, reason=why_forced) if why_forced else None


def _off(till: Till, counted: ShiftReport) -> OverShort | CountStands | None:
    """Return why a count takes a reason and a manager's word; None where it is as it should be."""
    if counted.is_recount:
        return CountStands()
    shop = till.shop()
    found = foreign_count.differences(counted, rules.limit_minor(shop.drawer, shop.currency))
    return OverShort(found, shop.currency, is_blind=not _is_told(till)) if found else None


def _is_told(till: Till) -> bool:
    """Tell whether who is signed in knows what should be in the drawer before it is counted."""
    return till.someone().may(Right.REPORT) or not till.shop().drawer.blind


def _tell(till: Till, counted: ShiftReport, word: Word) -> None:
    """Keep the first count that is told to who counts blind, for who may count at all. Raises WordNeeded."""
    approving.begin(till, Right.CASH_UP, _("Closing the shift"), word, COUNTING)
    if counted.drawer.told is not None or _is_told(till):
        return
    fact = CountTold(
        staff_id=till.someone().staff_id,
        counted=counted.counted,
        counted_minor=counted.counted_minor,
        difference_minor=counted.difference_minor,
        foreign=counted.foreign_counted or (),
    )
    with transaction(till.store.books):
        journal.append(till.store.books, till.stamp(), fact)
    till.syncing.nudge()


def _write_close(till: Till, report: ShiftReport) -> None:
    is_right = report.drawer.adds_up() and foreign_count.is_right(report, report.drawer)
    assert is_right, "a drawer whose sums do not add up is a bug, not a Z"
    db, stamp, paper = till.store.books, till.stamp(), _paper(till, report)
    with transaction(db):
        event = journal.append(db, stamp, ShiftClosed(report=report))
        shifts.insert_closed(db, event, report)
        printjobs.insert_job(db, paper, stamp.occurred_at_ms)
    _told(till)


def x_now(till: Till, word: Word = NOBODY) -> ShiftReport:
    """Return what the open shift comes to so far, for who may know it; raise WordNeeded."""
    approving.allowed(till, (Right.REPORT,), _("X report"), word)
    return _so_far(till)


def print_x(till: Till, word: Word = NOBODY) -> ShiftReport:
    """Print what the open shift comes to so far; nothing is closed or reset by it. Raises WordNeeded."""
    approving.allowed(till, (Right.REPORT,), _("Printing the X report"), word)
    report = _so_far(till)
    _print(till, _paper(till, report))
    return report


def sales_so_far(till: Till, word: Word = NOBODY) -> XReport:
    """Return what was sold in the open shift, for who may know it; raise WordNeeded."""
    approving.allowed(till, (Right.REPORT,), _("Sales so far"), word)
    return reporting.x_report(till.store.books)


def latest(till: Till, limit: int = 100, word: Word = NOBODY) -> list[ShiftReport]:
    """Return the latest Z reports, the newest first, for who may know them; raise WordNeeded."""
    approving.allowed(till, (Right.CASH_UP,), _("Closed shifts"), word)
    return reporting.z_reports(till.store.books, limit)


def reprint_z(till: Till, count: int = 0, word: Word = NOBODY) -> ShiftReport:
    """Print a Z again, marked COPY; without a count, the last one. Raises ItemUnknown, and WordNeeded."""
    report = reporting.z_report(till.store.books, count)
    what = _("Printing {number} again").format(number=report.number)
    given = approving.allowed(till, (Right.CASH_UP,), what, word)
    fact = PaperReprinted(receipt_number=report.number, allowed=given.by_another(Right.CASH_UP))
    _print(till, _paper(till, report), lambda: journal.append(till.store.books, till.stamp(), fact))
    return report


def _print(till: Till, paper: Paper, before: Callable[[], object] | None = None) -> None:
    db = till.store.books
    with transaction(db):
        if before is not None:
            before()
        printjobs.insert_job(db, paper, till.clock.now_ms(), copy=before is not None)
    _told(till)


def _told(till: Till) -> None:
    till.printing.nudge()
    till.syncing.nudge()


def _so_far(till: Till) -> ShiftReport:
    return reporting.report_so_far(till.store.books, till.clock.now_ms())


def names_in(till: Till, report: ShiftReport) -> dict[str, str]:
    """Return the names of the staff in a report, by id."""
    ids = {one.staff_id for one in report.takings.staff} | {report.closed_by}
    ids |= {one.staff_id for one in (report.allowed, report.over_short, report.forced) if one}
    ids |= {told.staff_id} if (told := report.drawer.told) else set()
    known = {who: people.staff_by_id(till.store.books, who) for who in sorted(ids - {""})}
    return {who: person.name for who, person in known.items() if person}


def _paper(till: Till, report: ShiftReport) -> ShiftPaper:
    return ShiftPaper(
        report=report,
        shop=till.shop(),
        names=names_in(till, report),
        printed_at_ms=till.clock.now_ms(),
    )


def _name(till: Till, approval: Approval | None) -> str:
    person = people.staff_by_id(till.store.books, approval.staff_id) if approval else None
    return person.name if person else ""
