"""The lease of an order: the one till that may hand it over, moved by asking, giving back and granting.

A lease is (order, till, fencing number). It never ends by the clock: the holder gives it back, or a
manager has it taken. Only the hub grants; a till applies the same rules to what it did itself.
"""

from msgspec.structs import replace

from omnipos.domain.order import OPEN_STATES, Order


def is_held(order: Order, device_id: str) -> bool:
    """Tell whether a device is the one that may hand an order over."""
    return bool(device_id) and order.holder_device_id == device_id


def grant(order: Order, device_id: str, till_number: int) -> Order:
    """Return the order held by a device under a new fencing number; whatever was asked is answered."""
    return replace(
        order,
        holder_device_id=device_id,
        holder_till=till_number,
        fencing_number=order.fencing_number + 1,
        asked_by_device_id="",
        asked_by_till=0,
    )


def ask(order: Order, device_id: str, till_number: int) -> Order:
    """Return the order asked for by a device, unless another asked before or it is finished."""
    if order.state not in OPEN_STATES or is_held(order, device_id) or order.asked_by_device_id:
        return order
    return replace(order, asked_by_device_id=device_id, asked_by_till=till_number)


def withdraw(order: Order, device_id: str) -> Order:
    """Return the order no longer asked for by a device."""
    if order.asked_by_device_id != device_id:
        return order
    return replace(order, asked_by_device_id="", asked_by_till=0)


def release(order: Order, device_id: str, fencing_number: int) -> Order:
    """Return the order held by nobody, if the device holds it under that very number.

    Nobody gets it by this: who still waits asks again, so that no till gets it that went away.
    """
    if (order.holder_device_id, order.fencing_number) != (device_id, fencing_number):
        return order
    return replace(order, holder_device_id="", holder_till=0, asked_by_device_id="", asked_by_till=0)
