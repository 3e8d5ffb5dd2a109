"""A hub for tests: its application in this process, a hand-set clock, short ways to ask it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from litestar.testing import TestClient

from hub import ingest
from hub.app import create_app
from hub.auth import Principal, Role
from hub.catalogue import product_id_of
from hub.context import Hub
from hub.envelopes import read_batch
from hub.epochs import epoch_of
from hub.serving import open_database
from omnipos.protocol import EnrolAnswer, Envelope, Outcome, Page, PushAnswer
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


class HubRig:
    """One hub, its client and its first till."""

    def __init__(self, folder: Path) -> None:
        """Open the hub in a folder; `open_rig` sets the rest up."""
        self.folder = folder
        self.now_ms = AT_MS
        self.hub = Hub(open_database(str(folder / "hub.db")), instance="test", now_ms=lambda: self.now_ms)
        self.client = TestClient(create_app(self.hub), raise_server_exceptions=False)
        self.admin_key = (folder / "admin.key").read_text().strip()
        self.till: EnrolAnswer

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

    def enrol(self, store: str = "S1") -> EnrolAnswer:
        """Enrol another till."""
        code = self.ask("POST", "/v1/enrol-codes", {"store_code": store})["code"]
        wish = {"code": code, "device_name": "Till", "version": "1"}
        return msgspec.convert(self.ask("POST", "/v1/enrol", wish), EnrolAnswer)

    def push(self, *envelopes: Envelope, till: EnrolAnswer | None = None) -> PushAnswer:
        """Push a batch over the API."""
        token = (till or self.till).token
        return msgspec.convert(self.ask("POST", "/v1/events", batch_of(envelopes), key=token), PushAnswer)

    def push_straight(self, *envelopes: Envelope) -> PushAnswer:
        """Push a batch without HTTP between, for tests of many."""
        batch = read_batch(batch_of(envelopes))
        till = Principal(
            role=Role.DEVICE, device_id=self.till.device_id, store_id=self.till.store_id, epoch=1
        )
        return self.hub.database.write(
            lambda conn: self.hub.run(conn, lambda unit: ingest.push(unit, till, batch))
        )

    def pull(self, stream: str, cursor: str = "", limit: int = 1000, *, key: str | None = None) -> Page:
        """Pull a page as this hub's till."""
        path = f"/v1/streams/{stream}?after={cursor}&limit={limit}"
        return msgspec.convert(self.ask("GET", path, key=key or self.till.token), Page)

    def journal(self) -> Journal:
        """Return a new journal of the till."""
        return Journal(self.till)

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
def open_rig(folder: Path) -> Iterator[HubRig]:
    """Open a hub with a store, a tax, two products and a till."""
    rig = HubRig(folder)
    with rig.client:
        rig.ask("PUT", "/v1/stores", {"stores": [{"code": "S1", "name": "Toko Sinar", "country": "ID"}]})
        rig.ask("PUT", "/v1/taxes", {"taxes": [TAX]})
        products = [
            {"sku": "A", "name": "Indomie Goreng", "price_minor": 3500, "tax_code": "PPN"},
            {"sku": "B", "name": "Teh Botol", "price_minor": 6000, "tax_code": "PPN"},
        ]
        rig.ask("PUT", "/v1/products", {"products": products})
        rig.till = rig.enrol()
        yield rig


def outcomes(answer: PushAnswer) -> list[Outcome]:
    """Return the outcomes of a push, in order."""
    return [verdict.outcome for verdict in answer.verdicts]
