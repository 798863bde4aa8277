"""A real mail server on this machine that behaves as a test wants it to."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from flows.machine.processes import free_port
from tests.patience import PATIENCE

HOST = "127.0.0.1"
OK = "250 OK"


@dataclass
class Handler:
    """Keeps what it is sent and gives the answers that a test asks for, by stage."""

    mail_answer: str = OK
    data_answer: str = OK
    rcpt_answers: dict[str, str] = field(default_factory=dict)
    goodbye_to: str = ""
    """The recipient to whose address it says goodbye, once."""
    only_sender: str = ""
    """The one address from which it takes mail; empty: it takes any."""
    senders: list[str] = field(default_factory=list)
    drop_at: str = ""
    drops: int = 0
    received: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    announced: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released for each sender that is named."""
    goodbyes: int = 0
    pipelining: ClassVar[bool] = False
    """Whether it says that it takes several commands at once."""

    def _drop(self, server: SMTP, stage: str) -> None:
        if self.drop_at == stage and self.drops:
            self.drops -= 1
            cast("asyncio.Transport", server.transport).abort()

    async def handle_EHLO(  # noqa: N802 - named by the library, which counts what it wants
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        extra = ["250-PIPELINING"] if self.pipelining else []
        return [answers[0], *extra, *answers[1:]]

    async def handle_QUIT(  # noqa: N802 - named by the library
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.goodbyes += 1
        return "221 Bye"

    async def handle_MAIL(  # noqa: N802 - named by the library
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.sessions.add(id(session))
        self.announced.release()
        self._drop(server, "mail")
        self.senders.append(address)
        if self.only_sender and address != self.only_sender:
            return "553 5.7.1 Sender address rejected: not owned by user"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.mail_answer

    async def handle_RCPT(  # noqa: N802 - named by the library
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._drop(server, "rcpt")
        if address == self.goodbye_to:
            self.goodbye_to = ""
            return "421 enough for one connection"
        envelope.rcpt_tos.append(address)
        return self.rcpt_answers.get(address, OK)

    async def handle_DATA(  # noqa: N802 - named by the library
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.received.append(envelope.content)
        self.recipients.append(envelope.rcpt_tos)
        self._drop(server, "data")
        return self.data_answer


def _authenticated(
    server: SMTP,
    session: Session,
    envelope: Envelope,
    mechanism: str,
    data: Any,  # noqa: ANN401
) -> AuthResult:
    right = LoginPassword(login=b"weerklank", password=b"secret")
    return AuthResult(success=data == right, handled=False)


@contextmanager
def mail_server(handler: Handler, **options: Any) -> Iterator[int]:  # noqa: ANN401
    """Run a server with *handler* for the length of the block; gives its port."""
    port = free_port(HOST, 0)  # the server cannot choose one itself
    controller = Controller(handler, hostname=HOST, port=port, ready_timeout=PATIENCE, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextmanager
def speaking(greeting: bytes) -> Iterator[int]:
    """Run a server that says *greeting* to whoever comes first, and hangs up; gives its port."""

    def greet() -> None:
        guest, _ = door.accept()
        with guest:
            guest.sendall(greeting)

    with socket.create_server((HOST, 0)) as door:
        host = threading.Thread(target=greet)
        host.start()
        try:
            yield door.getsockname()[1]
        finally:
            host.join()


LOGIN = {"authenticator": _authenticated, "auth_required": True, "auth_require_tls": False}
"""Options of a server that wants a login."""


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, ssl.SSLContext]:
    """A certificate that signs itself, made now: its file, and the server's side of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime(2020, 1, 1, tzinfo=UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today)
        .not_valid_after(today + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return file, context
