"""Journals of facts as tills keep them, for tests to push."""

import gzip
import uuid

import msgspec

from omnipos.domain.basket import Basket, Line, OrderToSettle
from omnipos.domain.money import CashRounding
from omnipos.domain.pricing import Terms, price_lines
from omnipos.domain.sale import Sale, SaleIdentity, complete
from omnipos.domain.tax import Tax
from omnipos.domain.tender import Tender, TenderKind, settle
from omnipos.events import (
    GENESIS,
    Event,
    Fact,
    Header,
    PersonalCard,
    SaleCompleted,
    encode_fact,
    seal,
    type_of,
)
from omnipos.protocol import EnrolAnswer, Envelope, envelope_of

PPN = Tax(code="PPN", name="PPN", rate_ppm=120_000, inclusive=True, base_numerator=11, base_denominator=12)
AT_MS = 1_795_255_200_000


class Journal:
    """The journal of one enrolled till: appends facts with the chain, and packs batches."""

    def __init__(self, till: EnrolAnswer, actor: str = "staff-1") -> None:
        """Begin an empty journal, in which one person acts."""
        self.till = till
        self.actor = actor
        self.at_ms = AT_MS
        self.envelopes: list[Envelope] = []
        self.last_hash = GENESIS
        self.receipts = 0
        self.shift = ""

    def append(
        self,
        fact: Fact | None = None,
        *,
        body: bytes | None = None,
        kind: str = "",
        personal: dict[str, PersonalCard] | None = None,
    ) -> Envelope:
        """Append a fact, or bytes that are none, and return it as it is sent."""
        if body is None:
            assert fact is not None
            body, kind = encode_fact(fact), type_of(fact)
        header = Header(
            epoch=self.till.epoch,
            seq=len(self.envelopes) + 1,
            event_id=str(uuid.uuid4()),
            type=kind,
            schema=1,
            occurred_at_ms=self.at_ms + len(self.envelopes),
            actor=self.actor,
            shift=self.shift,
            catalogue_rev=1,
        )
        event: Event = seal(header, body, self.last_hash)
        self.last_hash = event.hash
        envelope = envelope_of(event, personal or {})
        self.envelopes.append(envelope)
        return envelope

    def sell(self, *lines: tuple[str, int, int], **more: object) -> Sale:
        """Append a cash sale of (product_id, pieces, price) lines and return it."""
        self.receipts += 1
        sale = cash_sale(self.till, self.receipts, lines, **more)  # type: ignore[arg-type]
        self.append(SaleCompleted(sale=sale))
        return sale


def cash_sale(
    till: EnrolAnswer,
    number: int,
    lines: tuple[tuple[str, int, int], ...],
    *,
    customer_id: str = "",
    given_minor: int | None = None,
    order_id: str = "",
    paid_online_minor: int = 0,
) -> Sale:
    """Return a sale paid in cash, exactly unless said otherwise."""
    rung = tuple(
        Line(
            line_id=index,
            product_id=product_id,
            sku=product_id,
            name=product_id,
            quantity_milli=pieces * 1000,
            unit_price_minor=price,
            tax_code="PPN",
            order_line_id=str(index) if order_id else "",
        )
        for index, (product_id, pieces, price) in enumerate(lines, start=1)
    )
    totals = price_lines(rung, Terms(taxes={"PPN": PPN}))
    tenders: list[Tender] = []
    if paid_online_minor:
        tenders.append(Tender(kind=TenderKind.ONLINE, amount_minor=paid_online_minor))
    rest = totals.total_minor - paid_online_minor
    if rest or given_minor:
        tenders.append(Tender(kind=TenderKind.CASH, amount_minor=given_minor or rest))
    settled = settle(totals.total_minor, tenders, CashRounding())
    assert settled is not None
    basket = Basket(
        basket_id=str(uuid.uuid4()),
        number=number,
        currency="IDR",
        started_at_ms=AT_MS,
        staff_id="staff-1",
        lines=rung,
        tenders=tuple(tenders),
        customer_id=customer_id,
        order=OrderToSettle(order_id=order_id, number="", check="code") if order_id else None,
    )
    identity = SaleIdentity(
        sale_id=str(uuid.uuid4()),
        receipt_number=f"{till.store_code}-{till.till_number}-{number:06d}",
        store_id=till.store_id,
        till_number=till.till_number,
        staff_id="staff-1",
        completed_at_ms=AT_MS + number,
    )
    return complete(basket, totals, settled, identity)


def batch_of(envelopes: list[Envelope] | tuple[Envelope, ...]) -> bytes:
    """Return envelopes as the body of a push."""
    return msgspec.json.encode({"events": list(envelopes)})


def zipped(body: bytes) -> bytes:
    """Return a body as gzip."""
    return gzip.compress(body, mtime=0)
