"""Two tills of one store on a real hub, and orders for them; each is offline until a test syncs it."""

from pathlib import Path
from typing import Any

import httpx

from hub.context import wall_clock_ms
from hub.serving import open_database
from omnipos.domain.order import Order, OrderState, Taker
from omnipos.domain.staff import Approval
from omnipos.services import collecting
from omnipos.services.verifying import verify
from tests.hubs import HubProcess
from tests.sim.hubs import HubProcess as Application
from tests.sim.letters import Client, request_of
from tests.sync.conftest import EnrolledTill

BOSS = Approval(staff_id="s-boss", reason="till 1 is broken")
FORGED = Approval(staff_id="s-sari", reason="the customer was in a hurry")


class HubInThread(HubProcess):
    """The same hub without a process or a socket: a test of many steps has no time for them."""

    def start(self) -> None:
        """Open its database; from now on it answers in the thread that asks."""
        path = self.folder / "hub.db"
        open_database(str(path)).close()
        self.machine = Application("hub", path)
        self.machine.boot(wall_clock_ms)
        self._line = httpx.Client(transport=httpx.MockTransport(self._carry))

    def stop(self) -> None:
        """Close its database."""
        self.machine.die()

    def client(self, **_named: object) -> Client:
        """Return a client whose every request comes here; it stands in for httpx.Client."""
        return Client(self.machine.handle)

    def _carry(self, asked: httpx.Request) -> httpx.Response:
        target, body = asked.url.raw_path.decode(), asked.read()
        answer = self.machine.handle(request_of(asked.method, target, body, asked.headers))
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


class Counters:
    """Both tills, their hub and the order that was placed last; the first till holds it."""

    def __init__(self, folder: Path, hub: HubProcess) -> None:
        """Set a shop with a manager up at a hub, and enrol both tills."""
        self.hub = hub
        hub.set_up_shop()
        people = [("Budi", "s-boss", "manager"), ("Sari", "s-sari", "cashier")]
        staff = [{"name": n, "staff_id": i, "role": role, "pin": "1234"} for n, i, role in people]
        self.hub.ask("PUT", "/v1/staff", {"staff": staff})
        self.tills = (EnrolledTill(self.hub, folder / "1"), EnrolledTill(self.hub, folder / "2"))
        self.placed = 0

    def close(self) -> None:
        """Let go of everything."""
        for one in self.tills:
            one.close()
        self.hub.stop()

    def sync(self, *numbers: int) -> None:
        """Sync some tills, in that order; all goes well."""
        for number in numbers:
            outcome = self.tills[number].engine.once()
            assert (outcome.ok, outcome.error) == (True, "")

    def place(self, **more: object) -> str:
        """Place an order, ready and paid unless said otherwise, let both tills see it, return its id."""
        self.placed += 1
        wish = {
            "number": f"W-{self.placed}",
            "store_code": "S1",
            "promised_at_ms": 1_795_255_200_000,
            "lines": [{"sku": "IDM", "quantity_milli": 2000}, {"sku": "TEH", "quantity_milli": 1000}],
            "state": "ready",
            "paid_minor": 13_000,
            "collection_code": f"47{self.placed}",
        }
        placed = self.hub.ask("POST", "/v1/orders", wish | more)
        self.number, self.taker = placed["number"], Taker(code=placed["collection_code"])
        self.stock_before = self.stock()
        self.cases_before = len(self.cases())
        self.sync(0, 1)
        order_id: str = placed["order_id"]
        return order_id

    def hand_over(self, number: int, order_id: str, override: Approval | None = None) -> Order:
        """Hand an order over at one of the tills."""
        return self.tills[number].till.call(collecting.hand_over, order_id, self.taker, override).order

    def at_hub(self) -> dict[str, Any]:
        """Return the order placed last as the hub has it."""
        found: dict[str, Any] = self.hub.ask("GET", f"/v1/orders/{self.number}")
        return found

    def stock(self) -> int:
        """Return how much Indomie the hub has, in thousandths."""
        milli: int = self.hub.ask("GET", "/v1/stock?store=S1&sku=IDM")["stock"][0]["on_hand_milli"]
        return milli

    def cases(self) -> list[dict[str, Any]]:
        """Return all exceptions, oldest first."""
        found: list[dict[str, Any]] = self.hub.ask("GET", "/v1/exceptions?limit=1000")["exceptions"]
        return found

    def check(self, *kinds: str, hand_overs: int, by: int) -> None:
        """Heal; the order is collected once, by one till; stock went each time; the cases are these."""
        self.sync(0, 1, 0, 1)
        order = self.at_hub()
        assert (order["state"], order["proof"]["device_id"]) == (
            "collected",
            self.tills[by].identity.device_id,
        )
        assert [case["kind"] for case in self.cases()[self.cases_before :]] == list(kinds)
        assert all(case["order_id"] == order["order_id"] for case in self.cases()[self.cases_before :])
        assert self.stock_before - self.stock() == 2000 * hand_overs
        for one in self.tills:
            here = one.till.call(collecting.order_with_id, order["order_id"])
            assert here.state is OrderState.COLLECTED
            assert one.store.call(lambda one=one: verify(one.store.books)).findings == ()
