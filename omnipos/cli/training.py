"""Going from the real till to one for training and back: the real store stays open and is only read."""

import contextlib
from collections.abc import Callable, Iterator

from omnipos.cli.opening import EReceiptFiles, open_spool
from omnipos.config import Settings
from omnipos.services.till import Till
from omnipos.services.training import NoLine
from omnipos.store.training import begin_training, clear_training, keep_failures


def in_turn(till: Till, settings: Settings, work: Callable[[Till], bool]) -> None:
    """Work at the real till, then at one for training, and so on as long as `work` tells to change."""
    clear_training(till.store.folder)  # what a crash in training left
    while work(till):
        with open_training(till, settings) as trainee:
            if not work(trainee):
                return


@contextlib.contextmanager
def open_training(till: Till, settings: Settings) -> Iterator[Till]:
    """Open a till for training beside a real one; all that was done at it goes when this ends.

    It has no line to the hub, no card terminal and no key of the drawer.
    """
    store, identity = begin_training(till.store, till.identity)
    with contextlib.ExitStack() as stack:
        stack.callback(clear_training, till.store.folder)
        stack.callback(store.close)
        spool = open_spool(store, settings, training=True)
        trainee = Till(store, till.clock, identity, spool, NoLine(till.clock.now_ms()))
        trainee.is_training = True
        trainee.ereceipts = EReceiptFiles(store.folder, training=True)
        trainee.staff = till.staff
        stack.callback(spool.stop)
        spool.start()
        try:
            yield trainee
        finally:
            keep_failures(till.store, store)
            # Whoever signed in meanwhile did so with their PIN; who was signed in before may have left.
            till.staff = trainee.staff
