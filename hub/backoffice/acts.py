"""What was done in the back office, written in the transaction that does it: who, when, with what."""

import secrets
from collections.abc import Iterable

from sqlalchemy import insert

from hub import tables
from hub.backoffice.office import Office
from hub.unit import Unit
from omnipos.domain.names import clean_text


def keep(
    unit: Unit, office: Office, section: str, subject: str, act: str, fields: Iterable[str] = ()
) -> None:
    """Write down an act. Of what was changed only the names of the fields stay: values may be personal."""
    unit.conn.execute(
        insert(tables.office_act).values(
            act_id=secrets.token_hex(12),
            at_ms=unit.now_ms,
            staff_id=office.person.staff_id,
            section=section,
            subject=clean_text(subject, 120),
            act=act,
            detail=clean_text(", ".join(fields), 400),
        )
    )
