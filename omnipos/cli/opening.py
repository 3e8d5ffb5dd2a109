"""Opening a till: its folder, its hub, its printer and its syncing, wired together and ended together."""

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from omnipos.cli.acquiring import open_acquirer
from omnipos.cli.badges import badges_of
from omnipos.cli.complaints import log_to
from omnipos.cli.control import ControlSocket
from omnipos.cli.membership import Membership, load_membership, save_membership, till_client
from omnipos.cli.ownhub import has_own_hub, reach_own_hub
from omnipos.config import Settings, load_settings
from omnipos.domain.errors import StoreTrouble
from omnipos.domain.paper import PrintJob
from omnipos.domain.payment import PaymentAnswer
from omnipos.locale import _, speak
from omnipos.services import paying, resolving
from omnipos.services.kicking import journal_of_kicks
from omnipos.services.till import SystemClock, Till
from omnipos.store import people
from omnipos.store.connection import BOOKS_FILE, Store, keep_reserve, open_to_read
from omnipos.store.identity import Identity, load_identity
from omnipos.store.printjobs import StoredJobs, count_unprinted
from omnipos.store.soundness import look_through
from sync.engine import SyncEngine
from sync.queries import Questions

if TYPE_CHECKING:
    from printing.composing import JobComposer
    from printing.links import PrinterSetting
    from printing.spool import Spool
    from sync.client import HubClient

LOOK_AFTER_S = 5.0
"""The whole journal is looked through when the till has started; its end was before."""
RECEIPTS = "receipts"
"""The folder of e-receipts, in a till's own."""
LAST_PAPERS_S = 5.0
"""How long a till that is left waits for papers under way."""


def is_enrolled(folder: Path) -> bool:
    """Tell whether there is a till in a data folder, enrolled to its end."""
    if load_membership(folder) is None or not (folder / BOOKS_FILE).exists():
        return False
    try:
        with contextlib.closing(open_to_read(folder)) as books:
            return load_identity(books) is not None
    except sqlite3.Error:
        return True  # a till is there; opening it says what is wrong with it


@contextlib.contextmanager
def open_till(folder: Path) -> Iterator[tuple[Till, Settings]]:
    """Open the till of a folder for selling; everything it started ends with it.

    Raises StoreTrouble when there is no till or another program has it open.
    """
    settings = load_settings(folder)
    member = _member(folder)
    with contextlib.ExitStack() as stack:
        store, identity = _open_store(folder, stack)
        log_to(folder)
        keep_reserve(folder)
        address = _address(folder, settings, member, stack, wait=False)
        clock = SystemClock()
        spool = open_spool(store, settings)
        client = till_client(folder, address)
        engine = SyncEngine(store, identity, clock, client, answer=lambda: _answer(till))
        engine.rejoin = partial(_join_anew, folder, client)
        till = Till(store, clock, identity, spool, engine)
        questions = Questions(client.twin())
        stack.callback(questions.close)
        till.hub = questions
        till.ereceipts = EReceiptFiles(folder)
        till.badges = badges_of(folder, address, spool, settings)
        shop = store.call(lambda: people.shop_by_id(store.books, identity.store_id))
        speak(settings.language or (shop.language if shop else "en"))
        stack.callback(spool.stop)
        spool.start()
        _open_terminal(till, settings, stack)
        open_acquirer(till, settings, stack)
        stack.callback(engine.stop)
        engine.start()
        control = ControlSocket(folder, {"sync": lambda: msgspec.structs.asdict(engine.once())})
        stack.callback(control.close)
        ended = threading.Event()
        stack.callback(ended.set)
        threading.Thread(target=_look_through, args=(store, ended), name="soundness", daemon=True).start()
        yield till, settings
        _print_the_rest(till)
        from omnipos.services.archiving import archive_old

        # While nobody waits: what is old and at the hub leaves the journal, a file at a time.
        store.call(lambda: archive_old(store, clock))


def _open_terminal(till: Till, settings: Settings, stack: contextlib.ExitStack) -> None:
    """Begin to ask for payments that the till does not know the end of, where a terminal is set."""
    till.call(resolving.after_start)
    if not settings.terminal:
        return
    from terminals.tcp import TcpTerminal
    from terminals.waiting import TerminalWaiter

    terminal = TcpTerminal(settings.terminal)

    def hear(payment_id: str, answer: PaymentAnswer, *, first: bool) -> None:
        till.call(paying.heard, payment_id, answer, first=first)

    waiter = TerminalWaiter(terminal, hear, lambda: till.call(resolving.open_payments), terminal.hang_up)
    till.charging = waiter
    stack.callback(waiter.stop)
    waiter.start()


def _look_through(store: Store, ended: threading.Event) -> None:
    if ended.wait(LOOK_AFTER_S):
        return
    store.damage = look_through(store.folder / BOOKS_FILE, ended)
    if store.damage:
        logging.getLogger(__name__).error("%s", store.damage)


def _print_the_rest(till: Till) -> None:
    """Let a working printer finish; what is left is printed at the next start."""
    deadline = time.monotonic() + LAST_PAPERS_S
    while time.monotonic() < deadline and not till.printing.trouble():
        if not till.store.call(lambda: count_unprinted(till.store.books)):
            return
        time.sleep(0.02)


@contextlib.contextmanager
def open_to_sync(folder: Path) -> Iterator[SyncEngine]:
    """Open the till of a folder for one round of syncing, with its own hub serving."""
    settings = load_settings(folder)
    member = _member(folder)
    with contextlib.ExitStack() as stack:
        store, identity = _open_store(folder, stack)
        address = _address(folder, settings, member, stack, wait=True)
        clock, client = SystemClock(), till_client(folder, address)
        engine = SyncEngine(store, identity, clock, client, answer=lambda: _answer(till))
        engine.rejoin = partial(_join_anew, folder, client)
        till = Till(store, clock, identity, open_spool(store, settings), engine)
        stack.callback(engine.stop)
        yield engine


def _answer(till: Till) -> bool:
    from omnipos.services import following, leasing

    leased = till.call(leasing.answer)
    return till.call(following.answer) or leased


def _join_anew(folder: Path, client: "HubClient", code: str) -> None:
    from omnipos.cli.joining import join_anew

    join_anew(folder, client, code)


def _member(folder: Path) -> Membership:
    member = load_membership(folder)
    if member is None:
        raise StoreTrouble(
            _(
                "There is no till in {folder} yet. Start omnipos once to set it up,"
                " or join a hub with: omnipos enrol URL CODE"
            ).format(folder=folder)
        )
    return member


def _open_store(folder: Path, stack: contextlib.ExitStack) -> tuple[Store, Identity]:
    store = Store(folder)
    stack.callback(store.close)
    identity = store.call(lambda: load_identity(store.books))
    if identity is None:
        raise StoreTrouble(
            _("The till in {folder} was not enrolled to its end. Enrol it again.").format(folder=folder)
        )
    return store, identity


def _address(
    folder: Path, settings: Settings, member: Membership, stack: contextlib.ExitStack, *, wait: bool
) -> str:
    if settings.hub:
        return settings.hub
    if not has_own_hub(folder):
        return member.hub
    address = stack.enter_context(reach_own_hub(folder, wait=wait))
    if address != member.hub:
        save_membership(folder, msgspec.structs.replace(member, hub=address))
    return address


def open_spool(store: Store, settings: Settings, *, training: bool = False) -> "Spool":
    """Return the spool of a till with the printer of its settings; in training its papers say so."""
    from printing.links import COLUMNS, open_link, parse_setting
    from printing.spool import Spool

    setting = parse_setting(settings.printer)
    if "columns=" not in settings.printer and settings.paper_columns in COLUMNS:
        setting = msgspec.structs.replace(setting, columns=settings.paper_columns)
    first = _FirstPaper(setting, training)
    jobs = StoredJobs(store, journal_of_kicks(store, SystemClock()))
    return Spool(jobs, open_link(setting), first, first.prepare)


class EReceiptFiles:
    """Saves e-receipts in a till's folder with what is imported at the first of them."""

    def __init__(self, folder: Path, *, training: bool = False) -> None:
        self._folder = folder / RECEIPTS
        self._training = training

    def save(self, job: PrintJob) -> tuple[Path, ...]:
        """Write the files of a receipt and return where they are; raise OSError."""
        from printing.ereceipt import EReceiptFolder

        return EReceiptFolder(self._folder, training=self._training).save(job)


class _FirstPaper:
    """Composes papers with what is imported at the first of them: the first screen comes before."""

    def __init__(self, setting: "PrinterSetting", training: bool) -> None:
        self._setting = setting
        self._training = training
        self._composer: JobComposer | None = None

    def prepare(self) -> None:
        """Import what the first paper needs, while nobody waits for one."""
        self._ready().prepare()

    def __call__(self, job: PrintJob) -> tuple[str, bytes]:
        return self._ready()(job)

    def _ready(self) -> "JobComposer":
        if self._composer is None:
            from printing.composing import JobComposer

            self._composer = JobComposer(
                self._setting.columns, self._setting.code_page, training=self._training
            )
        return self._composer
