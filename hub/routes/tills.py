"""What tills ask: to be enrolled, hello, to push events, to pull streams."""

from copy import copy

import msgspec
from litestar import MediaType, Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy import Connection

from hub import enrolling, epochs, feed, leases, lives, negotiating, shops, tails, tokens, watching
from hub.auth import Principal, Role
from hub.context import Ours
from hub.envelopes import read_batch, too_large, unzip
from hub.guards import Asked, readers_only, strangers, tills_only, writers_only
from hub.keys import countersign
from hub.locks import Key, only
from hub.messages import LARGEST, Health
from hub.problems import Refused
from hub.pushlocks import locks_of
from hub.unit import Unit
from omnipos import __version__
from omnipos.events import SCHEMA
from omnipos.locale import _
from omnipos.protocol import (
    MOST_BYTES,
    MOST_CHANGES,
    EnrolAnswer,
    EnrolRequest,
    Hello,
    HelloAnswer,
    NonceAnswer,
    Page,
    PushAnswer,
    TokenAnswer,
    TokenRequest,
)

_common_streams = (feed.CATALOGUE, feed.CUSTOMERS, feed.ACCOUNTS, feed.STAFF, feed.SETTINGS)


@get("/v1/health", tags=["hub"])
async def health(hub: Ours) -> Health:
    """Tell which running hub this is; the instance id is the one its starter gave it."""
    hub_epoch = await hub.read(epochs.epoch_of)
    return Health(instance=hub.instance, version=__version__, hub_epoch=hub_epoch)


@post("/v1/enrol", status_code=200, guards=[strangers], tags=["tills"])
async def enrol(hub: Ours, data: JSONBody[EnrolRequest]) -> EnrolAnswer:
    """Make a till of the device that brings a one-time code and a key; the code works for one key."""

    def work(unit: Unit) -> EnrolAnswer:
        answer = enrolling.enrol(unit, data, hub.key.public)
        leases.give_holder(unit, answer.store_id)
        return answer

    return await hub.write(work)


@post("/v1/nonce", status_code=200, guards=[strangers], tags=["tills"])
async def give_nonce(hub: Ours) -> NonceAnswer:
    """Give a word to sign for a token; it is taken once, within its life."""
    return tokens.make_nonce(hub.key, hub.now_ms())


@post("/v1/token", status_code=200, guards=[strangers], tags=["tills"])
async def give_token(hub: Ours, data: JSONBody[TokenRequest]) -> TokenAnswer:
    """Give a token for a nonce that a device signed; older ones stay good beside it."""
    device = Key("device", data.device_id)
    return await hub.write(lambda unit: tokens.give_token(unit, hub.key, data), only(device))


@post("/v1/hello", status_code=200, guards=[tills_only], tags=["tills"])
async def hello(hub: Ours, request: Asked, data: JSONBody[Hello]) -> HelloAnswer:
    """Exchange where journal, acknowledgement and clock stand; begins every connection."""
    till = request.user
    if not _fits(data):
        raise Refused(400, "hello", _("A number in this hello is larger than can be."))
    negotiating.refuse_too_old(data)

    def work(unit: Unit) -> HelloAnswer:
        shops.note_hello(unit, till.device_id, data)
        feed.compact(unit)
        life = epochs.epoch_of(unit.conn)
        if not till.revoked and lives.is_from_backup(unit.conn, till, data, life):
            epochs.renew(unit, till.store_id, till.device_id)
        seq, hashed = shops.acked(unit.conn, till.device_id, data.epoch)
        number, code = shops.place_of(unit.conn, till.device_id)
        return HelloAnswer(
            device_id=till.device_id,
            store_id=till.store_id,
            store_code=code,
            till_number=number,
            acked_seq=seq,
            acked_hash=hashed.hex(),
            hub_epoch=epochs.epoch_of(unit.conn),
            server_time_ms=hub.now_ms(),
            streams=() if till.revoked else feed.streams_of(till.store_id),
            revoked=till.revoked,
            schema_max=SCHEMA,
            epoch=till.epoch,
            heads=lives.heads_of(unit.conn, till.device_id),
        )

    answer = await hub.write(work, only(Key("device", till.device_id)))
    acked_hash = bytes.fromhex(answer.acked_hash)
    return msgspec.structs.replace(
        answer,
        countersigned=countersign(hub.key, till.device_id, data.epoch, answer.acked_seq, acked_hash),
    )


def _fits(data: JSONBody[Hello]) -> bool:
    numbers = (data.epoch, data.head_seq, data.acked_seq, data.sent_at_ms, data.waiting)
    return all(0 <= number <= LARGEST // 2 for number in numbers)


@post(
    "/v1/events",
    status_code=200,
    guards=[writers_only],
    request_max_body_size=MOST_BYTES,
    tags=["tills"],
    description=(
        "The body is a protocol.PushBatch, plain or with Content-Encoding: gzip. A web shop's events are a "
        "journal of its own, epoch 1: sale_completed and customer_added. No events ask where it stands."
    ),
)
async def push(hub: Ours, request: Asked) -> PushAnswer:
    """Take events in sequence; one verdict each, all durable before the answer."""
    till, body = request.user, await request.body()
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding not in ("gzip", "identity"):
        raise Refused(415, "encoding", _("Send events plain or with gzip."))
    plain = await hub.database.compute(lambda: unzip(body)) if encoding == "gzip" else body
    if len(plain) > MOST_BYTES:
        raise too_large()
    batch = await hub.database.compute(lambda: read_batch(plain, strict=till.role is Role.CHANNEL))

    def work(unit: Unit) -> tuple[PushAnswer, int, int, bytes]:
        answer = tails.push(unit, till, [copy(one) for one in batch])
        watching.count_push(unit, till.device_id, answer)
        epoch = next((one.epoch for one in reversed(batch) if one.epoch), till.epoch)
        return answer, epoch, *shops.acked(unit.conn, till.device_id, epoch)

    answer, epoch, seq, hashed = await hub.write(work, locks_of(till, batch))
    hub.measures.rows.add((("direction", "pushed"),), len(batch))
    # Signed only now that it is durable.
    return msgspec.structs.replace(
        answer, countersigned=countersign(hub.key, till.device_id, epoch, seq, hashed)
    )


@get(
    "/v1/streams/{stream:path}",
    guards=[readers_only],
    tags=["tills"],
    responses={200: ResponseSpec(data_container=Page, description="A page of changes")},
)
async def pull(
    hub: Ours,
    request: Asked,
    stream: FromPath[str],
    after: FromQuery[str] = "",
    limit: FromQuery[int] = MOST_CHANGES,
) -> Response[bytes]:
    """Give the changes of a stream behind a cursor, with how far the asking till's events are in."""
    name = stream.strip("/")
    caller = request.user

    def work(conn: Connection) -> tuple[bytes, int]:
        _check_stream(conn, caller, name)
        page = feed.page_of(conn, name, after, limit, now_ms=hub.now_ms(), shared=hub.shared)
        if page.upto == page.head:
            page = msgspec.structs.replace(page, checksum=hub.checksums.at(name, page.head))
        if caller.role is Role.DEVICE:
            seq, _hash = shops.acked(conn, caller.device_id, caller.epoch)
            page = msgspec.structs.replace(page, applied_epoch=caller.epoch, applied_seq=seq)
            if name == feed.stock_stream(caller.store_id):
                page = msgspec.structs.replace(page, applied=shops.applied_places(conn, caller.store_id))
        return msgspec.json.encode(page), len(page.changes)

    page, rows = await hub.read(work)
    hub.measures.rows.add((("direction", "pulled"),), rows)
    if caller.role is Role.DEVICE:
        hub.attendance.count_pull(caller.device_id)
        hub.note_seen(caller.device_id)
    return Response(page, media_type=MediaType.JSON)


def _check_stream(conn: Connection, caller: Principal, name: str) -> None:
    if caller.role is Role.DEVICE:
        allowed = name in feed.streams_of(caller.store_id)
    elif name in (feed.STAFF, feed.ACCOUNTS):
        allowed = caller.role is Role.ADMIN
    else:
        kind, _slash, store_id = name.partition("/")
        # A web shop asks for its orders with GET /v1/orders, which shows it no other channel's.
        kinds = (
            ("stock", "orders", "exceptions", "approvals", "baskets")
            if caller.role is Role.ADMIN
            else ("stock",)
        )
        own = kind in kinds and shops.shop_by_id(conn, store_id) is not None
        allowed = own or name in _common_streams
    if not allowed:
        raise Refused(404, "not_found", _("There is no such stream."))


handlers = [health, enrol, give_nonce, give_token, hello, push, pull]
