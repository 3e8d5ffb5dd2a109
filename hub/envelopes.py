"""Raw batches from tills, made into events one by one: bounded unzipping, depth, envelope, body."""

import hashlib
import zlib
from typing import Any, TypeGuard

import msgspec

from hub.fitting import fits, fitting
from hub.problems import Refused
from omnipos.events import (
    SCHEMA,
    Fact,
    PersonalCard,
    ShiftClosed,
    chain_hash,
    decode_fact,
    encode_fact,
    type_of,
)
from omnipos.locale import _
from omnipos.protocol import MOST_BYTES, MOST_EVENTS, Envelope, PushBatch
from omnipos.upcasting import tag_of, upcast

DEEPEST = 32
MOST_RATIO = 100
SMALL = 64 * 1024
LONGEST_KEY = 64
LARGEST = 2**63 - 1

_not_brackets = bytes(set(range(256)) - set(b"[]{}"))
_LONG_NUMBER = b"0" * 16
_digits_as_zeros = bytes.maketrans(b"123456789", b"000000000")
_batch = msgspec.json.Decoder(PushBatch)
_envelope = msgspec.json.Decoder(Envelope)


class OnlyEvents(PushBatch, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A batch in which nothing is overlooked."""


_only_events = msgspec.json.Decoder(OnlyEvents)


class Received(msgspec.Struct, kw_only=True):
    """One event of a batch as far as it could be read; `problem` says why it cannot be applied."""

    raw: bytes
    fingerprint: bytes
    epoch: int = 0
    seq: int = 0
    event_id: str = ""
    type: str = ""
    schema: int = 0
    occurred_at_ms: int = 0
    actor: str = ""
    shift: str = ""
    catalogue_rev: int = 0
    body: bytes = b""
    prev_hash: bytes = b""
    hash: bytes = b""
    computed: bytes = b""
    personal: dict[str, PersonalCard] = {}
    fact: Fact | None = None
    kind: str = ""
    problem: str = ""
    left_out: tuple[str, ...] = ()
    """Sums of a Z that no shop handles: the fact is without them."""


def unzip(body: bytes) -> bytes:
    """Return what a gzip body holds; refuse one that grows out of all proportion."""
    stream = zlib.decompressobj(wbits=31)
    try:
        plain = stream.decompress(body, MOST_BYTES + 1)
        whole = stream.eof and not stream.unused_data
    except zlib.error:
        whole, plain = False, b""
    if len(plain) > MOST_BYTES:
        raise too_large()
    if not whole:
        raise Refused(400, "gzip", _("The body is not whole gzip. Nothing was applied."))
    if len(plain) > SMALL and len(plain) > MOST_RATIO * len(body):
        raise Refused(413, "gzip", _("The body is packed too tightly to be a batch of events."))
    return plain


def too_large() -> Refused:
    """Return the refusal of a batch beyond the limits; the till then sends half."""
    return Refused(
        413,
        "batch_too_large",
        _("A batch holds at most {events} events and {bytes} bytes. Send fewer at once.").format(
            events=MOST_EVENTS, bytes=MOST_BYTES
        ),
    )


def too_deep(raw: bytes) -> bool:
    """Tell whether JSON is nested more than anything of ours is; broken brackets count as too deep."""
    # Without escaped backslashes and quotes, every other part between quotes is outside of strings.
    unescaped = raw.replace(rb"\\", b"").replace(rb"\"", b"") if b"\\" in raw else raw
    outside = b"".join(unescaped.split(b'"')[::2])
    brackets = outside.translate(None, _not_brackets)
    for _level in range(DEEPEST):
        if not brackets:
            return False
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
    return bool(brackets)


def read_batch(body: bytes, *, strict: bool = False) -> list[Received]:
    """Return the events of a batch, each read by itself; strictly, a batch holds nothing but events."""
    if len(body) > MOST_BYTES:
        raise too_large()
    if too_deep(body):
        raise Refused(400, "json", _("The body is not JSON, or is nested too deeply."))
    try:
        batch = (_only_events if strict else _batch).decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as broken:
        raise Refused(
            400, "json", _("The body is not a batch of events: {why}.").format(why=broken)
        ) from None
    if len(batch.events) > MOST_EVENTS:
        raise too_large()
    read = read_aside if batch.aside else read_event
    return [read(bytes(raw)) for raw in batch.events]


def read_event(raw: bytes) -> Received:
    """Return one event; what cannot be read stays raw, with its place in the journal if that can be."""
    try:
        envelope = _envelope.decode(raw)
        received = _from_envelope(envelope, raw)
    except (msgspec.MsgspecError, ValueError) as broken:
        return _barely(raw, str(broken))
    if _oversized(received):
        return _barely(raw, "a number or a key is too large")
    _read_fact(received)
    return received


def read_aside(raw: bytes) -> Received:
    """Return one event that its till wants set aside: its place and its bytes, and nothing done with them."""
    try:
        received = _from_envelope(_envelope.decode(raw), raw)
        if _oversized(received):
            received = _barely(raw, "a number or a key is too large")
    except Exception:
        # Whatever the hub fails on here, the event's place must be kept.
        received = _barely(raw, "the hub failed on it")
    received.kind, received.problem = (
        "event_failed",
        _("The hub failed on this event; its till set it aside."),
    )
    return received


def _from_envelope(envelope: Envelope, raw: bytes) -> Received:
    body = bytes(envelope.body)
    prev_hash, hashed = bytes.fromhex(envelope.prev_hash), bytes.fromhex(envelope.hash)
    if len(prev_hash) != 32 or len(hashed) != 32:
        raise ValueError("a hash is 64 hex digits")
    computed = chain_hash(prev_hash, envelope.header, body)
    return Received(
        raw=raw,
        fingerprint=hashlib.sha256(computed + hashed).digest(),
        epoch=envelope.epoch,
        seq=envelope.seq,
        event_id=envelope.event_id,
        type=envelope.type,
        schema=envelope.schema,
        occurred_at_ms=envelope.occurred_at_ms,
        actor=envelope.actor,
        shift=envelope.shift,
        catalogue_rev=envelope.catalogue_rev,
        body=body,
        prev_hash=prev_hash,
        hash=hashed,
        computed=computed,
        personal=envelope.personal,
    )


def _oversized(received: Received) -> bool:
    numbers = (received.schema, received.occurred_at_ms, received.catalogue_rev)
    texts = (received.event_id, received.type, received.actor, received.shift)
    return (
        not all(-LARGEST <= number <= LARGEST for number in numbers)
        or not all(1 <= number <= LARGEST for number in (received.epoch, received.seq))
        or any(len(text) > LONGEST_KEY or "\0" in text for text in texts)
        or not received.event_id
    )


def _barely(raw: bytes, why: str) -> Received:
    """Read only an event's place, so that it can be kept there and the queue moves on."""
    received = Received(
        raw=raw,
        body=raw,
        fingerprint=hashlib.sha256(raw).digest(),
        kind="unreadable_event",
        problem=_("The event cannot be read: {why}.").format(why=why),
    )
    try:
        loose = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return received
    if not isinstance(loose, dict):
        return received
    epoch, seq, event_id = loose.get("epoch"), loose.get("seq"), loose.get("event_id")
    if _is_place(epoch) and _is_place(seq) and isinstance(event_id, str):
        received.epoch, received.seq = epoch, seq
        received.event_id = event_id if _is_key(event_id) else ""
        received.prev_hash, received.hash = _hex(loose.get("prev_hash")), _hex(loose.get("hash"))
    return received


def _is_place(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LARGEST


def _is_key(text: str) -> bool:
    return 1 <= len(text) <= LONGEST_KEY and "\0" not in text


def _hex(value: Any) -> bytes:
    try:
        found = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return b""
    return found if len(found) == 32 else b""


def _read_fact(received: Received) -> None:
    received.kind = "unknown_fact"
    if received.schema > SCHEMA:
        received.problem = _("The event is of a newer program than this hub. Update the hub.")
        return
    try:
        fact = decode_fact(received.body, received.schema)
        named = type_of(fact) if received.schema == SCHEMA else tag_of(received.body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as unknown:
        received.problem = _("The event is not known here: {why}.").format(why=unknown)
        return
    if named != received.type:
        received.problem = _("The event is not what its envelope says.")
    elif b"\\u0000" in received.body:
        received.problem = _("The event holds a null character.")
    elif (is_too_large := _has_too_large(received.body, fact)) and not isinstance(fact, ShiftClosed):
        received.problem = _("The event holds a number larger than any shop handles.")
    elif stray := _stray_field(received, fact):
        received.problem = _("There is no field {field} in such an event.").format(field=stray[:40])
    else:
        received.fact, received.kind = fact, ""
        if is_too_large and isinstance(fact, ShiftClosed):
            # A Z is made once: what fits of it counts, and the rest is told to a person.
            report, received.left_out = fitting(fact.report)
            received.fact = ShiftClosed(report=report)


def _stray_field(received: Received, fact: Fact) -> str:
    """Return a field of an event's body that the fact made of it does not have; empty for none."""
    # What a till of this version wrote comes out byte for byte the same, which is quick to see.
    if received.schema == SCHEMA and encode_fact(fact) == received.body:
        return ""
    return _overlooked(msgspec.json.decode(upcast(received.body, received.schema, SCHEMA)), fact)


def _overlooked(sent: Any, kept: Any) -> str:
    if isinstance(sent, dict) and isinstance(kept, msgspec.Struct):
        own = {*kept.__struct_fields__}
        stray = min({*sent} - own - {kept.__struct_config__.tag_field}, default="")
        return stray or next(
            filter(None, (_overlooked(sent[name], getattr(kept, name)) for name in sent if name in own)), ""
        )
    if isinstance(sent, list) and isinstance(kept, list | tuple):
        return next(filter(None, (_overlooked(*pair) for pair in zip(sent, kept, strict=True))), "")
    return ""


def _has_too_large(body: bytes, fact: Fact) -> bool:
    return _has_long_number(body) and not fits(msgspec.to_builtins(fact))


def _has_long_number(body: bytes) -> bool:
    # A pattern such as \d{16} takes ten times as long, and every event passes here.
    return _LONG_NUMBER in body.translate(_digits_as_zeros)
