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


def open_to_count(till: Till) -> None:
    """Open the drawer for who may count it; while the printer does not answer, its key does."""
    staff = till.signed_in(Right.CASH_UP)
    if not till.printing.trouble():
        _kick(till, DrawerPaper(staff_id=staff.staff_id, reason=_("Opened to count it"), to_count=True))


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
