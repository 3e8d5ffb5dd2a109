"""How the pages read and write: by the hub's own functions, in one transaction, refusals as sentences."""

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from hub.backoffice import acts
from hub.backoffice.reasons import in_words
from hub.backoffice.section import Change, Section
from hub.context import Hub
from hub.problems import Refused
from hub.unit import OutcomeUnknown, Unit, WriteConflict
from omnipos.domain.errors import DomainError
from omnipos.locale import _

T = TypeVar("T")
log = logging.getLogger(__name__)
_PLACE = re.compile(r" - at `\$\.?([A-Za-z_]*)")


class Refusal(Exception):
    """What somebody wanted cannot be; `code` is the refusal's word, or the name of what does not fit."""

    def __init__(self, text: str, code: str = "") -> None:
        """Keep the sentence and the word."""
        super().__init__(text)
        self.text = text
        self.code = code


class Misfit(Refusal):
    """A typed value does not fit; `code` names its field, and the sentence does not."""


class Deed(NamedTuple):
    """What is about to be done, as it is written down."""

    section: Section
    act: str
    change: Change


def wished(kind: type[T], values: Mapping[str, Any]) -> T:
    """Return one of the messages of the API made of typed values; raise Misfit for what the API refuses."""
    try:
        return msgspec.convert(msgspec.to_builtins(values), kind)
    except msgspec.ValidationError as wrong:
        place = _PLACE.search(str(wrong))
        reason = _PLACE.sub("", str(wrong)).rstrip("`")
        raise Misfit(
            _("This does not fit: {reason}.").format(reason=in_words(reason)), place[1] if place else ""
        ) from None


async def do(hub: Hub, deed: Deed, work: Callable[[Unit, Change], T], *, prepare: Any = None) -> T:
    """Do something in one transaction and write down who did it; raise Refusal if it cannot be done."""
    change = deed.change

    def both(unit: Unit) -> T:
        result = work(unit, change)
        subject = change.key or str(result if isinstance(result, str) else "")
        acts.keep(unit, change.office, deed.section.key, subject, deed.act, change.values)
        return result

    try:
        if prepare is not None:
            change.prepared = await hub.read(lambda conn: prepare(conn, change))
        return await hub.write(both)
    except Refused as refused:
        raise Refusal(refused.detail, refused.code) from None
    except DomainError as refused:
        raise Refusal(str(refused)) from None
    except OutcomeUnknown as trouble:
        log.warning("The database was lost while it kept a change: %s", trouble)
        detail = _(
            "The hub lost its database just as this was being kept. Whether it was is not known;"
            " look before you try again."
        )
        raise Refusal(detail) from None
    except (OperationalError, WriteConflict, PoolExhausted) as trouble:
        log.warning("The database could not take a change: %s", trouble)
        detail = _("The hub's database is busy or in trouble. Nothing was changed; try again.")
        raise Refusal(detail) from None
