"""Opening the drawer without a sale: through the printer, and in the journal once it was opened."""

from omnipos.domain.cardnumber import free_text
from omnipos.domain.errors import DrawerRefused, EntryRefused
from omnipos.domain.paper import DrawerPaper
from omnipos.domain.staff import Right
from omnipos.events import DrawerOpened
from omnipos.locale import _
from omnipos.ports import Clock
from omnipos.services import approving
from omnipos.services.approving import LONGEST_REASON, Word
from omnipos.services.till import Till, stamp_of
from omnipos.store import journal, printjobs
from omnipos.store.connection import Store, transaction
from omnipos.store.printjobs import Opened

COUNTING = "counting"
"""What the action of several steps is called that begins with an open drawer and ends with its Z."""


def no_sale(till: Till, reason: str, word: Word = approving.NOBODY) -> None:
    """Open the drawer without a sale; the journal has it once the printer has opened it.

    Raises EntryRefused without a reason, WordNeeded for who may not, DrawerRefused while the printer
    does not answer.
    """
    reason = free_text(reason, LONGEST_REASON)
    till.signed_in(Right.SELL)
    if not reason:
        raise EntryRefused(_("Type the reason. It is kept with what is done."))
    approval = approving.word_for(till, Right.NO_SALE, reason, word)
    staff = till.signed_in(Right.SELL)
    given = approval if approval.staff_id != staff.staff_id else None
    _kick(till, DrawerPaper(staff_id=staff.staff_id, reason=reason, approval=given))


def open_to_count(till: Till, word: Word = approving.NOBODY) -> None:
    """Open the drawer for who may count it; while the printer does not answer, its key does.

    Raises WordNeeded for who may not. The word serves for closing the shift too, or until `leave_count`.
    """
    allowed = approving.begin(till, Right.CASH_UP, _("Counting the drawer"), word, COUNTING)
    if not till.printing.trouble():
        who, reason = till.someone().staff_id, _("Opened to count it")
        _kick(till, DrawerPaper(staff_id=who, reason=reason, approval=allowed, to_count=True))


def leave_count(till: Till) -> None:
    """Count the drawer no longer: who was allowed to is asked again the next time."""
    approving.end(till, Right.CASH_UP, COUNTING)


def _kick(till: Till, paper: DrawerPaper) -> None:
    if till.printing.trouble():
        raise DrawerRefused(
            _("The printer does not answer, and the drawer opens through it. Open it with its key.")
        )
    with transaction(till.store.books):
        printjobs.insert_job(till.store.books, paper, till.clock.now_ms())
    till.printing.nudge()


def journal_of_kicks(store: Store, clock: Clock) -> Opened:
    """Return what writes an opened drawer into the journal, inside the transaction that says it is done."""

    def opened(paper: DrawerPaper, certain: bool) -> None:
        fact = DrawerOpened(
            staff_id=paper.staff_id,
            reason=paper.reason,
            approval=paper.approval,
            certain=certain,
            to_count=paper.to_count,
        )
        journal.append(store.books, stamp_of(store, clock, paper.staff_id), fact)

    return opened
