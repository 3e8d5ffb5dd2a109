"""`omnipos qr`: a simulated acquirer, to try QR payments and their accidents without money."""

import json
import socket
from pathlib import Path

import click
import msgspec

from omnipos.cli.folders import data_dir_option
from omnipos.cli.stopping import stopping_in_order
from omnipos.domain.errors import EntryRefused
from omnipos.domain.payment import Said
from omnipos.locale import _

CONDUCTS = ("wait", "pay", "expire", "pay-late", "hang", "lose-answer", "die")
PATIENCE_S = 10.0


@click.group()
def qr() -> None:
    """Try QR payments with a simulated acquirer; its codes are of nobody."""


@qr.command()
@click.option("--port", default=0, help="The loopback port to listen at; 0 for any that is free.")
@click.option(
    "--behave",
    type=click.Choice(CONDUCTS),
    default="wait",
    show_default=True,
    help="What becomes of the codes.",
)
@click.option("--lasts", default=300, show_default=True, help="For how many seconds a code can be paid.")
@click.option(
    "--memory", type=click.Path(path_type=Path, dir_okay=False), help="Where it remembers payments."
)
@click.option("--json", "as_json", is_flag=True, help="Say where it listens as one JSON object.")
@data_dir_option
def simulate(port: int, behave: str, lasts: int, memory: Path | None, as_json: bool, data_dir: Path) -> None:
    """Be an acquirer until Ctrl-C. It remembers payments by their ids; `omnipos qr pay` pays a code."""
    from terminals.acquirer_simulator import Conduct, QrSimulator

    path = memory or data_dir / "simulated-acquirer.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with QrSimulator(path, port, Conduct(behave), lasts) as server, stopping_in_order():
        address = f"tcp://127.0.0.1:{server.port}"
        if as_json:
            click.echo(json.dumps({"acquirer": address, "port": server.port, "memory": str(path)}))
        else:
            click.echo(
                _('A simulated acquirer listens. In omnipos.toml: acquirer = "{address}"').format(
                    address=address
                )
            )
        server.serve_forever(poll_interval=0.1)


@qr.command()
@click.argument("acquirer")
@click.argument("payment", default="")
def pay(acquirer: str, payment: str) -> None:
    """Pay the newest code of the simulated acquirer at ACQUIRER (tcp://…), or that of PAYMENT."""
    from terminals.acquirer import QrReply, parse_acquirer
    from terminals.wire import Question, encode, read_line

    try:
        with socket.create_connection(parse_acquirer(acquirer), timeout=PATIENCE_S) as line:
            line.sendall(encode(Question(do="pay", payment_id=payment)))
            reply = msgspec.json.decode(read_line(line), type=QrReply)
    except (OSError, msgspec.DecodeError) as error:
        raise EntryRefused(
            _("No simulated acquirer listens at {address}.").format(address=acquirer)
        ) from error
    if reply.said is not Said.APPROVED:
        raise EntryRefused(_("That code cannot be paid any more."))
    click.echo(_("Paid: {reference}").format(reference=reply.reference))
