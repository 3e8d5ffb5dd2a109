"""Several hub processes on one PostgreSQL: stores with tills, pushes as a route does them, waits."""

import time
from collections.abc import Callable

from sqlalchemy import text

from hub import ingest
from hub.auth import Principal, Role
from hub.context import Hub
from hub.envelopes import read_batch
from hub.pushlocks import locks_of
from hub.unit import Unit
from omnipos.protocol import Envelope, Outcome
from tests.hub.journals import batch_of
from tests.hub.rig import HubRig, RigTill, outcomes

CUSTOMER = "c-1"


def push(hub: Hub, till: RigTill, envelopes: list[Envelope]) -> list[Outcome]:
    """Push a batch to one of the hubs, as its route does."""
    who = Principal(role=Role.DEVICE, device_id=till.device_id, store_id=till.store_id, epoch=1)
    locks = locks_of(who, read_batch(batch_of(envelopes)))

    def work(unit: Unit) -> list[Outcome]:
        return outcomes(ingest.push(unit, who, read_batch(batch_of(envelopes))))

    return hub.database.write(lambda conn: hub.run(conn, work, locks), locks)


def a_chain(rig: HubRig, stores: int) -> list[RigTill]:
    """Return two tills of each of some stores, the first of which is there."""
    more = [
        {"code": f"S{number}", "name": f"Toko {number}", "country": "ID"} for number in range(2, stores + 1)
    ]
    rig.ask("PUT", "/v1/stores", {"stores": more})
    rig.ask(
        "PUT",
        "/v1/customers",
        {"customers": [{"customer_id": CUSTOMER, "name": "Siti", "phone": "081234567890"}]},
    )
    return [rig.enrol(f"S{number}") for number in range(1, stores + 1) for _till in range(2)]


def somebody_waits(rig: HubRig) -> bool:
    """Tell whether a transaction waits for another's lock."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with rig.hub.database.reading.begin() as conn:
        return bool(conn.scalar(text(waiting)))


def wait_for(what: Callable[[], bool], seconds: float = 20) -> bool:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True
