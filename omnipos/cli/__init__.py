"""The `omnipos` command: the one place that wires screens, syncing, printing, hub and services together."""

import gc
import importlib
import os
from pathlib import Path

import click

from omnipos import __version__
from omnipos.cli.complaints import told_plainly
from omnipos.cli.folders import data_dir_option
from omnipos.locale import speak

PRIVATE = 0o077
COMMANDS = {
    "demo": ("omnipos.cli.demo.commands:demo", "Open a demo shop with products, customers and orders."),
    "plain": ("omnipos.cli.counter:plain", "Sell line by line, without a screen."),
    "enrol": ("omnipos.cli.enrol:enrol", "Make this computer a till of a hub."),
    "hub": ("omnipos.cli.hub_commands:hub", "Run a hub, and set up its stores, staff and tills."),
    "staff": ("omnipos.cli.badges:staff", "Print a badge for somebody who works here."),
    "import": (
        "omnipos.cli.importing:importing",
        "Bring products, customers, promotions and more in from a file.",
    ),
    "terminal": ("omnipos.cli.terminal:terminal", "Try card payments with a simulated card terminal."),
    "qr": ("omnipos.cli.qr:qr", "Try QR payments with a simulated acquirer."),
    "report": ("omnipos.cli.report:report", "Print the totals of this till."),
    "sync": ("omnipos.cli.syncing:sync", "Send and fetch everything now."),
    "backup": ("omnipos.cli.backup:backup", "Save the till, and the hub in its folder, to a file."),
    "restore": ("omnipos.cli.backup:restore", "Put a backup back, here or on a new computer."),
    "export": ("omnipos.cli.tax_invoices:export", "Save what others work on: tax invoices to be made."),
    "export-outbox": ("omnipos.cli.exporting:export", "Save all that is not at the hub to a file."),
    "reset": ("omnipos.cli.resetting:reset", "Make this computer no till again."),
    "verify": ("omnipos.cli.verify:verify", "Prove that the books are whole."),
    "doctor": ("omnipos.cli.doctor:doctor", "Look at folder, disk, printer, hub and clock."),
}
"""Each command, where it lives and what it does; nothing is imported before it is asked for."""


class LazyGroup(click.Group):
    """Knows its commands by name and imports one when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _colon, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command), "the table names commands"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_place, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; whatever goes wrong is told in one line."""
        with told_plainly():
            return super().invoke(ctx)


@click.group(cls=LazyGroup, invoke_without_command=True)
@click.version_option(__version__, prog_name="OmniPOS")
@data_dir_option
@click.pass_context
def main(ctx: click.Context, data_dir: Path) -> None:
    """A till for the shop counter. Without a command it starts the till."""
    # Books, logs and keys are nobody else's; what this process starts inherits it.
    before = os.umask(PRIVATE)
    ctx.call_on_close(lambda: os.umask(before))
    speak(os.environ.get("OMNIPOS_LANGUAGE", "en"))
    if ctx.invoked_subcommand is None:
        # Hardly anything made while starting is garbage; looking for it would cost a tenth of a second.
        gc.disable()
        from omnipos.cli.counter import run_screens

        run_screens(data_dir)
