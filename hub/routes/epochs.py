"""What tills ask whose journal and the hub's do not fit, or who were restored: another epoch."""

from litestar import post
from litestar.params import JSONBody

from hub import lives
from hub.context import Ours
from hub.guards import Asked, tills_only
from hub.messages import LARGEST
from hub.problems import Refused
from hub.unit import Unit
from omnipos.locale import _
from omnipos.protocol import EpochAnswer, EpochRequest


@post("/v1/epochs", status_code=200, guards=[tills_only], tags=["tills"])
async def new_epoch(hub: Ours, request: Asked, data: JSONBody[EpochRequest]) -> EpochAnswer:
    """Confirm or give an epoch; a second computer with this identity gets a code to enrol anew."""
    if not all(0 <= number <= LARGEST for number in (data.epoch, data.acked_seq, data.wanted)):
        raise Refused(400, "epoch", _("An epoch or a place in it is larger than can be."))

    def work(unit: Unit) -> EpochAnswer:
        return lives.give_epoch(unit, request.user, data)

    return await hub.write(work)


handlers = [new_epoch]
