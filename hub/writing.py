"""One unit of work on PostgreSQL: its locks, its commit, and the same again when the trouble passes."""

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from hub.locks import Locks, take
from hub.measures import READ, RETRIES, WRITE
from hub.postgres import is_lost, passes
from hub.unit import OutcomeUnknown

T = TypeVar("T")
TRIES = 6
FIRST_WAIT_S = 0.01
log = logging.getLogger(__name__)


def write(engine: Engine, work: Callable[[Connection], T], locks: Locks) -> T:
    """Run some work in one transaction, again when another writer or a lost line came between.

    Nothing of a try that failed is left, so there is one effect. Only when the line is lost during the
    commit itself is that not known; work that may not be done twice then raises OutcomeUnknown.
    """
    for attempt in range(1, TRIES + 1):
        try:
            return _once(engine, work, locks)
        except DBAPIError as trouble:
            if attempt == TRIES or not passes(trouble):
                raise
            RETRIES.add(WRITE)
            log.info("A transaction is tried again (%d): %s", attempt, trouble.orig)
        time.sleep(random.uniform(0, FIRST_WAIT_S * 2**attempt))  # noqa: S311 - only spreads them out
    raise AssertionError("the last try returns or raises")


def read(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Run some work on one unchanging view, once more when the pool's lines were dead ones."""
    for attempt in range(1, TRIES + 1):
        try:
            with engine.begin() as conn:
                return work(conn)
        except DBAPIError as trouble:
            if attempt == TRIES or not passes(trouble):
                raise
            RETRIES.add(READ)
        time.sleep(random.uniform(0, FIRST_WAIT_S * 2**attempt))  # noqa: S311 - only spreads them out
    raise AssertionError("the last try returns or raises")


def _once(engine: Engine, work: Callable[[Connection], T], locks: Locks) -> T:
    with engine.connect() as conn:
        transaction = conn.begin()
        try:
            take(conn, locks)
            result = work(conn)
        except BaseException:
            transaction.rollback()
            raise
        try:
            transaction.commit()
        except DBAPIError as trouble:
            if is_lost(trouble) and not locks.repeatable:
                raise OutcomeUnknown(str(trouble.orig)) from trouble
            raise
        return result
