"""Ways out for messages: an SMTP server, or a folder that another program empties."""

import asyncio
import logging
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formataddr
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from hub import messaging
from hub.context import Hub
from hub.locks import Key, only
from hub.messaging import Outgoing
from hub.receiptfiles import KINDS, ReceiptFile, receipt_files
from hub.settings import read_secret
from omnipos.domain.errors import EntryRefused
from omnipos.events import SendBy
from omnipos.locale import _

SETTING = "OMNIPOS_HUB_MESSAGES"
"""`smtp://USER@HOST:587?from=ADDRESS&password_file=FILE`, `smtps://…`, `folder:///PATH`, or empty.

Each may have `attach=pdf` (which it is without), `html`, `html,pdf` or `none`: the receipt as a file.
"""
DEFAULT_KIND = "pdf"
LOOK_EVERY_S = 5.0
PATIENCE_S = 20

log = logging.getLogger(__name__)


class NotSent(Exception):
    """A message certainly did not leave; with `for_good` it never will."""

    def __init__(self, why: object, *, for_good: bool = False) -> None:
        """Say why."""
        super().__init__(str(why))
        self.for_good = for_good


class Sender(Protocol):
    """What takes one message; it may wait. Any error but NotSent leaves open whether it has left."""

    def send(self, message: Outgoing) -> None:
        """Send it, or raise."""
        ...


class FolderSender:
    """Writes each message as a file named by its id, whole or not at all."""

    def __init__(self, folder: Path, attach: tuple[str, ...] = ()) -> None:
        """Write into a folder, with the receipt in each of these kinds of file."""
        self._folder = folder
        self._attach = attach

    def send(self, message: Outgoing) -> None:
        """Write the file."""
        mail = as_mail(message, "", files_of(message, self._attach))
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            unfinished = self._folder / f".{message.message_id}.part"
            unfinished.write_bytes(bytes(mail))
            unfinished.replace(self._folder / f"{message.message_id}.eml")
        except OSError as error:
            raise NotSent(error) from error


class SmtpSender:
    """Hands e-mail to the shop's mail server, over TLS."""

    def __init__(self, setting: str) -> None:
        """Take a setting `smtp://` or `smtps://`; raise EntryRefused."""
        parts = urlsplit(setting)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if not parts.hostname or "from" not in query:
            raise EntryRefused(_("{name} needs a host and from=ADDRESS.").format(name=SETTING))
        self._host = parts.hostname
        self._is_tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._is_tls else 587)
        self._user = unquote(parts.username or "")
        self._from = query["from"]
        self._attach = _kinds(query.get("attach", DEFAULT_KIND))
        file = query.get("password_file", "")
        self._password = read_secret(Path(file)) if file else ""

    def send(self, message: Outgoing) -> None:
        """Send one e-mail; what fails before its text was handed over was certainly not sent."""
        if message.send_by is not SendBy.EMAIL:
            raise NotSent(_("Only e-mail can be sent here."), for_good=True)
        mail = bytes(as_mail(message, self._from, files_of(message, self._attach)))
        try:
            server = self._connected()
            code, _answer = server.mail(self._from)
            if code == 250:
                code, _answer = server.rcpt(message.address)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(error) from error
        try:
            if code not in (250, 251):
                raise NotSent(code, for_good=500 <= code < 600)
            code, _answer = server.data(mail)
            if code != 250:
                raise NotSent(code, for_good=500 <= code < 600)
        except smtplib.SMTPDataError as error:
            raise NotSent(error.smtp_code, for_good=500 <= error.smtp_code < 600) from error
        finally:
            server.close()

    def _connected(self) -> smtplib.SMTP:
        safely = ssl.create_default_context()
        server: smtplib.SMTP
        if self._is_tls:
            server = smtplib.SMTP_SSL(self._host, self._port, timeout=PATIENCE_S, context=safely)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=PATIENCE_S)
            server.starttls(context=safely)
        if self._user:
            server.login(self._user, self._password)
        else:
            server.ehlo_or_helo_if_needed()
        return server


def files_of(message: Outgoing, kinds: tuple[str, ...]) -> tuple[ReceiptFile, ...]:
    """Return the receipt of a message as files; raise NotSent where none can be made."""
    if message.sale is None or message.shop is None:
        return ()
    try:
        return receipt_files(message.sale, message.shop, message.staff_name, kinds)
    except Exception as error:
        log.exception("A receipt could not be made into a file")
        raise NotSent(type(error).__name__) from error


def as_mail(message: Outgoing, sender: str, files: Sequence[ReceiptFile] = ()) -> EmailMessage:
    """Return a message as e-mail; its id is the message's own, so that a twin would be seen."""
    mail = EmailMessage()
    mail["Message-ID"] = f"<{message.message_id}@omnipos.invalid>"
    mail["Subject"] = message.subject
    mail["To"] = message.address
    if sender:
        mail["From"] = formataddr((message.shop_name, sender))
    mail.set_content(message.text)
    for one in files:
        main, _slash, sub = one.media_type.partition("/")
        mail.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    return mail


def _kinds(text: str) -> tuple[str, ...]:
    """Return what `attach=` asks for; raise EntryRefused."""
    wanted = [one for one in text.split(",") if one and one != "none"]
    if set(wanted) - set(KINDS):
        raise EntryRefused(_("{name}: attach is pdf, html, html,pdf or none.").format(name=SETTING))
    return tuple(one for one in KINDS if one in wanted)


def sender_of(setting: str) -> Sender | None:
    """Return the way out that a setting names; None for an empty one. Raises EntryRefused."""
    scheme = urlsplit(setting).scheme
    if not setting:
        return None
    if scheme == "folder":
        query = parse_qs(urlsplit(setting).query)
        kinds = _kinds(query.get("attach", [DEFAULT_KIND])[-1])
        return FolderSender(Path(unquote(urlsplit(setting).path)), kinds)
    if scheme in ("smtp", "smtps"):
        return SmtpSender(setting)
    raise EntryRefused(_("{name} begins with smtp://, smtps:// or folder://.").format(name=SETTING))


QUEUE = only(Key("messages", ""))


async def send_next(hub: Hub, sender: Sender) -> bool:
    """Send the next message that is due; tell whether there was one."""
    message = await hub.write(messaging.claim, QUEUE)
    if message is None:
        return False
    own = message.message_id
    try:
        await asyncio.to_thread(sender.send, message)
    except NotSent as refusal:
        why, for_good = str(refusal), refusal.for_good
        await hub.write(lambda unit: messaging.not_sent(unit, own, why, for_good=for_good), QUEUE)
    except Exception as error:
        log.exception("Whether a message was sent is not known")
        why = type(error).__name__
        await hub.write(lambda unit: messaging.unsure(unit, own, why), QUEUE)
    else:
        await hub.write(lambda unit: messaging.sent(unit, own), QUEUE)
    return True


async def send_for_ever(hub: Hub, sender: Sender) -> None:
    """Send what is due, then look again after a while; trouble with the database is over by then."""
    while True:
        try:
            while await send_next(hub, sender):
                pass
        except Exception:
            log.exception("Messages could not be looked at")
        await asyncio.sleep(LOOK_EVERY_S)
