"""A real mail server on loopback, over TLS, that keeps what it took and refuses as it is told."""

import asyncio
import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def make_certificate(folder: Path) -> Path:
    """Make a certificate of 127.0.0.1 with its key in one file; it vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


class MailServer:
    """Takes mail as a server does (RFC 5321); `refuses` is the code it answers an address with."""

    def __init__(self, certificate: Path, *, implicit_tls: bool, refuses: int = 0) -> None:
        """Serve with a certificate, over TLS from the first byte or from STARTTLS on."""
        self.took: list[tuple[str, bytes]] = []
        self.was_safe: list[bool] = []
        self._refuses = refuses
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(certificate)
        self._implicit = implicit_tls

    async def serve(self) -> asyncio.Server:
        """Listen on a free port."""
        context = self._context if self._implicit else None
        return await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=context)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = ""
        writer.write(b"220 mail.example\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.upper().split(":")[0].split(" ")[0]
            is_safe = writer.get_extra_info("ssl_object") is not None
            if verb == "EHLO":
                writer.write(b"250-mail.example\r\n250 " + (b"SIZE\r\n" if is_safe else b"STARTTLS\r\n"))
            elif verb == "STARTTLS":
                writer.write(b"220 go\r\n")
                await writer.start_tls(self._context)
            elif verb == "RCPT":
                address = line.partition("<")[2].rstrip(">")
                writer.write(f"{self._refuses or 250} {address}\r\n".encode())
            elif verb == "DATA":
                writer.write(b"354 go\r\n")
                mail = b""
                while (part := await reader.readline()) != b".\r\n":
                    mail += part[1:] if part.startswith(b"..") else part
                self.took.append((address, mail))
                self.was_safe.append(is_safe)
                writer.write(b"250 taken\r\n")
            else:
                writer.write(b"250 ok\r\n")
            await writer.drain()
        writer.close()


@contextmanager
def mail_server(
    certificate: Path, *, implicit_tls: bool, refuses: int = 0
) -> Iterator[tuple[MailServer, int]]:
    """Run a mail server in a thread; give it and its port."""
    server = MailServer(certificate, implicit_tls=implicit_tls, refuses=refuses)
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(server.serve())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server, listening.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
