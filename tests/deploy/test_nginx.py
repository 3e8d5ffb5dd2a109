"""The nginx example before a real hub: TLS, hints at once, a push of 1 MiB, a dead process, closed doors."""

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from omnipos.protocol import MOST_BYTES
from sync.wire import Wire
from tests.faults.certificates import DAY, Authority
from tests.hubs import HubProcess, free_port
from tests.sync.conftest import EnrolledTill
from tests.sync.test_engine import sell

EXAMPLE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
AT_ONCE_S = 5.0
"""Far less than it takes heartbeats, one each 15 s, to fill a buffer; a busy computer is forgiven."""
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


def listens(port: int) -> bool:
    """Tell whether anybody listens at a port."""
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def nginx(folder: Path, hub: HubProcess, certificate: Path) -> Iterator[tuple[str, str]]:
    """Run the example before a hub and a process that is dead; give its https and its http address."""
    secure, plain = free_port(), free_port()
    text = EXAMPLE.read_text()
    for found, instead in (
        ("listen 443 ssl", f"listen 127.0.0.1:{secure} ssl"),
        ("listen 80", f"listen 127.0.0.1:{plain}"),
        ("/etc/ssl/omnipos/hub.pem", str(certificate)),
        ("/etc/ssl/omnipos/hub.key", str(certificate)),
        ("/var/log/nginx", str(folder)),
        ("server 127.0.0.1:8311", f"server 127.0.0.1:{free_port()}"),
        ("server 127.0.0.1:8312", f"server 127.0.0.1:{hub.port}"),
    ):
        assert text.count(found) == 1, found
        text = text.replace(found, instead)
    (folder / "omnipos.conf").write_text(text)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    whole = folder / "nginx.conf"
    whole.write_text(
        f"daemon off;\nuser root;\nworker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        f"events {{ worker_connections 256; }}\nhttp {{\n{places}include {folder}/omnipos.conf;\n}}\n"
    )
    command = [str(NGINX), "-p", str(folder), "-e", f"{folder}/error.log", "-c", str(whole)]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while not listens(secure):
            assert process.poll() is None, (folder / "error.log").read_text()
            assert time.monotonic() < until
        yield f"https://127.0.0.1:{secure}", f"http://127.0.0.1:{plain}"
    finally:
        process.terminate()
        process.wait(timeout=15)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The one whose word this computer takes."""
    authority = Authority(tmp_path, "authority")
    authority.server("hub", -DAY, DAY)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    return authority


def test_a_till_works_through_nginx_as_without(tmp_path: Path, authority: Authority) -> None:
    hub = HubProcess(tmp_path / "hub")
    try:
        hub.set_up_shop()
        till = EnrolledTill(hub, tmp_path / "till")
        assert till.engine.once().ok
        with nginx(tmp_path, hub, tmp_path / "hub.pem") as (secure, plain):
            till.client.close()
            till.client.address, till.client._wire = secure, Wire(secure)
            hints_come_at_once(hub, till)
            sell(till, "8998866200578")
            outcome = till.engine.once()
            assert (outcome.ok, outcome.waiting) == (True, 0)
            assert hub.ask("GET", "/v1/totals")["sales"] == 1
            secrets = ssl.create_default_context(cafile=str(authority.file))
            with httpx.Client(base_url=secure, verify=secrets, trust_env=False) as line:
                large_bodies_reach_the_hub(line, till.client.token)
                one_dead_process_is_not_felt(line)
                names_and_closed_doors(line, hub)
            moved = httpx.get(f"{plain}/v1/health", trust_env=False)
            assert (moved.status_code, moved.headers["location"]) == (301, "https://127.0.0.1/v1/health")
        till.close()
        access = (tmp_path / "omnipos.log").read_text()
        assert '"GET /v1/customers" 200' in access
        assert "0812" not in access
    finally:
        hub.stop()


def hints_come_at_once(hub: HubProcess, till: EnrolledTill) -> None:
    """Hear of a change the moment that it is there."""
    listener = till.client.twin()
    news = listener.hints(40)
    streams = {hint.stream for hint, _n in zip(news, range(3), strict=False) if hint}
    assert len(streams) == 3, "all streams are told first, and nothing holds them back"
    product = {"sku": "NEW", "name": "Baru", "price_minor": 100, "tax_code": "PPN"}
    hub.ask("PUT", "/v1/products", {"products": [product]})
    began_s = time.monotonic()
    heads = dict.fromkeys(("catalogue",), 0)
    for hint in news:
        if hint and hint.stream == "catalogue":
            heads["catalogue"] = max(heads["catalogue"], hint.head)
            if hint.head >= 4:
                break
    assert heads["catalogue"] >= 4
    assert time.monotonic() - began_s < AT_ONCE_S
    listener.cut()
    listener.close()


def large_bodies_reach_the_hub(line: httpx.Client, token: str) -> None:
    """Push what is just small enough, and be told by the hub itself of what is not."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    empty = b'{"events":[]}'
    fits = line.post("/v1/events", content=empty.ljust(MOST_BYTES), headers=headers)
    assert (fits.status_code, fits.json()["verdicts"]) == (200, [])
    for size in (MOST_BYTES + 1, 11 << 20):
        refused = line.post("/v1/events", content=empty.ljust(size), headers=headers)
        assert refused.status_code == 413
        assert refused.json()["request_id"], "the hub itself refuses it"


def one_dead_process_is_not_felt(line: httpx.Client) -> None:
    """Ask often, beside a process that is not there."""
    assert [line.get("/v1/ready").status_code for _time in range(20)] == [200] * 20


def names_and_closed_doors(line: httpx.Client, hub: HubProcess) -> None:
    """See the request's id that nginx gave, and that numbers and personal data stay inside."""
    health = line.get("/v1/health")
    assert len(health.headers["x-request-id"]) == 32
    assert health.headers["strict-transport-security"] == "max-age=31536000"
    assert line.get("/metrics").status_code == 404
    owner = (hub.folder / "admin.key").read_text().strip()
    headers = {"Authorization": f"Bearer {owner}"}
    assert line.get("/v1/customers?phone=0812-3456-7890", headers=headers).status_code == 200
