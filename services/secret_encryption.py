"""
Secret encryption: locks the shared secrets of one-time codes, with a key that lies in a file of its own.

Whoever copies the database, or a backup of it, can then make no codes. The key is made at its first use, for its
owner alone (0600). When it is lost the codes are: whoever signs in with one needs a new one-time link of the operator.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from platformdirs import user_data_path

from config.settings import Settings
from services.key_files import make_key_file

_LOCKED = "v1:"
_NONCE = 12  # bytes
_KEY = 32  # bytes


class KeyLost(Exception):
    """What was locked cannot be opened: the file with the key is gone, damaged or another one."""


def key_file(settings: Settings) -> Path:
    """Where the key of *settings* lies: as they say, else beside the records, else in the folder of the programme."""
    if settings.key_file is not None:
        return settings.key_file
    file = settings.sqlite_file
    beside = file.with_name(f"{file.name}.key") if file else None
    return beside or user_data_path("weerklank", appauthor=False) / "weerklank.key"


def lock(settings: Settings, secret: str, about: str) -> str:
    """*secret* locked, to be opened for the same *about* alone. Raises OSError when the key cannot be made or read."""
    nonce = token_bytes(_NONCE)
    sealed = AESGCM(_key(key_file(settings))).encrypt(nonce, secret.encode(), about.encode())
    return _LOCKED + urlsafe_b64encode(nonce + sealed).decode()


def is_locked(kept: str) -> bool:
    """Whether *kept* is locked; what was kept by earlier versions is not."""
    return kept.startswith(_LOCKED)


def unlock(settings: Settings, kept: str, about: str) -> str:
    """The secret in *kept*, also when it was never locked. Raises KeyLost."""
    if not is_locked(kept):
        return kept
    try:
        raw = urlsafe_b64decode(kept.removeprefix(_LOCKED))
        key = _read(key_file(settings))
        return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], about.encode()).decode()
    except (OSError, ValueError, InvalidTag) as error:
        raise KeyLost from error


def _key(file: Path) -> bytes:
    """The key in *file*; made there when there is none, and what is no key is put aside."""
    try:
        return _read(file)
    except FileNotFoundError:
        make_key_file(file, _new_key())
    except ValueError:
        file.replace(file.with_name(f"{file.name}.damaged"))
        make_key_file(file, _new_key())
    return _read(file)


def _new_key() -> bytes:
    return urlsafe_b64encode(token_bytes(_KEY))


def _read(file: Path) -> bytes:
    key = urlsafe_b64decode(file.read_bytes())
    if len(key) != _KEY:
        raise ValueError(f"{file} holds no key")
    return key
