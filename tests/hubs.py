"""A real hub process on a free loopback port, set up through its own API, ended by its own process id."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

import httpx

from tests.forking import Forked, Zygote

SERVE = """
import sys
from pathlib import Path
from hub.serving import serve
serve(sys.argv[1], sys.argv[2], admin_key=Path(sys.argv[3]))
"""
START_S = 60
"""How long a hub may take to start on a machine that is busy with many tests."""


def free_port() -> int:
    """Return a port that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class HubProcess:
    """A hub of its own process; it can be killed and started again on the same port."""

    zygote: ClassVar[Zygote | None] = None
    """What forks the hubs of tests; without it each is a Python of its own that imports everything anew."""

    def __init__(self, folder: Path, database: str = "") -> None:
        """Start a hub in a folder, on a SQLite file there or on the database of an address."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.database = database or str(folder / "hub.db")
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | Forked | None = None
        self.start()

    def start(self) -> None:
        """Start the process and wait until it answers with the id it was given."""
        # Reading the authorities that a plain line does not need takes 30 ms.
        self._line = httpx.Client(timeout=30, trust_env=False, verify=False)
        instance = os.urandom(8).hex()
        words = [self.database, f"127.0.0.1:{self.port}", str(self.folder / "admin.key")]
        environment = {**os.environ, "OMNIPOS_HUB_INSTANCE": instance}
        if self.zygote is not None:
            self.process = self.zygote.fork(*words, environment=environment)
        else:
            command = [sys.executable, "-c", SERVE, *words]
            self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            self._wait_ready(self.process, instance)
        except BaseException:
            self.kill()  # nobody else knows of it, and it would stay for ever
            raise

    def _wait_ready(self, process: "subprocess.Popen[bytes] | Forked", instance: str) -> None:
        until = time.monotonic() + START_S
        while True:
            assert process.poll() is None, "the hub ended while it started"
            assert time.monotonic() < until, "the hub did not answer in time"
            try:
                answer = self._line.get(f"{self.address}/v1/health", timeout=2)
            except httpx.HTTPError:
                time.sleep(0.01)
            else:
                if answer.json()["instance"] == instance:
                    return

    def kill(self) -> None:
        """End the process as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.gone()

    def gone(self) -> None:
        """Wait for the end of a hub that was killed."""
        assert self.process is not None
        self.process.wait()
        self._line.close()

    def stop(self) -> None:
        """End the process politely."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(timeout=15)
        self._line.close()

    def ask(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        """Send a request with the owner's key and return the JSON of a good answer."""
        token = key or (self.folder / "admin.key").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        answer = self._line.request(method, self.address + path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def set_up_shop(self) -> None:
        """Make one store with a tax, three products, a customer, a cashier and stock."""
        store = {"code": "S1", "name": "Toko Sinar", "country": "ID", "store_id": "store-1"}
        self.ask("PUT", "/v1/stores", {"stores": [store]})
        tax = {"code": "PPN", "name": "PPN", "rate_ppm": 120_000, "inclusive": True}
        self.ask("PUT", "/v1/taxes", {"taxes": [{**tax, "base_numerator": 11, "base_denominator": 12}]})
        goods = (("IDM", "Indomie Goreng", 3500), ("TEH", "Teh Botol", 6000), ("KOPI", "Kopi", 25_600))
        products = [
            {"sku": sku, "name": name, "price_minor": price, "tax_code": "PPN", "barcodes": [{"code": code}]}
            for (sku, name, price), code in zip(
                goods, ("8998866200578", "8996006855893", "8991002101425"), strict=True
            )
        ]
        self.ask("PUT", "/v1/products", {"products": products})
        sarah = {"name": "Sarah Wijaya", "phone": "0812-3456-7890"}
        self.ask("PUT", "/v1/customers", {"customers": [sarah], "country": "ID"})
        sari = {"staff_id": "s-sari", "name": "Sari", "role": "cashier", "pin": "1234"}
        self.ask("PUT", "/v1/staff", {"staff": [sari]})
        moves = [
            {"movement_id": f"m-{sku}", "store_code": "S1", "sku": sku, "quantity_milli": 100_000}
            for sku, _name, _price in goods
        ]
        self.ask("POST", "/v1/stock/movements", {"movements": moves})

    def enrol_code(self, store_code: str = "S1") -> str:
        """Return a new one-time code."""
        code: str = self.ask("POST", "/v1/enrol-codes", {"store_code": store_code})["code"]
        return code
