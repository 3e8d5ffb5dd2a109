"""The doctor on card terminals and acquirers: none, one that answers, one away, one that is none."""

import socket
import threading
from pathlib import Path

from omnipos.cli.hubchild import free_port
from omnipos.cli.paidfrom import Look, look_at_payments
from omnipos.config import Settings
from tests.terminals.acquirer_rig import acquirer_simulator as acquirer
from tests.terminals.rig import simulator as terminal


def look(**settings: str) -> tuple[Look, Look]:
    """What is said of the terminal and of the acquirer."""
    card, qr = look_at_payments(Settings(**settings))  # type: ignore[arg-type]
    assert (card.check, qr.check) == ("card", "qr")
    return card, qr


def test_none_is_well_and_says_what_is_done_instead() -> None:
    card, qr = look()
    assert (card.ok, qr.ok) == (True, True)
    assert card.say == "no card terminal is set; what the slip shows is typed"
    assert qr.say == "no acquirer is set; the shop's own QR code is shown where there is one"


def test_those_that_answer_are_named_by_their_addresses(tmp_path: Path) -> None:
    with terminal(tmp_path) as (_server, at), acquirer(tmp_path) as (_other, qr_at):
        card, qr = look(terminal=at, acquirer=qr_at)
    assert (card.ok, card.say, card.do) == (True, f"{at} answers", "")
    assert (qr.ok, qr.say, qr.do) == (True, f"{qr_at} answers", "")


def test_those_away_and_a_setting_that_is_none_say_what_to_do() -> None:
    nowhere = f"tcp://127.0.0.1:{free_port()}"
    card, qr = look(terminal=nowhere, acquirer=nowhere)
    assert (card.ok, card.say) == (False, f"{nowhere}: The card terminal does not answer.")
    assert card.do.endswith("terminal in omnipos.toml. Slips can be typed.")
    assert (qr.ok, qr.say) == (False, f"{nowhere}: The acquirer cannot be reached.")
    card, qr = look(terminal="the grey one", acquirer="bank")
    assert (card.ok, card.do) == (False, "Correct terminal in omnipos.toml.")
    assert (qr.ok, qr.do) == (False, "Correct acquirer in omnipos.toml.")


def test_something_else_at_that_address_is_not_well() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _peer = server.accept()
            with line:
                line.recv(4096)
                line.sendall(b"HTTP/1.1 400 Bad Request\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        card, _qr = look(terminal=f"tcp://127.0.0.1:{server.getsockname()[1]}")
        thread.join()
    assert not card.ok
    assert "broke before it answered" in card.say
