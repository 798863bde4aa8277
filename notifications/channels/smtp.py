"""SMTP: one connection for a batch, checked certificates, and failures told apart."""

import re
import smtplib
import ssl
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Self

from notifications.channels.channels import (
    Channel,
    PassingFailure,
    PermanentFailure,
    Post,
    Stage,
)
from notifications.channels.email import stuff_dots, to_bytes
from notifications.channels.smtp_replies import CLOSING, refusal, trouble
from states.values.addresses import on_the_wire

Security = Literal["none", "starttls", "tls"]
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_OK, _FORWARDED, _GO_ON = 250, 251, 354
_LOCAL = r'[^\s"<>@\x00-\x1f\x7f]+|"(?:[^"\\\x00-\x1f\x7f]|\\[ -~])*"'
_MAILBOX = re.compile(rf"(?:{_LOCAL})@[^\s<>@\x00-\x1f\x7f]+")
"""An address that ends where it should, and says no command of its own (RFC 5321, 4.1.2)."""
_PLAIN_NAME = re.compile(r"[A-Za-z0-9-]{1,100}")
_TOO_BIG, _FOR_GOOD = 552, 500


_Reply = tuple[int, bytes]


class _Goodbye(smtplib.SMTPServerDisconnected):
    """The server ends this connection and did not take the mail: it may have had enough of it, not of us."""


def _in_angles(address: str) -> str:
    """*address* as a command names it, or ValueError; the library differs from one patch release to the next."""
    if not _MAILBOX.fullmatch(address):
        raise ValueError(ascii(address))
    return f"<{address}>"


class _Envelope(NamedTuple):
    """From which address a mail comes, to which it goes, and its *name* for reports (ENVID of RFC 3461)."""

    sender: str
    address: str
    name: str = ""

    @classmethod
    def of(cls, post: Post, *, own: bool = True) -> Self:
        """Those of *post*, from a sender of its *own*; raises PermanentFailure when mail cannot carry them."""
        try:
            address = on_the_wire(str(post.message.address))
            name = post.message_id.partition("@")[0]
            sender = post.envelope if own and post.envelope else post.sender
            return cls(_in_angles(sender), _in_angles(address), name)
        except ValueError as broken:
            raise PermanentFailure("mail-not-valid") from broken


@dataclass
class Smtp(Channel):
    """
    A mail server at *host* and *port*; *timeout* in seconds holds for each answer of the server.

    With *security* `starttls` or `tls` the server must show a certificate that this machine trusts for *host*, or
    nothing is sent. A *password* is only given to a server that is this machine or is spoken to in secret.
    """

    host: str
    port: int
    security: Security = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 30.0
    context: ssl.SSLContext | None = None
    name: str = "email"
    _announced: "_Envelope | None" = field(default=None, init=False, repr=False)
    _connection: smtplib.SMTP | None = field(default=None, init=False, repr=False)
    _own_sender: bool = field(default=True, init=False, repr=False)
    """Whether the server takes a sender for each mail; found out once."""

    def __post_init__(self) -> None:
        if self.user and self.security == "none" and self.host not in _HERE:
            message = (
                f"a password is not sent in the clear: use security starttls or tls for {self.host}"
            )
            raise ValueError(message)

    def send(self, post: Post) -> None:
        """Hand *post* to the server; raises as `transmit` does."""
        for _ in self.transmit(post):
            pass

    def transmit(self, post: Post) -> Generator[Stage, None, None]:
        """
        Hand *post* to the server stage by stage, as of any channel.

        Raises PermanentFailure when this mail was refused for good, PassingFailure when it may go later: *of* `server`
        when no other mail would go either, *of* `recipient` when others may.
        """
        kept = self._connection is not None
        try:
            yield from self._deliver(post)
        except smtplib.SMTPServerDisconnected as gone:
            self._drop()
            if not kept:
                reason = str(gone) if isinstance(gone, _Goodbye) else trouble(gone)
                raise PassingFailure(reason, of="server") from gone
            # A connection that was kept open may have been closed meanwhile: a new one tells.
            yield from self.transmit(post)

    def prepare(self, post: Post) -> None:
        """Make its text, when the server is known to take it as it is."""
        if self._connection is not None and self._connection.has_extn("8bitmime"):
            with suppress(PermanentFailure):  # it is met again when its turn comes
                _ = post.wire

    def announce(self, post: Post) -> None:
        """While one mail is marked, the server may already look at the envelope of the next."""
        if self._connection is None:
            return
        try:
            self._announce(self._connection, _Envelope.of(post, own=self._own_sender))
        except PermanentFailure:
            return  # it is met again when its turn comes
        except OSError:
            self._drop()  # when its turn comes, a new connection tells

    def knock(self) -> None:
        """Connect and log in, and send nothing. Raises PassingFailure when the server does not serve us."""
        try:
            self._connect_once()
        except OSError as broken:
            raise PassingFailure(trouble(broken), of="server") from broken

    def close(self) -> None:
        """Say goodbye to the server, as at the end of a batch."""
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._forget(self._connection)
                self._connection.quit()
        self._drop()

    def _deliver(self, post: Post) -> Generator[Stage, None, None]:
        envelope = _Envelope.of(post, own=self._own_sender)
        try:
            server = self._connect_once()
            reply = self._sender_taken(server, envelope, post.sender)
            data = self._text(post, server)
            code, text = reply or server.getreply()
            if code not in {_OK, _FORWARDED}:
                self._refuse(code, text)
            yield from self._hand_over(server, data)
        except smtplib.SMTPServerDisconnected:
            raise
        except OSError as broken:
            self._drop()
            raise PassingFailure(trouble(broken), of="server") from broken

    def _sender_taken(
        self, server: smtplib.SMTP, envelope: "_Envelope", plain: str
    ) -> _Reply | None:
        """Have the sender taken and say for whom the mail is; the reply to that, where both replies came together."""
        if self._announced != envelope:
            self._forget(server)
            self._announce(server, envelope)
        self._announced = None
        (code, text), *others = [server.getreply() for _ in range(_at_once(server))]
        if code >= _FOR_GOOD and code != _TOO_BIG and envelope.sender != f"<{plain}>":
            # It lets us send from one address alone: then what comes back is found by our mark.
            self._own_sender = False
            return self._sender_taken(server, envelope._replace(sender=f"<{plain}>"), plain)
        if code != _OK:
            self._sender_refused(code, text)
        if others:
            return others[0]
        server.putcmd("RCPT", _to(envelope))
        return None

    def _text(self, post: Post, server: smtplib.SMTP) -> bytes:
        """The text of *post*, made while an answer of the server is on its way; if it fails, nobody reads that."""
        try:
            if server.has_extn("8bitmime"):
                return post.wire
            return to_bytes(post.email, eight_bits=False)
        except BaseException:
            self._drop()
            raise

    def _hand_over(self, server: smtplib.SMTP, data: bytes) -> Generator[Stage, None, None]:
        try:
            server.putcmd("DATA")
            yield Stage.READY
            code, text = server.getreply()
            if code == _GO_ON:
                server.send(stuff_dots(data))
                yield Stage.LEFT
                code, text = server.getreply()
        except GeneratorExit:
            self._drop()  # nobody reads the answer that is on its way
            raise
        except smtplib.SMTPServerDisconnected as gone:
            # The server may have the mail although its answer is lost: it is not sent again at once.
            self._drop()
            raise PassingFailure(trouble(gone), of="server") from gone
        if code != _OK:
            self._refuse(code, text)

    def _announce(self, server: smtplib.SMTP, envelope: "_Envelope") -> None:
        """Say from whom the next mail is, and to whom where the server takes both at once; its answers wait."""
        self._announced = envelope
        server.putcmd("MAIL", f"FROM:{envelope.sender}{_options(server, envelope)}")
        if _at_once(server) > 1:
            server.putcmd("RCPT", _to(envelope))

    def _forget(self, server: smtplib.SMTP) -> None:
        """Take back what was announced, after its answers."""
        if self._announced is None:
            return
        self._announced = None
        for _ in range(_at_once(server)):
            server.getreply()
        server.rset()

    def _sender_refused(self, code: int, text: bytes) -> None:
        """A server that does not take our sender takes none of our mail: no fault of who should get it."""
        if code < 0 or code in {CLOSING, _TOO_BIG}:
            self._refuse(code, text)
        self.close()
        raise PassingFailure(f"sender-refused-{code}", of="server")

    def _refuse(self, code: int, text: bytes) -> None:
        if code == CLOSING:
            raise _Goodbye(f"server-refused-{code}")
        failed = refusal(code, text)
        if isinstance(failed, PassingFailure) and failed.of == "server":
            self.close()
        elif self._connection is not None:
            with suppress(smtplib.SMTPException):
                self._connection.rset()
        raise failed

    def _connect_once(self) -> smtplib.SMTP:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=self._trust()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            self._introduce(server)
        except BaseException:
            server.close()
            raise
        return server

    def _introduce(self, server: smtplib.SMTP) -> None:
        if self.security == "starttls":
            server.starttls(context=self._trust())
        server.ehlo_or_helo_if_needed()
        if self.user and not server.has_extn("auth"):
            raise PassingFailure("login-not-offered", of="server")
        if self.user:
            server.login(self.user, self.password or "")

    def _trust(self) -> ssl.SSLContext:
        return self.context or ssl.create_default_context()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._announced = None


def _at_once(server: smtplib.SMTP) -> int:
    """How many commands of an envelope the server takes before it has answered the first (RFC 2920)."""
    return 2 if server.has_extn("pipelining") else 1


def _to(envelope: _Envelope) -> str:
    return f"TO:{envelope.address}"


def _options(server: smtplib.SMTP, envelope: _Envelope) -> str:
    """Eight bits where they are taken; and where reports are made to order, our name in them and no texts."""
    bits = " BODY=8BITMIME" if server.has_extn("8bitmime") else ""
    plain = _PLAIN_NAME.fullmatch(envelope.name) and server.has_extn("dsn")
    return f"{bits} RET=HDRS ENVID={envelope.name}" if plain else bits
