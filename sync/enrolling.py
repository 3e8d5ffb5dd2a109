"""Enrolling: a one-time code makes this computer a till of a store."""

from omnipos import __version__
from omnipos.domain.errors import EntryRefused
from omnipos.locale import _
from omnipos.protocol import EnrolAnswer, EnrolRequest
from omnipos.signing import SigningKey, enrol_words
from sync.client import HubClient
from sync.errors import SyncError, Untrusted


def enrol(
    address: str, code: str, device_name: str, key: SigningKey, *, private_http: bool = False
) -> EnrolAnswer:
    """Enrol with a hub and return who the till now is; raise EntryRefused with what to do.

    The key is on disk before: when the answer is lost, the same code and key get it again.
    """
    client = HubClient(address, private_http=private_http)
    code = code.strip().upper()
    request = EnrolRequest(
        code=code,
        device_name=device_name,
        version=__version__,
        public_key=key.public,
        proof=key.sign(enrol_words(code, key.public)),
    )
    try:
        return client.enrol(request)
    except Untrusted as objection:
        raise EntryRefused(str(objection)) from objection
    except SyncError as error:
        raise EntryRefused(
            _("The hub at {address} did not take the code: {reason}.").format(
                address=client.address, reason=str(error).rstrip(".")
            )
        ) from error
    finally:
        client.close()
