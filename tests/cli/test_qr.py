"""The store's QR code by the command: said, changed, refused with a reason, and warned of."""

import pytest
from click.testing import CliRunner, Result

from omnipos.cli import main
from omnipos.cli.demo.people import STATIC_QR, STORES
from omnipos.domain.emvqr import checked_static
from omnipos.domain.shop import COUNTRIES
from tests.cli.rigs import Demo


def ask(demo: Demo, *words: str) -> Result:
    """Run a command on the demo shop's hub."""
    return CliRunner().invoke(main, ["hub", "store-qr", *words, "--data-dir", str(demo.folder)])


@pytest.mark.parametrize("country", sorted(STATIC_QR))
def test_the_demo_shops_codes_are_sound_and_of_nobody(country: str) -> None:
    code = checked_static(STATIC_QR[country], COUNTRIES[country].currency)
    assert code.merchant in ("TOKO SINAR", "KEDAI CAHAYA")
    assert code.merchant_id in ("ID1020000000001", "CONTOH00001")


def test_a_store_says_and_changes_how_it_is_paid_by_qr(demo: Demo) -> None:
    said = "Toko Sinar Bogor is paid by QRIS to TOKO SINAR, JAKARTA (ID1020000000001); "
    assert ask(demo, "S2").output == f"{said}the customer types the sum.\n"
    with_sums = ask(demo, "S2", "--amounts")
    assert with_sums.stdout == f"{said}with the sum in the code.\n"
    assert with_sums.stderr.startswith("Tills put the sum into this code. Your bank has not made such a code")
    assert ask(demo, "S2", "--no-amounts").stderr == ""
    broken = ask(demo, "S2", "--payload", STATIC_QR["ID"][:-1] + "0")
    assert broken.exit_code == 1
    assert "The check sum of the QR code is wrong" in broken.stderr
    assert ask(demo, "S2", "--payload", "").output == f"{STORES['ID'][1].name} has no standing QR code.\n"
    assert ask(demo, "S2", "--payload", STATIC_QR["ID"]).output == f"{said}the customer types the sum.\n"
    assert "There is no store T8." in ask(demo, "T8").stderr
