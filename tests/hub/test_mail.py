"""An e-receipt leaves by a real mail server over TLS, with the receipt as the files that the setting says."""

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from hub.senders import FolderSender, send_next, sender_of
from omnipos.domain.errors import EntryRefused
from tests.hub.rig import HubRig
from tests.hub.smtp_rig import mail_server, make_certificate
from tests.hub.test_messages import _queued as queued
from tests.hub.test_messages import _states as states


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate that this computer trusts for the test."""
    made = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    return made


def send(rig: HubRig, setting: str) -> None:
    sender = sender_of(setting)
    assert sender is not None
    assert asyncio.run(send_next(rig.hub, sender))


def files(mail: EmailMessage) -> dict[str, tuple[str, bytes]]:
    """The files of a mail: their kinds and beginnings."""
    found = {}
    for one in mail.iter_attachments():
        content = one.get_content()
        begin = content.encode() if isinstance(content, str) else content
        found[str(one.get_filename())] = (one.get_content_type(), begin)
    return found


@pytest.mark.parametrize(
    ("scheme", "attach", "kinds"),
    [
        ("smtps", "", [".pdf"]),
        ("smtp", "&attach=html,pdf", [".html", ".pdf"]),
        ("smtps", "&attach=html", [".html"]),
        ("smtp", "&attach=none", []),
    ],
)
def test_a_receipt_leaves_over_tls_with_its_files(
    rig: HubRig, certificate: Path, scheme: str, attach: str, kinds: list[str]
) -> None:
    (own,) = queued(rig)
    with mail_server(certificate, implicit_tls=scheme == "smtps") as (server, port):
        send(rig, f"{scheme}://127.0.0.1:{port}?from=shop@mail.example{attach}")
    assert states(rig) == [(own, "sent")]
    ((address, taken),) = server.took
    assert (address, server.was_safe) == ("ani@mail.example", [True])
    mail = message_from_bytes(taken, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert mail["From"] == "Toko Sinar <shop@mail.example>"
    text = mail.get_body(("plain",))
    assert text is not None
    assert "Total Rp 10.500." in text.get_content()
    number = own.removeprefix("m-")
    found = files(mail)
    assert sorted(found) == [f"receipt-{number}{kind}" for kind in kinds]
    for name, (media_type, content) in found.items():
        if name.endswith(".pdf"):
            assert (media_type, content[:5]) == ("application/pdf", b"%PDF-")
        else:
            assert media_type == "text/html"
            assert number.encode() in content
            assert b"10.500" in content


@pytest.mark.parametrize(("code", "state"), [(550, "failed"), (451, "queued")])
def test_an_address_that_is_refused_gets_nothing(
    rig: HubRig, certificate: Path, code: int, state: str
) -> None:
    (own,) = queued(rig)
    with mail_server(certificate, implicit_tls=True, refuses=code) as (server, port):
        send(rig, f"smtps://127.0.0.1:{port}?from=shop@mail.example")
    assert (server.took, states(rig)) == ([], [(own, state)])


def test_a_server_that_nobody_vouches_for_is_told_nothing(
    rig: HubRig, tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own,) = queued(rig)
    monkeypatch.delenv("SSL_CERT_FILE")
    with mail_server(certificate, implicit_tls=True) as (server, port):
        send(rig, f"smtps://127.0.0.1:{port}?from=shop@mail.example")
    assert (server.took, states(rig)) == ([], [(own, "queued")])


def test_a_folder_gets_the_files_too_and_another_kind_is_refused(rig: HubRig, tmp_path: Path) -> None:
    queued(rig)
    send(rig, f"folder://{tmp_path / 'out'}?attach=html")
    (file,) = (tmp_path / "out").iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert [name.rpartition(".")[2] for name in files(mail)] == ["html"]
    with pytest.raises(EntryRefused, match="attach is pdf"):
        sender_of("folder:///x?attach=doc")
    assert isinstance(sender_of("folder:///x"), FolderSender)
