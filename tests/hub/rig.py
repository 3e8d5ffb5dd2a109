"""A hub for tests: its application in this process, a hand-set clock, short ways to ask it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar
from litestar.testing import TestClient

from hub import tails
from hub.app import create_app
from hub.auth import Principal, Role, keep_admin_key
from hub.catalogue import product_id_of
from hub.context import Hub
from hub.database import READERS, WRITERS, Database
from hub.envelopes import read_batch
from hub.epochs import epoch_of
from hub.pushlocks import locks_of
from hub.serving import open_database
from hub.tokens import TOKEN_LIFE_MS
from omnipos.protocol import EnrolAnswer, Envelope, Outcome, Page, PushAnswer
from omnipos.signing import SigningKey, enrol_words, make_key, token_words
from tests.hub.journals import AT_MS, Journal, batch_of

A, B = product_id_of("A"), product_id_of("B")
APPLIED, DUPLICATE = Outcome.APPLIED, Outcome.DUPLICATE
QUARANTINED, RETRY = Outcome.QUARANTINED, Outcome.RETRY
TAX = {
    "code": "PPN",
    "name": "PPN",
    "rate_ppm": 120_000,
    "inclusive": True,
    "base_numerator": 11,
    "base_denominator": 12,
}


class RigTill(EnrolAnswer, frozen=True, kw_only=True):
    """A till that was enrolled, with its key and its first token."""

    key: SigningKey
    token: str
    token_at_ms: int


def enrol_wish(code: str, key: SigningKey) -> dict[str, str]:
    """Return what a device with a key sends to be enrolled."""
    proof = key.sign(enrol_words(code, key.public))
    return {
        "code": code,
        "device_name": "Till",
        "version": "1",
        "public_key": key.public,
        "proof": proof,
    }


def token_wish(hub_key: str, device_id: str, nonce: str, key: SigningKey) -> dict[str, str]:
    """Return what a device with a key sends to get a token."""
    signature = key.sign(token_words(hub_key, device_id, nonce))
    return {"device_id": device_id, "nonce": nonce, "signature": signature}


class LastingDatabase(Database):
    """A database whose lines, and the statements it knows, are good for the next test as well."""

    def close(self) -> None:
        """Finish what is running."""
        self._writer.shutdown()
        self._readers.shutdown()
        self._writer, self._readers = ThreadPoolExecutor(WRITERS), ThreadPoolExecutor(READERS)


@cache
def _kept_open(address: str) -> LastingDatabase:
    return LastingDatabase(address, Path("/"))


def _lasting(address: str, folder: Path) -> LastingDatabase:
    database = _kept_open(address)
    database.home = folder
    database.write(lambda conn: keep_admin_key(conn, folder / "admin.key", AT_MS))
    return database


_spare: list[tuple[Hub, Litestar]] = []


def _new_app() -> tuple[Hub, Litestar]:
    hub = Hub.__new__(Hub)  # begun anew by each rig
    return hub, create_app(hub)


class HubRig:
    """One hub, its client and its first till."""

    def __init__(self, folder: Path, address: str = "") -> None:
        """Open the hub in a folder, on a file there or the database of an address; see `open_rig`."""
        self.folder = folder
        self.now_ms = AT_MS
        database = _lasting(address, folder) if address else open_database(str(folder / "hub.db"))
        self.hub, self._app = _spare.pop() if _spare else _new_app()
        self.hub.__init__(database, instance="test", now_ms=lambda: self.now_ms)  # type: ignore[misc]
        self.client = TestClient(self._app, raise_server_exceptions=False)
        self.admin_key = (folder / "admin.key").read_text().strip()
        self.till: RigTill

    def close(self) -> None:
        """Leave the application to the next rig: making one takes longer than most tests."""
        _spare.append((self.hub, self._app))

    def ask(self, method: str, path: str, body: object = None, *, key: str | None = None) -> Any:
        """Ask with a key (the owner's by default) and return the answer, which must be a success."""
        answer = self.raw(method, path, body, key=key)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(
        self, method: str, path: str, body: object = None, *, key: str | None = None
    ) -> tuple[int, str]:
        """Ask what is refused; return the status and the problem's code, its sentence being there."""
        answer = self.raw(method, path, body, key=key)
        assert answer.status_code >= 400, answer.text
        problem = answer.json()
        assert problem["detail"]
        return answer.status_code, problem["code"]

    def raw(self, method: str, path: str, body: object = None, *, key: str | None = None) -> Any:
        """Ask and return the whole answer."""
        content = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        headers = {"Authorization": f"Bearer {self.admin_key if key is None else key}"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        return self.client.request(method, path, content=content, headers=headers)

    def employ(self, role: str, *, active: bool = True) -> None:
        """Give the person who acts in journals a role, or withdraw their rights."""
        person = {"staff_id": "staff-1", "name": "Budi", "role": role, "pin_hash": "$argon2id$none"}
        self.ask("PUT", "/v1/staff", {"staff": [{**person, "active": active}]})

    def enrol(self, store: str = "S1") -> RigTill:
        """Enrol another till."""
        code = self.ask("POST", "/v1/enrol-codes", {"store_code": store})["code"]
        key = make_key()
        answer = msgspec.convert(self.ask("POST", "/v1/enrol", enrol_wish(code, key), key=""), EnrolAnswer)
        token = self.new_token(answer.device_id, key)
        return RigTill(**msgspec.structs.asdict(answer), key=key, token=token, token_at_ms=self.now_ms)

    def new_token(self, device_id: str, key: SigningKey) -> str:
        """Return a new token of a device."""
        nonce = self.ask("POST", "/v1/nonce", key="")["nonce"]
        wish = token_wish(self.hub.key.public, device_id, nonce, key)
        token: str = self.ask("POST", "/v1/token", wish, key="")["token"]
        return token

    def token_of(self, till: RigTill) -> str:
        """Return a token of a till that is good now, however far the rig's clock was moved."""
        if till.token_at_ms <= self.now_ms < till.token_at_ms + TOKEN_LIFE_MS:
            return till.token
        return self.new_token(till.device_id, till.key)

    def push(self, *envelopes: Envelope, till: RigTill | None = None) -> PushAnswer:
        """Push a batch over the API."""
        token = self.token_of(till or self.till)
        return msgspec.convert(self.ask("POST", "/v1/events", batch_of(envelopes), key=token), PushAnswer)

    def push_straight(self, *envelopes: Envelope) -> PushAnswer:
        """Push a batch without HTTP between, for tests of many."""
        batch = read_batch(batch_of(envelopes))
        till = Principal(
            role=Role.DEVICE, device_id=self.till.device_id, store_id=self.till.store_id, epoch=1
        )
        locks = locks_of(till, batch)
        return self.hub.database.write(
            lambda conn: self.hub.run(conn, lambda unit: tails.push(unit, till, batch), locks), locks
        )

    def pull(self, stream: str, cursor: str = "", limit: int = 1000, *, key: str | None = None) -> Page:
        """Pull a page as this hub's till."""
        path = f"/v1/streams/{stream}?after={cursor}&limit={limit}"
        return msgspec.convert(self.ask("GET", path, key=key or self.token_of(self.till)), Page)

    def journal(self, till: RigTill | None = None, actor: str = "staff-1") -> Journal:
        """Return a new journal of a till, in which one person acts."""
        return Journal(till or self.till, actor)

    def hub_epoch(self) -> str:
        """Return the epoch that stands in the hub's database."""
        return self.hub.database.read(epoch_of)

    def stock(self, sku: str, store: str = "S1") -> tuple[int, int]:
        """Return on hand and held of a product, in thousandths."""
        rows = self.ask("GET", f"/v1/stock?store={store}&sku={sku}")["stock"]
        return (rows[0]["on_hand_milli"], rows[0]["held_milli"]) if rows else (0, 0)

    def exceptions(self) -> list[str]:
        """Return the kinds of all exceptions, oldest first."""
        return [one["kind"] for one in self.ask("GET", "/v1/exceptions")["exceptions"]]

    def order(self, number: str, **more: object) -> dict[str, Any]:
        """Place an order of two A and one B, 13,000 in all, for Sarah."""
        wish: dict[str, object] = {
            "number": number,
            "store_code": "S1",
            "promised_at_ms": AT_MS,
            "lines": [{"sku": "A", "quantity_milli": 2000}, {"sku": "B", "quantity_milli": 1000}],
            "customer": {"name": "Sarah Wijaya", "phone": "0812-3456-7890"},
        }
        order: dict[str, Any] = self.ask("POST", "/v1/orders", wish | more)
        return order


@contextmanager
def open_rig(folder: Path, address: str = "") -> Iterator[HubRig]:
    """Open a hub with a store, a tax, two products and a till."""
    rig = HubRig(folder, address)
    with rig.client:
        rig.ask("PUT", "/v1/stores", {"stores": [{"code": "S1", "name": "Toko Sinar", "country": "ID"}]})
        rig.ask("PUT", "/v1/taxes", {"taxes": [TAX]})
        products = [
            {"sku": "A", "name": "Indomie Goreng", "price_minor": 3500, "tax_code": "PPN"},
            {"sku": "B", "name": "Teh Botol", "price_minor": 6000, "tax_code": "PPN"},
        ]
        rig.ask("PUT", "/v1/products", {"products": products})
        rig.employ("cashier")
        rig.till = rig.enrol()
        yield rig
    rig.close()


def outcomes(answer: PushAnswer) -> list[Outcome]:
    """Return the outcomes of a push, in order."""
    return [verdict.outcome for verdict in answer.verdicts]
