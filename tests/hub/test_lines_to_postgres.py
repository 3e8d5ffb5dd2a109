"""How the hub reaches PostgreSQL: only a primary, and never waiting for ever for a machine that is gone."""

from typing import Any

from hub.postgres import make_engines
from tests.postgres import OWNER, shared


def wishes(address: str) -> dict[str, str]:
    """Return what the driver was asked for on a line that writes."""
    writing, reading = make_engines(address)
    try:
        with writing.connect() as conn:
            driver: Any = conn.connection.driver_connection
            return dict(driver.info.get_parameters())
    finally:
        writing.dispose()
        reading.dispose()


def test_a_line_to_a_machine_that_is_gone_ends_by_itself() -> None:
    asked = wishes(shared().loopback(OWNER))
    names = ("connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count")
    assert [asked[name] for name in (*names, "tcp_user_timeout")] == ["5", "10", "5", "3", "15000"]
    assert (asked["target_session_attrs"], asked["application_name"]) == ("read-write", "omnipos-hub")


def test_what_the_address_says_goes_before() -> None:
    asked = wishes(f"{shared().loopback(OWNER)}?connect_timeout=2&application_name=hub-3")
    assert (asked["connect_timeout"], asked["application_name"]) == ("2", "hub-3")
    assert asked["keepalives_idle"] == "10"
