"""SMTP replies: whom a refusal of a mail server is about, and why, as a short code."""

import re
import smtplib
import ssl

from notifications.channels.channels import Failure, PassingFailure, PermanentFailure

CLOSING = 421
_UNKNOWN_TO_IT = frozenset({530, 535})
"""We did not log in, or not as it wants: nothing that the recipient could help."""
_PERMANENT = 500
_OF_US = re.compile(rb"5\.(?:7\.\d+|1\.[78]|4\.5)\b")
"""What the recipient has no part in: our rights, our address, how much we send (RFC 3463, 3.8, 3.2 and 3.5)."""
_ADDRESS = re.compile(rb"\S+@\S+")


def refusal(code: int, text: bytes) -> Failure:
    """
    What the answer *code* *text* to one mail means.

    Only a refusal of the recipient, or of what the mail says, is for good. One that is about us passes: whoever runs
    the server can mend it within the days for which a mail is tried, and then nothing was lost.
    """
    if code < 0:
        return PassingFailure("answer-not-understood", of="server")
    if code in _UNKNOWN_TO_IT or b"relay" in _ADDRESS.sub(b"", text).lower():
        return PassingFailure(f"server-refused-{code}", of="server")
    if _OF_US.match(text):
        return PassingFailure(f"refused-{code}", of="recipient")
    if code >= _PERMANENT:
        return PermanentFailure(f"refused-{code}")
    return PassingFailure(f"deferred-{code}", of="recipient")


def trouble(broken: OSError) -> str:
    """The trouble with a server as a short code; what it said may hold addresses."""
    if isinstance(broken, ssl.SSLCertVerificationError):
        return f"certificate-not-trusted: {broken.verify_message}"
    if isinstance(broken, smtplib.SMTPServerDisconnected | TimeoutError):
        return _silent_or_gone(broken)
    if isinstance(broken, smtplib.SMTPAuthenticationError):
        return f"login-refused-{broken.smtp_code}"
    if isinstance(broken, smtplib.SMTPNotSupportedError):
        return "encryption-not-offered"
    if isinstance(broken, smtplib.SMTPResponseException):
        return _reply_text(broken.smtp_code)
    return f"server-unreachable: {type(broken).__name__}"


def _silent_or_gone(broken: OSError) -> str:
    """The library says the same of a server that was silent for too long and of one that hung up."""
    silent = isinstance(broken, TimeoutError) or isinstance(broken.__context__, TimeoutError)
    return "timeout" if silent else "connection-lost"


def _reply_text(code: int) -> str:
    return f"server-refused-{code}" if code > 0 else "answer-not-understood"
