"""Rights looked at by the hub itself: what somebody did who may not is kept as a fact, and a person is told.

One case tells of one person at one till on one day (UTC), however much was done: its event is the first.
"""

from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import Connection, select

from hub import shops, tables
from hub.auth import Principal, Role
from hub.envelopes import Received
from hub.feed import STAFF
from hub.unit import Unit
from hub.words import Claim, claims_of
from omnipos import events
from omnipos.domain.approval import ApprovalAsked, ApprovalGiven, ApprovalWithdrawn
from omnipos.domain.following import BasketAsked, StaffArrived
from omnipos.domain.names import clean_text
from omnipos.domain.quotation import QuotationClosed, QuotationSaved
from omnipos.domain.staff import Approval, Right, Staff
from omnipos.locale import _

KIND = "by_somebody_without_the_right"
DAY_MS = 86_400_000

NEEDED: dict[type, Right] = {
    events.SaleCompleted: Right.SELL,
    events.LineVoided: Right.SELL,
    events.BasketVoided: Right.SELL,
    events.TenderTakenBack: Right.SELL,
    events.PaymentAsked: Right.SELL,
    events.BuyerGiven: Right.SELL,
    events.ReceiptSendAsked: Right.SELL,
    events.PaperReprinted: Right.SELL,
    ApprovalGiven: Right.SELL,
    ApprovalAsked: Right.SELL,
    ApprovalWithdrawn: Right.SELL,
    StaffArrived: Right.SELL,
    BasketAsked: Right.SELL,
    QuotationSaved: Right.SELL,
    QuotationClosed: Right.SELL,
    events.CustomerAdded: Right.SELL,
    events.CustomerChanged: Right.SELL,
    events.OrderPicked: Right.COLLECT,
    events.OrderReadied: Right.COLLECT,
    events.OrderHandedOver: Right.COLLECT,
    events.LeaseAsked: Right.COLLECT,
    events.LeaseAskWithdrawn: Right.SELL,
    events.LeaseTaken: Right.COLLECT,
    events.StockCounted: Right.COUNT,
}
"""What a person needs for a fact. Those of the drawer are told one by one, by `words.claims_of`; a till
writes the others by itself, or the hub refuses them otherwise."""


class People:
    """Everybody of the shop and their rights, as the hub has them now."""

    def __init__(self, conn: Connection) -> None:
        """Read them once for a batch."""
        self.staff = {one.staff_id: one for one in shops.everybody(conn)}
        self._left = _withdrawn_at(conn, [one.staff_id for one in self.staff.values() if not one.active])

    def has_left(self, staff_id: str, at_ms: int) -> bool:
        """Tell whether somebody's rights were withdrawn by then, by the hub's clock."""
        return staff_id in self._left and at_ms >= self._left[staff_id]

    def objection(self, claim: Claim, at_ms: int) -> str:
        """Return why somebody may not be named for a thing; empty for who may."""
        person = self.staff.get(claim.staff_id)
        if person is None:
            text = _("“{name}” is named for this: {what}. The hub knows nobody of that name.")
        elif self.has_left(claim.staff_id, at_ms):
            text = _("{name} is named for this after their rights were withdrawn: {what}.")
        elif not person.may(claim.right):
            text = _("{name} is named for this without the right to it: {what}.")
        else:
            return ""
        name = person.name if person else clean_text(claim.staff_id, 64)
        return text.format(name=name, what=claim.what)


def look_through(unit: Unit, till: Principal, fresh: Sequence[Received], skew_ms: int) -> None:
    """Note who did what a till reports without the right to; its clock is ahead of the hub's by `skew_ms`.

    Staff is read once; a batch in which all is well costs no more than that.
    """
    ours = [one for one in fresh if not one.problem and one.fact is not None]
    if till.role is not Role.DEVICE or not ours:
        return
    people = People(unit.conn)
    _look_at_actors(unit, till, [one for one in ours if type(one.fact) in NEEDED], people, skew_ms)
    shop = cache(lambda: shops.shop_by_id(unit.conn, till.store_id))
    for one in ours:
        at_ms = one.occurred_at_ms - skew_ms
        claims = [
            claim for claim in claims_of(one.fact, one.actor, shop) if not _is_told(one, claim, people, at_ms)
        ]
        objections = [people.objection(claim, at_ms) for claim in claims]
        note_objections(unit, objections, till.store_id, till.device_id, one.event_id)


def note_objections(
    unit: Unit, objections: Iterable[str], store_id: str, device_id: str, event_id: str
) -> None:
    """File one case for all that is wrong with who is named in one fact about money."""
    found = " ".join(filter(None, dict.fromkeys(objections)))
    if found:
        unit.note("money_without_right", found, store_id=store_id, device_id=device_id, event_id=event_id)


def _is_told(one: Received, claim: Claim, people: People, at_ms: int) -> bool:
    """Tell whether the day's case of who acts here says already that the hub does not know them any more."""
    if claim.staff_id != one.actor or type(one.fact) not in NEEDED:
        return False
    return one.actor not in people.staff or people.has_left(one.actor, at_ms)


def _look_at_actors(
    unit: Unit, till: Principal, ours: Sequence[Received], people: People, skew_ms: int
) -> None:
    odd: dict[tuple[str, int], tuple[Received, str]] = {}
    for one in ours:
        objection = _objection_to(one, people, one.occurred_at_ms - skew_ms)
        if objection:
            odd.setdefault(_whose(one.actor, one.occurred_at_ms), (one, objection))
    if not odd:
        return
    told = _told(unit, till.device_id)
    for key, (one, objection) in odd.items():
        if key not in told:
            unit.note(
                KIND, objection, store_id=till.store_id, device_id=till.device_id, event_id=one.event_id
            )


def _objection_to(one: Received, people: People, at_ms: int) -> str:
    """Return why somebody may not have done what a fact says, or another may not have allowed it to them."""
    right = NEEDED[type(one.fact)]
    word: Approval | None = getattr(one.fact, "allowed", None) if right is not Right.SELL else None
    actor, has_left = people.staff.get(one.actor), people.has_left(one.actor, at_ms)
    objection = _objection(one.actor, actor, Right.SELL if word else right, has_left=has_left)
    if objection or word is None:
        return objection
    who = people.staff.get(word.staff_id)
    if who is not None and who.may(right) and not people.has_left(word.staff_id, at_ms):
        return ""
    name = who.name if who else clean_text(word.staff_id, 64)
    return _("{name} is named for allowing at this till what only a manager may allow.").format(name=name)


def _objection(staff_id: str, person: Staff | None, right: Right, *, has_left: bool) -> str:
    """Return why somebody may not have done it; empty for who may."""
    if person is None:
        return _("“{who}” worked at this till. The hub knows nobody of that name.").format(
            who=clean_text(staff_id, 64)
        )
    if has_left:
        return _("{name} worked at this till after their rights were withdrawn.").format(name=person.name)
    if not person.may(right):
        return _("{name} did at this till what only a manager may do.").format(name=person.name)
    return ""


def _whose(staff_id: str, at_ms: int) -> tuple[str, int]:
    return staff_id, at_ms // DAY_MS


def _withdrawn_at(conn: Connection, staff_ids: Sequence[str]) -> dict[str, int]:
    """Return when each was withdrawn, UTC milliseconds; 0 when that is longer ago than streams remember."""
    table = tables.change
    gone = select(table.c.key, table.c.as_of_ms).where(
        table.c.stream == STAFF, table.c.key.in_(staff_ids), table.c.record.is_(None)
    )
    rows = conn.execute(gone).all() if staff_ids else []
    return dict.fromkeys(staff_ids, 0) | {row.key: row.as_of_ms for row in rows}


def _told(unit: Unit, device_id: str) -> set[tuple[str, int]]:
    """Return of whom and of which days a case tells already, filed or about to be."""
    unit.write_late()
    cases, table = tables.exception_case, tables.event
    filed = select(cases.c.event_id).where(cases.c.device_id == device_id, cases.c.kind == KIND)
    noted = [one["event_id"] for one in unit.exceptions if one["kind"] == KIND]
    known = select(table.c.actor, table.c.occurred_at_ms).where(
        table.c.device_id == device_id, table.c.event_id.in_(filed) | table.c.event_id.in_(noted)
    )
    return {_whose(row.actor, row.occurred_at_ms) for row in unit.conn.execute(known)}
