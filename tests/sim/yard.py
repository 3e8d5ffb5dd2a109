"""The ground simulations stand on: a folder in memory, and a shop set up once to be copied for each seed."""

import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from hub.serving import open_database
from omnipos.store.connection import Store
from tests.sim.hubs import HubProcess
from tests.sim.letters import Request, request_of
from tests.sim.sandbox import sandbox

NOON_MS = 1_795_255_200_000
STORES = ("S1", "S2")
PROCESSES = 2
GOODS = (
    ("IDM", "Indomie Goreng", 3500, "PPN", "pcs", "8998866200578"),
    ("TEH", "Teh Botol", 6000, "PPN", "pcs", "8996006855893"),
    ("KOPI", "Kopi Kapal Api", 25_650, "PPN", "pcs", "8991002101425"),
    ("APEL", "Apel Fuji", 45_030, "EXEMPT", "kg", ""),
    ("JASA", "Bungkus Kado", 5000, "SVC", "pcs", "8990000000017"),
)
TAXES: tuple[dict[str, Any], ...] = (
    {
        "code": "PPN",
        "name": "PPN",
        "rate_ppm": 120_000,
        "inclusive": True,
        "base_numerator": 11,
        "base_denominator": 12,
    },
    {"code": "EXEMPT", "name": "PPN", "rate_ppm": 0, "inclusive": True, "reason": "PP 49/2022"},
    {"code": "SVC", "name": "Service", "rate_ppm": 80_000, "inclusive": False},
)
GROUP = "gold"
"""The customers that have prices and an offer of their own; Sarah is one."""
PROMOTIONS: tuple[dict[str, Any], ...] = (
    {
        "code": "TEH10",
        "name": "Teh 10%",
        "reward": {"type": "percent", "rate_ppm": 100_000},
        "goods": {"skus": ["TEH"]},
    },
    {
        "code": "IDM21",
        "name": "Indomie 2+1",
        "reward": {"type": "buy_get", "buy": 2, "get": 1},
        "goods": {"skus": ["IDM"]},
    },
    {
        "code": "APEL",
        "name": "Apel banyak",
        "reward": {"type": "tiers", "steps": [{"from_milli": 1000, "rate_ppm": 70_000}]},
        "goods": {"skus": ["APEL"]},
    },
    {
        "code": "GOLD3",
        "name": "Gold 3%",
        "reward": {"type": "spend", "from_minor": 10_000, "rate_ppm": 30_000},
        "groups": [GROUP],
        "combinable": True,
    },
    {
        "code": "KUPON5",
        "name": "Kupon 5.000",
        "reward": {"type": "spend", "from_minor": 6000, "amount_minor": 5000},
        "needs_coupon": True,
        "combinable": True,
    },
    {
        "code": "KOPI15",
        "name": "Kupon 15%",
        "reward": {"type": "percent", "rate_ppm": 150_000},
        "needs_coupon": True,
    },
)
GIVEN_OUT = {"SEKALI-1": 1, "SEKALI-2": 1, "SEKALI-3": 1, "TIGA": 3, "BEBAS": 0}
"""How often each coupon may be used that the shop opens with; 0 for any number of times."""
GIFT_CARDS = {"KADO11": 60_000, "KADO22": 150_000}
"""What the gift cards that the shop opens with have on them."""
OFFLINE = {"gift_card_offline_minor": 40_000, "credit_offline_minor": 30_000, "unseen_card_offline_minor": 0}
"""Up to what a balance is taken while the hub is away."""
CREDIT_MINOR = 80_000
"""Sarah's store credit at first."""
_HASH = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$MTIzNDU2Nzg5MDEyMzQ1Ng"


class Yard:
    """Folders and hub processes that simulations of one Python process use one after another."""

    def __init__(self) -> None:
        """Make the folder, and the shop that every seed begins with."""
        memory = Path("/dev/shm")
        self._keeper = tempfile.TemporaryDirectory(
            prefix="omnipos-sim-", dir=memory if memory.is_dir() else None
        )
        self.root = Path(self._keeper.name)
        self.hub_file = self.root / "hub" / "hub.db"
        self._hub_template = self.root / "hub-template"
        self._till_template = self.root / "till-template"
        with sandbox(0):
            open_database(str(self.hub_file)).close()
            self.admin_key = (self.hub_file.parent / "admin.key").read_text().strip()
            self.processes = [HubProcess(f"hub{i}", self.hub_file) for i in range(1, PROCESSES + 1)]
            self.processes[0].boot(lambda: NOON_MS)
            self._open_shop()
            self.copy_hub(self._hub_template)
            self.processes[0].die()
            Store(self._till_template).close()

    def close(self) -> None:
        """Remove everything."""
        for process in self.processes:
            process.die()
        self._keeper.cleanup()

    def ask(self, process: HubProcess, method: str, path: str, body: object = None) -> Any:
        """Ask a hub process with the owner's key; return the JSON of its good answer."""
        answer = process.handle(self.request(method, path, body))
        assert answer.status_code == 200, f"{method} {path}: {answer.content!r}"
        return answer.json()

    def request(self, method: str, path: str, body: object = None) -> Request:
        """Return a request with the owner's key."""
        headers = {"Authorization": f"Bearer {self.admin_key}", "Content-Type": "application/json"}
        content = b"" if body is None else msgspec.json.encode(body)
        return request_of(method, path, content, headers)

    def _open_shop(self) -> None:
        def put(path: str, body: object, method: str = "PUT") -> None:
            self.ask(self.processes[0], method, path, body)

        shops = [
            {"code": code, "name": f"Toko {code}", "country": "ID", "store_id": f"store-{code}"}
            | {"accounts": OFFLINE}
            for code in STORES
        ]
        put("/v1/stores", {"stores": shops})
        put("/v1/taxes", {"taxes": TAXES})
        put("/v1/products", {"products": [product(*one) for one in GOODS]})
        people = [("s-sari", "Sari", "cashier"), ("s-budi", "Budi", "manager")]
        staff = [{"staff_id": i, "name": name, "role": role, "pin_hash": _HASH} for i, name, role in people]
        put("/v1/staff", {"staff": staff})
        put("/v1/promotions", {"promotions": PROMOTIONS})
        given = [coupon(code, "KUPON5", most) for code, most in GIVEN_OUT.items()]
        put("/v1/coupons", {"coupons": given})
        sarah = {"name": "Sarah Wijaya", "phone": "081234567890", "customer_id": "c-sarah", "tier": "Gold"}
        put("/v1/customers", {"customers": [sarah], "country": "ID"})
        moves = [
            {
                "movement_id": f"first-{store}-{sku}",
                "store_code": store,
                "sku": sku,
                "quantity_milli": 100_000,
            }
            for store in STORES
            for sku, *_rest in GOODS
        ]
        put("/v1/stock/movements", {"movements": moves}, "POST")
        entries = [
            {"kind": "gift_card", "account": code, "amount_minor": minor}
            for code, minor in GIFT_CARDS.items()
        ]
        entries.append({"kind": "store_credit", "account": "c-sarah", "amount_minor": CREDIT_MINOR})
        numbered = [one | {"entry_id": f"first-{n}", "reason": "opening"} for n, one in enumerate(entries)]
        put("/v1/accounts/entries", {"entries": numbered}, "POST")
        limit = {"kind": "account", "account": "c-sarah", "limit_minor": 50_000}
        put("/v1/accounts", {"accounts": [limit]})

    def clear(self) -> None:
        """Put the hub's disk back to the shop as it was set up, and remove all tills."""
        for process in self.processes:
            process.die()
        self.put_hub_back(self._hub_template)
        shutil.rmtree(self.root / "tills", ignore_errors=True)

    def put_hub_back(self, folder: Path) -> None:
        """Replace the hub's database by a copy of it; every process must be off."""
        for old in self.hub_file.parent.glob("hub.db*"):
            old.unlink()
        shutil.copyfile(folder / "hub.db", self.hub_file)

    def copy_hub(self, folder: Path) -> None:
        """Copy the hub's database beside its running processes."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "hub.db").unlink(missing_ok=True)
        source = sqlite3.dbapi2.connect(self.hub_file)
        target = sqlite3.dbapi2.connect(folder / "hub.db")
        source.backup(target)
        source.close()
        target.close()

    def new_till_folder(self, name: str) -> Path:
        """Return a data folder that was started once and belongs to nobody."""
        folder = self.root / "tills" / name
        shutil.copytree(self._till_template, folder)
        return folder


def product(sku: str, name: str, price_minor: int, tax: str, unit: str, barcode: str) -> dict[str, object]:
    """Return a product as a web shop sends it."""
    codes = [{"code": barcode}] if barcode else []
    return {
        "sku": sku,
        "name": name,
        "price_minor": price_minor,
        "tax_code": tax,
        "unit": unit,
        "plu": "" if barcode else "4131",
        "barcodes": codes,
    }


def coupon(code: str, promotion: str, most_uses: int) -> dict[str, object]:
    """Return a coupon as the owner gives it out; 0 uses is without limit."""
    limit: dict[str, object] = {"most_uses": most_uses} if most_uses else {"unlimited": True}
    return {"code": code, "promotion": promotion, **limit}
