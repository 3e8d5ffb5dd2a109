"""Which versions of tills this hub can serve, and what the others are told."""

from hub.problems import Refused
from omnipos.events import SCHEMA
from omnipos.locale import _
from omnipos.protocol import Hello

OLDEST_TILL = 2
"""The oldest schema whose tills understand what this hub's streams carry; their events are taken for ever."""


def refuse_too_old(hello: Hello) -> None:
    """Raise Refused for a till that would not understand what it pulls, or a range that is none."""
    if not 1 <= hello.schema_min <= hello.schema_max:
        raise Refused(400, "hello", _("The range of schemas in this hello is none."))
    if hello.schema_max < OLDEST_TILL:
        raise Refused(
            426,
            "update_till",
            _(
                "This till's OmniPOS {version} is too old for the hub, which needs schema {oldest} and has"
                " {newest}. Its sales are safe. Update this till."
            ).format(version=hello.version[:40], oldest=OLDEST_TILL, newest=SCHEMA),
        )
