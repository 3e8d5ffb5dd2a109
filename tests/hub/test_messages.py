"""A message to a customer leaves once: queued with its event, marked before it goes, never sent in doubt."""

import asyncio
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from hub import messaging
from hub.messaging import Outgoing
from hub.senders import FolderSender, NotSent, Sender, SmtpSender, send_next, sender_of
from omnipos.domain.errors import EntryRefused
from omnipos.events import PersonalCard, ReceiptSendAsked, SendBy
from tests.hub.journals import Journal
from tests.hub.rig import APPLIED, A, HubRig, outcomes


class _Out:
    """A way out that keeps what it took, and fails as it is told."""

    def __init__(self, *trouble: Exception | None) -> None:
        self.took: list[Outgoing] = []
        self._trouble = list(trouble)

    def send(self, message: Outgoing) -> None:
        """Take it, or fail."""
        trouble = self._trouble.pop(0) if self._trouble else None
        if not isinstance(trouble, NotSent):
            self.took.append(message)
        if trouble:
            raise trouble


def _ask(journal: Journal, address: str = "ani@mail.example", send_by: SendBy = SendBy.EMAIL) -> str:
    sale = journal.sell((A, 3, 3500))
    fact = ReceiptSendAsked(
        message_id=f"m-{sale.receipt_number}",
        sale_id=sale.sale_id,
        receipt_number=sale.receipt_number,
        send_by=send_by,
        personal_id=f"p-{sale.sale_id}",
    )
    by_mail = send_by is SendBy.EMAIL
    card = PersonalCard(name="", phone="" if by_mail else address, email=address if by_mail else "")
    journal.append(fact, personal={fact.personal_id: card})
    return fact.message_id


def _queued(rig: HubRig, *addresses: str) -> list[str]:
    journal = rig.journal()
    ids = [_ask(journal, one) for one in addresses or ("ani@mail.example",)]
    assert set(outcomes(rig.push(*journal.envelopes))) == {APPLIED}
    rig.push(*journal.envelopes)  # twice is harmless
    return ids


def _work(rig: HubRig, sender: Sender) -> int:
    async def all_due() -> int:
        count = 0
        while await send_next(rig.hub, sender):
            count += 1
        return count

    return asyncio.run(all_due())


def _states(rig: HubRig) -> list[tuple[str, str]]:
    found = rig.ask("GET", "/v1/messages")["messages"]
    return sorted((one["message_id"], one["state"]) for one in found)


def test_a_message_is_sent_once_with_what_was_bought(rig: HubRig) -> None:
    (own,) = _queued(rig)
    assert _states(rig) == [(own, "queued")]
    out = _Out()
    assert _work(rig, out) == 1
    assert _work(rig, out) == 0
    (message,) = out.took
    assert message.address == "ani@mail.example"
    assert message.subject == f"Receipt {own.removeprefix('m-')} of Toko Sinar"
    assert "× 3  Rp 10.500" in message.text
    assert "Total Rp 10.500." in message.text
    assert _states(rig) == [(own, "sent")]
    assert rig.refused("GET", "/v1/messages", key=rig.token_of(rig.till))[0] == 403


def test_what_certainly_did_not_leave_is_tried_again_later_and_fails_in_the_end(rig: HubRig) -> None:
    (own,) = _queued(rig)
    out = _Out(*[NotSent("away")] * messaging.MOST_ATTEMPTS)
    tried = 0
    for _time in range(40):
        tried += _work(rig, out)
        rig.now_ms += 10 * 60_000
    assert (tried, out.took) == (messaging.MOST_ATTEMPTS, [])
    assert _states(rig) == [(own, "failed")]


def test_a_server_that_will_never_take_it_is_asked_once(rig: HubRig) -> None:
    (own,) = _queued(rig)
    assert _work(rig, _Out(NotSent("550", for_good=True))) == 1
    assert _states(rig) == [(own, "failed")]


def test_what_may_have_left_is_never_sent_again(rig: HubRig) -> None:
    (own,) = _queued(rig)
    out = _Out(ConnectionResetError("while it took the text"))
    assert _work(rig, out) == 1
    rig.now_ms += 86_400_000
    assert _work(rig, out) == 0
    assert (len(out.took), _states(rig)) == (1, [(own, "unsure")])


def test_a_hub_that_died_while_sending_does_not_send_again(rig: HubRig) -> None:
    (own,) = _queued(rig)
    claimed = asyncio.run(rig.hub.write(messaging.claim))
    assert claimed is not None
    assert _states(rig) == [(own, "sending")]
    out = _Out()
    assert _work(rig, out) == 0
    rig.now_ms += messaging.LOST_MS + 1
    assert _work(rig, out) == 0
    assert (out.took, _states(rig)) == ([], [(own, "unsure")])


def test_what_is_no_address_is_not_sent_and_a_forgotten_one_neither(rig: HubRig) -> None:
    first, second = _queued(rig, "nobody", "ani@mail.example")
    asyncio.run(rig.hub.write(lambda unit: messaging.forget(unit, {"ani@mail.example"})))
    assert _work(rig, _Out()) == 0
    assert _states(rig) == [(first, "failed"), (second, "failed")]
    assert {one["address"] for one in rig.ask("GET", "/v1/messages")["messages"]} == {""}


def test_a_folder_takes_each_message_whole(rig: HubRig, tmp_path: Path) -> None:
    (own,) = _queued(rig)
    sender = sender_of(f"folder://{tmp_path / 'out'}")
    assert isinstance(sender, FolderSender)
    assert _work(rig, sender) == 1
    (file,) = (tmp_path / "out").iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (file.name, mail["Message-ID"]) == (f"{own}.eml", f"<{own}@omnipos.invalid>")
    assert (mail["To"], mail["Subject"]) == ("ani@mail.example", f"Receipt {own[2:]} of Toko Sinar")


def test_a_mail_server_that_is_away_has_certainly_not_sent_it() -> None:
    sender = SmtpSender("smtps://127.0.0.1:1?from=shop@mail.example")
    message = Outgoing(
        message_id="m", send_by=SendBy.EMAIL, address="a@b.co", shop_name="Toko", subject="s", text="t"
    )
    with pytest.raises(NotSent) as refusal:
        sender.send(message)
    assert not refusal.value.for_good


@pytest.mark.parametrize("setting", ["smtp://mail.example", "http://x", "smtp:///?from=a@b.co"])
def test_a_wrong_setting_is_refused(setting: str) -> None:
    with pytest.raises(EntryRefused, match="OMNIPOS_HUB_MESSAGES"):
        sender_of(setting)
    assert sender_of("") is None


def test_the_mail_servers_password_is_in_a_file_that_nobody_else_reads(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    setting = f"smtp://me@mail.example?from=a@b.co&password_file={secret}"
    with pytest.raises(EntryRefused, match=f"The secret in {secret} cannot be read: No such file"):
        sender_of(setting)
    secret.write_text("hush")
    secret.chmod(0o644)
    with pytest.raises(EntryRefused, match=f"chmod 600 {secret}"):
        sender_of(setting)
    secret.chmod(0o600)
    assert sender_of(setting) is not None
