"""What every use case works with: the open store, the clock, who the till is and who is signed in."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, NamedTuple, ParamSpec, TypeVar

from omnipos.domain.errors import NotAllowed, StoreTrouble
from omnipos.domain.paper import PrintJob
from omnipos.domain.payment import Payment
from omnipos.domain.pricing import Terms
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Approval, Right, Staff
from omnipos.locale import _
from omnipos.ports import (
    BadgeDesk,
    Charging,
    Clock,
    EReceipts,
    HubAway,
    HubQueries,
    Printing,
    QrAsking,
    Syncing,
)
from omnipos.store import people
from omnipos.store.catalogue import catalogue_revision
from omnipos.store.connection import Store
from omnipos.store.identity import Identity
from omnipos.store.journal import Stamp
from omnipos.store.prices import RulesKept
from omnipos.store.shifts import open_shift

if TYPE_CHECKING:
    from omnipos.services.paying import Heard

Args = ParamSpec("Args")
Result = TypeVar("Result")


def _tell_nobody(known: object) -> None:
    """Nobody is there to be told of a payment yet."""


class SystemClock:
    """The computer's clock."""

    def now_ms(self) -> int:
        """UTC milliseconds."""
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        """Milliseconds since the computer started."""
        return time.monotonic_ns() // 1_000_000


def uuid7(now_ms: int) -> str:
    """Return a new UUID version 7 (RFC 9562, 5.7)."""
    noise = int.from_bytes(os.urandom(10), "big")
    value = (now_ms & (1 << 48) - 1) << 80 | 7 << 76 | noise >> 68 << 64
    value |= 0b10 << 62 | noise & (1 << 62) - 1
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Ticket(NamedTuple):
    """A word that somebody gave for one action needing a right; `approval_id` is of the managers' queue."""

    right: Right
    staff_id: str
    approval_id: str = ""


class Leave(NamedTuple):
    """Who gave their word for an action of several steps, and to whom, by the staff id."""

    staff_id: str
    approval: Approval


class NoFiles:
    """Makes no files of receipts: nobody said where to."""

    def save(self, job: PrintJob) -> tuple[Path, ...]:
        """Refuse."""
        raise FileNotFoundError(job.kind)


class Till:
    """One selling station at work. Services take it first and run on its writer thread."""

    def __init__(
        self, store: Store, clock: Clock, identity: Identity, printing: Printing, syncing: Syncing
    ) -> None:
        """Bring together what the use cases need."""
        self.store = store
        self.clock = clock
        store.identity = identity
        self.printing = printing
        self.syncing = syncing
        self.hub: HubQueries = HubAway()
        self.staff: Staff | None = None
        self.is_training = False
        """Whether this is practice: a store of its own, and nothing of it is ever sent."""
        self.ereceipts: EReceipts = NoFiles()
        self.badges: BadgeDesk | None = None
        """What makes staff badges, on the computer that has the owner's key."""
        self.wrong_pin_at_ms: dict[str, int] = {}
        """When a wrong PIN was last seen for a name, by the clock that nobody can set."""
        self.tickets: dict[str, Ticket] = {}
        """Words given and not used yet; none outlives the program."""
        self.leaves: dict[tuple[Right, str], Leave] = {}
        """Words for actions of several steps that are under way, by the right and what the action is."""
        self.arrived = ("", 0)
        """Who was told to the store as being here, and what was known of them before."""
        self.is_arriving = False
        """Whether who signed in is still to be told, as the hub was away."""
        self.asked: dict[str, int] = {}
        """Approvals asked for in the store and when, by the clock that nobody can set."""
        self.answered: set[str] = set()
        """Approvals answered here, which the mirror may show as open yet."""
        self.order_at_hand = ""
        """The order that somebody looks at; it stays here whoever asks for it."""
        self.order_wanted = ""
        """The order that somebody waits for until another till gives it."""
        self.order_asked_at = ("", 0)
        """The order asked for last, and the version it had: the same is not asked for twice."""
        self.rules = RulesKept()
        self.held_terms: tuple[tuple[object, ...], Terms] | None = None
        """By what the part-paid basket is priced, and which basket that is."""
        self.on_payment: Callable[[Heard], None] = _tell_nobody
        """Told on the writer thread of each payment asked for outside that is known better than before."""
        self.charging: Charging | None = None
        """The card terminal beside this till, where there is one."""
        self.acquirer: QrAsking | None = None
        """The acquirer that makes codes for this till, where there is one."""
        self.on_code: Callable[[str], None] = _tell_nobody
        """Told, on a thread of its own, of each payment whose code there is now."""
        self.acting_for = ""
        """Who asked for what the till now does by itself; empty for who is signed in."""
        self.priced_by: tuple[int, object] = (0, None)
        """The minute and the rules by which a basket was priced last."""

    @property
    def identity(self) -> Identity:
        """Who this till is now; another epoch may begin between two pieces of work."""
        assert self.store.identity is not None, "a till is opened with its identity"
        return self.store.identity

    async def run(
        self,
        service: "Callable[Concatenate[Till, Args], Result]",
        *args: Args.args,
        **kwargs: Args.kwargs,
    ) -> Result:
        """Run a service on the writer thread; the screen goes on meanwhile."""
        return await self.store.run(lambda: service(self, *args, **kwargs))

    def call(
        self,
        service: "Callable[Concatenate[Till, Args], Result]",
        *args: Args.args,
        **kwargs: Args.kwargs,
    ) -> Result:
        """Run a service on the writer thread and wait for it."""
        return self.store.call(lambda: service(self, *args, **kwargs))

    def asked_of(self, payment: Payment) -> Charging | None:
        """Return who was asked for a payment, where that is still set on this till."""
        places = (self.charging, self.acquirer)
        return next((one for one in places if one and one.provider == payment.provider), None)

    @contextmanager
    def on_behalf_of(self, staff_id: str) -> Iterator[None]:
        """Let the journal name who asked for what happens inside, whoever is signed in by then."""
        self.acting_for = staff_id
        try:
            yield
        finally:
            self.acting_for = ""

    def new_id(self) -> str:
        """Return a new id, unique everywhere."""
        return uuid7(self.clock.now_ms())

    def signed_in(self, right: Right) -> Staff:
        """Return who is signed in; raise NotAllowed when nobody is or the right is missing."""
        return self.check_right(self.someone(), right)

    def someone(self) -> Staff:
        """Return who is signed in, whatever they may do; raise NotAllowed when nobody is."""
        if self.staff is None:
            raise NotAllowed(_("Nobody is signed in. Choose your name and type your PIN."))
        return self.staff

    def check_right(self, person: Staff, right: Right) -> Staff:
        """Return somebody who has a right; raise NotAllowed when it is missing."""
        if not person.may(right):
            raise NotAllowed(_("{name} may not do this. Ask a manager.").format(name=person.name))
        return person

    def shop(self) -> Shop:
        """Return the shop's settings; raise StoreTrouble before they were ever fetched."""
        shop = people.shop_by_id(self.store.books, self.identity.store_id)
        if shop is None:
            raise StoreTrouble(
                _("The shop's settings have not reached this till yet. Connect it to the hub once.")
            )
        return shop

    def stamp(self) -> Stamp:
        """Return who does something now, for the journal."""
        actor = self.acting_for or (self.staff.staff_id if self.staff else "")
        return stamp_of(self.store, self.clock, actor)


def stamp_of(store: Store, clock: Clock, actor: str) -> Stamp:
    """Return who does something now at the till of a store, for the journal."""
    assert store.identity is not None, "a till is opened with its identity"
    now_ms = clock.now_ms()
    return Stamp(
        event_id=uuid7(now_ms),
        epoch=store.identity.epoch,
        occurred_at_ms=now_ms,
        actor=actor,
        shift=open_shift(store.books).shift,
        catalogue_rev=catalogue_revision(store.books),
    )
