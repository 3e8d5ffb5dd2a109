"""`python -m omnipos`: the same as the command `omnipos`."""

from omnipos.cli import main

main(prog_name="omnipos")
