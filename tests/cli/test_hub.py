"""Hubs and tills by the command: serving, joining, importing, syncing, looking after."""

import gzip
import json
import signal
import subprocess
from pathlib import Path

import httpx
import psutil
import pytest
from click.testing import CliRunner, Result

from omnipos.cli import main
from omnipos.cli.first_start import make_own_shop
from omnipos.cli.hubchild import free_port
from omnipos.cli.membership import load_membership
from omnipos.cli.opening import is_enrolled, open_till
from omnipos.cli.ownhub import hub_database
from omnipos.services import signing_in
from tests.cli.rigs import COMMAND, PATIENCE_S, Demo, environment, is_listening, run, talk


def ask(*words: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, list(words))


def hubs_of(folder: Path) -> list[psutil.Process]:
    """The hubs that this process runs in a folder."""
    return [one for one in psutil.Process().children() if str(hub_database(folder)) in one.cmdline()]


def stores_of(port: int, database: Path) -> list[dict[str, object]]:
    """The stores of a hub as it tells them."""
    key = (database.parent / "admin.key").read_text().strip()
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False) as owner:
        stores: list[dict[str, object]] = owner.get("/v1/stores").json()["stores"]
    return stores


def test_a_second_till_joins_sells_and_syncs(demo: Demo, tmp_path: Path) -> None:
    folder = tmp_path / "till"
    code = ask("hub", "enrol-code", "--store", "S2", "--data-dir", str(demo.folder)).stdout.strip()

    joined = ask("enrol", demo.says["hub"], code, "--data-dir", str(folder))
    assert joined.output.startswith("This is now till ")
    assert "of store S2" in joined.output
    assert is_enrolled(folder)
    assert (folder / "identity.json").stat().st_mode & 0o777 == 0o600

    synced = json.loads(ask("sync", "--json", "--data-dir", str(folder)).output)
    assert (synced["ok"], synced["online"], synced["error"]) == (True, True, "")
    assert synced["pulled"] == 0, "enrolling fetched everything"

    answers = talk(tmp_path, str(folder), "sign-in Dewi 2345", demo.says["barcodes"][3], "pay cash")
    assert answers[-1]["sale"]["receipt_number"].startswith("S2-")

    synced = json.loads(ask("sync", "--json", "--data-dir", str(folder)).output)
    assert synced["waiting"] == 0
    assert ask("verify", "--data-dir", str(folder)).exit_code == 0


def test_a_code_works_once_and_a_till_stays_what_it_is(demo: Demo, tmp_path: Path) -> None:
    code = ask("hub", "enrol-code", "--store", "S2", "--data-dir", str(demo.folder)).stdout.strip()
    assert ask("enrol", demo.says["hub"], code, "--data-dir", str(tmp_path / "a")).exit_code == 0

    used = ask("enrol", demo.says["hub"], code, "--data-dir", str(tmp_path / "b"))
    twice = ask("enrol", demo.says["hub"], code, "--data-dir", str(tmp_path / "a"))

    assert used.exit_code == twice.exit_code == 1
    assert "did not take the code" in used.output
    assert not is_enrolled(tmp_path / "b")
    assert twice.output.startswith(f"There is a till in {tmp_path / 'a'} already")


def test_a_till_that_cannot_fetch_the_shop_is_enrolled_all_the_same(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "till"
    code = ask("hub", "enrol-code", "--store", "S2", "--data-dir", str(demo.folder)).stdout.strip()
    monkeypatch.setenv("OMNIPOS_HUB", f"http://127.0.0.1:{free_port()}")

    joined = ask("enrol", demo.says["hub"], code, "--data-dir", str(folder))

    assert joined.exit_code == 0
    assert joined.stdout.startswith("This is now till ")
    assert joined.stderr.startswith(
        "This till is enrolled, but could not fetch the shop: The hub does not answer ("
    )
    assert joined.stderr.endswith("a started till fetches it when the hub answers.\n")
    assert is_enrolled(folder)


def test_several_stores_must_be_chosen_from(demo: Demo) -> None:
    done = ask("hub", "enrol-code", "--data-dir", str(demo.folder))
    assert (done.exit_code, done.output) == (1, "Say which store with --store: S1, S2.\n")


def test_sync_asks_the_running_till(demo: Demo, home: Path) -> None:
    plain = subprocess.Popen(
        [*COMMAND, "plain", "--json", "--data-dir", demo.says["data_dir"]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(home),
    )
    assert plain.stdin
    assert plain.stdout
    try:
        plain.stdin.write(f"sign-in Budi 9876\n{demo.says['barcodes'][0]}\npay cash\n")
        plain.stdin.flush()
        answers = [json.loads(plain.stdout.readline()) for _line in range(3)]
        assert answers[-1]["sale"]["total_minor"] == 3500

        synced = json.loads(ask("sync", "--json", "--data-dir", demo.says["data_dir"]).output)
        report = json.loads(ask("report", "x", "--json", "--data-dir", demo.says["data_dir"]).output)
    finally:
        plain.communicate("quit\n", timeout=PATIENCE_S)
    assert synced["ok"] is True
    assert synced["waiting"] == 0
    assert report["waiting"] == 0
    assert plain.returncode == 0
    assert not (demo.folder / "till.sock").exists()


def test_good_rows_are_kept_and_bad_ones_told_by_line(demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text(
        "barcode,name,price,tax\n"
        "8990000000019,Sabun \x1b]52;c;x\x07Wangi,4500,\n"
        "8990000000026,No price,abc,\n"
        ",No barcode,4500,\n"
        "8990000000033,,4500,\n"
        "8990000000040,Pajak aneh,4500,LUXURY\n"
        "SHOP-7,\"Tee [/] \"\"besar\"\"\",12500,BEBAS\n"
    )  # fmt: skip
    words = ("import", "products", str(file), "--data-dir", str(demo.folder), "--json")

    first, again = ask(*words), ask(*words)

    assert first.exit_code == again.exit_code == 1
    assert json.loads(first.stdout) == {
        "ok": False, "rows": 6, "written": 2, "unchanged": 0, "bad": 4, "odd_codes": 3, "repeated_codes": 0,
        "warnings": 1,
    }  # fmt: skip
    assert json.loads(again.stdout)["written"] == 0
    assert json.loads(again.stdout)["unchanged"] == 2
    assert first.stderr.splitlines() == [
        "Line 3: “abc” is not a sum. Type it like 50.000.",
        "Line 4: It has neither barcode nor SKU.",
        "Line 5: It has no name.",
        "Line 2: Product 8990000000019: the check digit of barcode 8990000000019 is wrong. It was taken so.",
        "Line 6: Product 8990000000040 names tax LUXURY, which is not set up. Send it first.",
    ]
    headers = {"Authorization": f"Bearer {demo.says['api_key']}"}
    with httpx.Client(base_url=demo.says["hub"], headers=headers, trust_env=False) as web:
        (kept,) = web.get("/v1/products", params={"sku": "SHOP-7"}).json()["products"]
        (soap,) = web.get("/v1/products", params={"sku": "8990000000019"}).json()["products"]
    assert (kept["name"], kept["price_minor"], kept["tax_code"]) == ('Tee [/] "besar"', 12_500, "BEBAS")
    assert soap["name"] == "Sabun ]52;c;xWangi"
    assert soap["tax_code"] == "PPN"


def test_customers_come_in_by_phone_and_not_twice(demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "people.csv.gz"
    rows = "phone;name;points\n0811-2345-6789;Ayu Lestari;120\n12;Nobody;1\n+62 811 2345 6790;Bayu;x\n"
    file.write_bytes(gzip.compress(rows.encode()))
    words = ("import", "customers", str(file), "--data-dir", str(demo.folder), "--json")

    first, again = ask(*words), ask(*words)

    assert json.loads(first.stdout) == {"ok": False, "rows": 3, "written": 1, "unchanged": 0, "bad": 2}
    assert json.loads(again.stdout) == {"ok": False, "rows": 3, "written": 0, "unchanged": 1, "bad": 2}
    assert sorted(line[:7] for line in first.stderr.splitlines()) == ["Line 3:", "Line 4:"]


def test_a_file_without_its_columns_is_refused_whole(demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("ean,title\n1,2\n")
    done = ask("import", "products", str(file), "--data-dir", str(demo.folder))
    assert done.exit_code == 1
    assert done.output == "The file has no column barcode, name, price. It has ean, title.\n"


def test_the_doctor_finds_the_demo_shop_well(demo: Demo) -> None:
    done = ask("doctor", "--json", "--data-dir", str(demo.folder))
    told = json.loads(done.output)
    assert (done.exit_code, told["ok"]) == (0, True)
    assert [one["check"] for one in told["checks"]] == [
        "folder", "disk", "printer", "card", "qr", "hub", "clock", "versions",
    ]  # fmt: skip


def test_the_doctor_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNIPOS_PRINTER", f"tcp://127.0.0.1:{free_port()}")
    done = ask("doctor", "--data-dir", str(tmp_path))
    assert done.exit_code == 1
    assert f"LOOK folder   There is no till in {tmp_path}." in done.output
    assert "LOOK printer" in done.output
    assert "Look at power, paper and cable." in done.output
    assert "LOOK hub      This till belongs to no hub yet." in done.output


def test_a_hub_is_set_up_from_nothing(tmp_path: Path) -> None:
    port = free_port()
    database = tmp_path / "server" / "hub" / "hub.db"
    at = ("--data-dir", str(tmp_path / "server"))
    server = subprocess.Popen(
        [*COMMAND, "hub", "--database", str(database), "--bind", f"127.0.0.1:{port}"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
    )
    assert server.stdout
    try:
        assert server.stdout.readline() == f"OmniPOS hub at http://127.0.0.1:{port}\n"
        none = run(tmp_path, "hub", "enrol-code", *at)
        assert none.stderr == "There is no store yet. Make one with: omnipos hub add-store\n"
        assert run(tmp_path, "hub", "add-store", "A1", "Kedai", "--country", "MY", *at).returncode == 0
        made = stores_of(port, database)
        assert run(tmp_path, "hub", "add-store", "A1", "Kedai Dua", *at).returncode == 0
        assert stores_of(port, database) == [{**made[0], "name": "Kedai Dua"}]
        assert run(tmp_path, "hub", "add-staff", "Mei", *at, said="12\n").returncode == 1
        assert run(tmp_path, "hub", "add-staff", "Mei", *at, said="4321\n").returncode == 0
        bound = ("--role", "manager", "--store", "A1")
        assert run(tmp_path, "hub", "add-staff", "Ani", *bound, *at, said="4321\n").returncode == 0
        people = run(tmp_path, "hub", "staff", *at).stdout.splitlines()
        assert people == ["Ani, manager, back office of A1", "Mei, cashier"]
        assert len(run(tmp_path, "hub", "api-key", "web", *at).stdout.strip()) > 30
        code = run(tmp_path, "hub", "enrol-code", *at).stdout.strip()
        till = str(tmp_path / "till")
        assert run(tmp_path, "enrol", f"http://127.0.0.1:{port}", code, "--data-dir", till).returncode == 0
        assert talk(tmp_path, till, "sign-in Mei 4321")[0]["ok"] is True
        twice = run(tmp_path, "hub", "--database", str(database), "--bind", "127.0.0.1:0")
        assert twice.stderr.startswith(f"A hub runs on {database.parent} already.")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(PATIENCE_S)
        server.stdout.close()
    assert server.returncode == 0
    assert not is_listening(f"http://127.0.0.1:{port}")


def test_a_shop_alone_runs_its_hub_inside_and_takes_it_along(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    make_own_shop(folder, "Warung Kita", "ID", "id", "Ibu Ani", "8642")
    assert hubs_of(folder) == []
    member = load_membership(folder)
    assert member

    with open_till(folder) as (till, _settings):
        assert till.shop().name == "Warung Kita"
        person = till.call(signing_in.person_named, "Ibu Ani")
        assert till.call(signing_in.sign_in, person.staff_id, "8642").role == "manager"
        (hub,) = hubs_of(folder)
    assert not hub.is_running()
    assert not is_listening(member.hub)
