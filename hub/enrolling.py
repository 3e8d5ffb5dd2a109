"""Making a till of the device that brings a one-time code and a key of its own."""

import secrets

from sqlalchemy import insert, select, update

from hub import tables
from hub.auth import code_digest
from hub.epochs import epoch_of
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain.names import clean_text
from omnipos.locale import _
from omnipos.protocol import EnrolAnswer, EnrolRequest
from omnipos.signing import enrol_words, is_signed


def enrol(unit: Unit, request: EnrolRequest, hub_key: str) -> EnrolAnswer:
    """Make a till of the device that brings a good code; the code works for one key.

    The device that used a code and lost the answer asks again, within the code's life and with the
    same key, and is told the same.
    """
    if not is_signed(enrol_words(request.code, request.public_key), request.proof, request.public_key):
        raise Refused(422, "public_key", _("A till enrols with an Ed25519 key that it signs with."))
    codes = tables.enrol_code
    hashed, device_id = code_digest(request.code), secrets.token_hex(16)
    good = (codes.c.code_hash == hashed, codes.c.expires_at_ms > unit.now_ms)
    store_id = unit.conn.scalar(
        update(codes)
        .where(*good, codes.c.device_id == "")
        .values(device_id=device_id)
        .returning(codes.c.store_id)
    )
    if store_id is None:
        used_by = unit.conn.scalar(select(codes.c.device_id).where(*good))
        if not used_by or _key_of(unit, used_by) != request.public_key:
            raise Refused(
                403,
                "enrol_code",
                _("This code is not known, was used already or has expired. Ask for a new one."),
            )
        device_id = used_by
    else:
        _make_device(unit, request, device_id, store_id)
    return _answer(unit, device_id, hub_key)


def _key_of(unit: Unit, device_id: str) -> str | None:
    devices = tables.device
    return unit.conn.scalar(select(devices.c.public_key).where(devices.c.device_id == device_id))


def _make_device(unit: Unit, request: EnrolRequest, device_id: str, store_id: str) -> None:
    stores = tables.store
    till_number = unit.conn.scalar(
        update(stores)
        .where(stores.c.store_id == store_id)
        .values(tills=stores.c.tills + 1)
        .returning(stores.c.tills)
    )
    unit.conn.execute(
        insert(tables.device).values(
            device_id=device_id,
            store_id=store_id,
            till_number=till_number,
            name=clean_text(request.device_name, 80),
            version=clean_text(request.version, 40),
            epoch=1,
            public_key=request.public_key,
            enrolled_at_ms=unit.now_ms,
        )
    )


def _answer(unit: Unit, device_id: str, hub_key: str) -> EnrolAnswer:
    devices, stores = tables.device, tables.store
    row = unit.conn.execute(
        select(devices.c.store_id, stores.c.code, devices.c.till_number, devices.c.epoch)
        .join(stores, stores.c.store_id == devices.c.store_id)
        .where(devices.c.device_id == device_id)
    ).one()
    return EnrolAnswer(
        device_id=device_id,
        store_id=row.store_id,
        store_code=row.code,
        till_number=row.till_number,
        epoch=row.epoch,
        hub_epoch=epoch_of(unit.conn),
        hub_key=hub_key,
    )
