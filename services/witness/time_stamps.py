"""
Time-stamp client (RFC 3161): an authority outside says that a checkpoint was there at a moment.

Its word binds also whoever holds our key: no checkpoint can be signed later for a day that has gone by.
"""

import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from sqlalchemy import Engine

from config.logs import logger
from config.settings import Settings
from records.journal.checkpoints.stamps import Stamped, claim_unstamped, keep_stamp
from records.journal.examination import TIME_STAMP, Difference
from records.journal.transparency_log import KeptCheckpoint
from services.checkpoints import CheckpointUnfit, put_beside

PATIENCE = 10.0
"""Seconds that the authority may take: a sweep waits for it."""
AGAIN = timedelta(hours=1)
"""After which time one that did not answer is asked again."""
_MOST = 64 * 1024  # bytes of an answer


class StampUnfit(Exception):
    """A stamp is none, or is of something else; its text says what, as a code."""


class StampChecked(NamedTuple):
    """What a stamp says: of the checkpoint of which *size*, at which moment (aware UTC); *why* it does not hold."""

    size: int
    at: datetime | None
    why: str = ""

    @property
    def difference(self) -> Difference:
        """The same as something that differs."""
        row = f"checkpoints {self.size}"
        return Difference("", row, "stamp", "a stamp of it", self.why, TIME_STAMP)


def stamp_newest(engine: Engine, settings: Settings, now: datetime) -> bool:
    """
    Have the newest checkpoint stamped by the authority of *settings*, if there is one; whether it was.

    That it is away, refuses or answers something else is told by the log, and it is asked again after an hour.
    """
    if settings.timestamp_url is None:
        return False
    found = claim_unstamped(engine, now, AGAIN)
    if found is None:
        return False
    number, checkpoint = found
    try:
        stamp = ask_stamp(settings.timestamp_url, checkpoint.note.encode())
    except StampUnfit as unfit:
        logger("checkpoints").warning("checkpoint-not-stamped", why=str(unfit))
        return False
    keep_stamp(engine, number, stamp, now)
    if settings.checkpoint_folder is not None:
        put_beside(settings.checkpoint_folder, checkpoint, ".tsr", stamp)
    return True


def ask_stamp(address: str, note: bytes) -> bytes:
    """The answer of the authority at *address* about *note*, a stamp of it. Raises StampUnfit."""
    wish = TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256).build()
    request = urllib.request.Request(  # noqa: S310 - the setting takes http and https alone
        address,
        data=wish.as_bytes(),
        headers={"Content-Type": "application/timestamp-query"},
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            told: bytes = answer.read(_MOST)
    except urllib.error.HTTPError as refused:
        raise StampUnfit(f"status-{refused.code}") from None
    except (OSError, ValueError, HTTPException) as error:
        raise StampUnfit(type(getattr(error, "reason", None) or error).__name__) from None
    found = _read(told)
    if found.tst_info.nonce != wish.nonce:
        raise StampUnfit("answers-something-else")
    _require_of(found, note)
    return told


def _read(stamp: bytes) -> TimeStampResponse:
    try:
        found = decode_timestamp_response(stamp)
        if PKIStatus(found.status) is not PKIStatus.GRANTED:
            raise StampUnfit("refused")
        _ = found.tst_info.gen_time
    except ValueError:
        raise StampUnfit("no-stamp") from None
    return found


def _require_of(found: TimeStampResponse, note: bytes) -> None:
    if found.tst_info.message_imprint.message != sha256(note).digest():
        raise StampUnfit("of-something-else")


def read_authority(file: Path) -> list[x509.Certificate]:
    """The certificates in *file* (PEM). Raises CheckpointUnfit."""
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except ValueError:
        found = []
    if not any(one.issuer == one.subject for one in found):
        raise CheckpointUnfit(
            f"{file} holds no certificate of an authority (PEM, signed by itself)."
        )
    return found


def check_stamps(
    stamps: Sequence[Stamped], authority: Sequence[x509.Certificate]
) -> list[StampChecked]:
    """What each of *stamps* says, and whether it holds by the certificates of the *authority*."""
    return [_check(one.checkpoint, one.stamp, authority) for one in stamps]


def _check(
    checkpoint: KeptCheckpoint, stamp: bytes, authority: Sequence[x509.Certificate]
) -> StampChecked:
    builder = VerifierBuilder(
        roots=[one for one in authority if one.issuer == one.subject],
        intermediates=[one for one in authority if one.issuer != one.subject],
    )
    try:
        found = _read(stamp)
        _require_of(found, checkpoint.note.encode())
        builder.build().verify_message(found, checkpoint.note.encode())
    except StampUnfit as unfit:
        return StampChecked(checkpoint.size, None, str(unfit))
    except (VerificationError, ValueError):
        return StampChecked(checkpoint.size, None, "not-by-this-authority")
    return StampChecked(checkpoint.size, found.tst_info.gen_time)
