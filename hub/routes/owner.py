"""What only the owner's key may do: keys, enrolment codes, stores, tills."""

from litestar import get, post, put
from litestar.params import FromPath, JSONBody

from hub import auth, following, leases, lives, moves, releasing, shops, tails, watching
from hub.context import Ours
from hub.envelopes import read_event, too_large
from hub.guards import owner_only, shops_only
from hub.messages import (
    ApiKey,
    ApiKeyWish,
    EnrolCode,
    EnrolCodeWish,
    MoveWish,
    PutStores,
    Stores,
)
from hub.releasing import Released
from hub.reports import Devices
from hub.unit import Unit
from omnipos.protocol import MOST_EVENTS, PushAnswer, TakeIn


@post("/v1/api-keys", status_code=200, guards=[owner_only], tags=["owner"])
async def make_key(hub: Ours, data: JSONBody[ApiKeyWish]) -> ApiKey:
    """Make a key for a channel; it is shown this once."""
    key = await hub.write(lambda unit: auth.make_api_key(unit, data.channel, watches=data.watches))
    return ApiKey(channel=data.channel, key=key)


@post("/v1/enrol-codes", status_code=200, guards=[owner_only], tags=["owner"])
async def make_code(hub: Ours, data: JSONBody[EnrolCodeWish]) -> EnrolCode:
    """Make a one-time code that enrols one till of a store within a day."""

    def work(unit: Unit) -> EnrolCode:
        shop = shops.shop_by_code(unit.conn, data.store_code)
        code, expires = auth.make_enrol_code(unit, shop.store_id)
        return EnrolCode(code=code, store_code=shop.code, expires_at_ms=expires)

    return await hub.write(work)


@put("/v1/stores", guards=[owner_only], tags=["owner"])
async def put_stores(hub: Ours, data: JSONBody[PutStores]) -> Stores:
    """Add or change stores by code."""
    return Stores(stores=await hub.write(lambda unit: shops.put_stores(unit, data.stores)))


@post("/v1/devices/{device_id:str}/revoke", status_code=200, guards=[owner_only], tags=["owner"])
async def revoke(hub: Ours, device_id: FromPath[str]) -> Devices:
    """Withdraw a till's rights; what it still sends is quarantined, not lost."""

    def work(unit: Unit) -> Devices:
        store_id = shops.revoke(unit, device_id)
        leases.free(unit, store_id, device_id)
        following.free(unit, store_id, device_id)
        return Devices(devices=watching.devices(unit.conn))

    return await hub.write(work)


@post("/v1/devices/{device_id:str}/move", status_code=200, guards=[owner_only], tags=["owner"])
async def move_device(hub: Ours, device_id: FromPath[str], data: JSONBody[MoveWish]) -> Devices:
    """Move a till to another store; what it sold before stays with the old one."""

    def work(unit: Unit) -> Devices:
        moves.move(unit, device_id, data.store_code)
        return Devices(devices=watching.devices(unit.conn))

    return await hub.write(work)


@post("/v1/devices/{device_id:str}/release", status_code=200, guards=[owner_only], tags=["owner"])
async def release(hub: Ours, device_id: FromPath[str]) -> Released:
    """Let a till's quarantined events count: those of a revoked till, or that the hub knows by now."""
    return await hub.write(lambda unit: releasing.release(unit, device_id))


@get("/v1/stores", guards=[shops_only], tags=["owner"])
async def get_stores(hub: Ours) -> Stores:
    """List the stores; web shops may ask too."""
    return Stores(stores=await hub.read(shops.stores))


@post("/v1/take-in", status_code=200, guards=[owner_only], tags=["owner"])
async def take_in(hub: Ours, data: JSONBody[TakeIn]) -> PushAnswer:
    """Take in events of a till's exported outbox; the same verdicts as for the till itself."""
    if len(data.events) > MOST_EVENTS:
        raise too_large()
    batch = await hub.database.compute(lambda: [read_event(bytes(raw)) for raw in data.events])

    def work(unit: Unit) -> PushAnswer:
        device = lives.device_of(unit.conn, data.device_id)
        if device.epoch < data.epoch <= lives.LARGEST_EPOCH:
            device = lives.move_to(unit, device, data.epoch)
        return tails.take_in(unit, device, data.line, batch)

    return await hub.write(work)


handlers = [
    take_in,
    make_key,
    make_code,
    put_stores,
    revoke,
    move_device,
    release,
    get_stores,
]
