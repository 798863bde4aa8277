"""
Signed notes (C2SP signed-note, tlog-checkpoint): a text with an Ed25519 signature below it, and the key for it.

The key lies in a file of its own, for its owner alone, made at its first use and never written over. Keys are
written as other tools for such notes take them: `name+id+base64`.
"""

import os
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.key_files import make_key_file

_ED25519 = b"\x01"
_PRIVATE = "PRIVATE+KEY"
_SEED, _ID = 32, 4  # bytes
_DASH = "\N{EM DASH}"
_LONGEST = 1 << 48  # entries of a list that anybody could have
_MOST = 64 * 1024  # bytes of a note that anybody could have signed


class NoteUnfit(Exception):
    """A note, a key or a signature is not what it should be; its *code* says what."""

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.about = about


class Checkpoint(NamedTuple):
    """What a checkpoint says: of which list, how long it was, and its root."""

    origin: str
    size: int
    root: bytes


class Verifier(NamedTuple):
    """A public key with its name and id."""

    name: str
    id: bytes
    raw: bytes

    @property
    def text(self) -> str:
        """The key as verifiers take it."""
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.raw).decode()}"


def key_id(name: str, public: bytes) -> bytes:
    """The id of a key: the first four bytes of a hash over its *name*, kind and *public* part."""
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_ID]


def read_verifier(text: str) -> Verifier:
    """The public key that *text* names. Raises NoteUnfit('no-key')."""
    try:
        name, number, packed = text.strip().split("+", 2)
        kind_and_key = b64decode(packed, validate=True)
        verifier = Verifier(name, bytes.fromhex(number), kind_and_key[1:])
    except ValueError:
        raise NoteUnfit("no-key") from None
    fits = kind_and_key[:1] == _ED25519 and len(verifier.raw) == _SEED and name
    if not fits or verifier.id != key_id(name, verifier.raw):
        raise NoteUnfit("no-key")
    return verifier


class Signer:
    """The private key of a *name*, from its *seed*."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        raw = self._key.public_key().public_bytes_raw()
        self.verifier = Verifier(name, key_id(name, raw), raw)

    def sign_checkpoint(self, size: int, root: bytes) -> str:
        """The checkpoint of a list of *size* entries with *root*, signed."""
        name = self.verifier.name
        body = f"{name}\n{size}\n{b64encode(root).decode()}\n"
        signature = b64encode(self.verifier.id + self._key.sign(body.encode())).decode()
        return f"{body}\n{_DASH} {name} {signature}\n"


def open_checkpoint(note: str, verifier: Verifier) -> Checkpoint:
    """
    What the *note* says, once *verifier* holds for it.

    Raises NoteUnfit('damaged', 'other-key', 'wrong-signature').
    """
    body, signatures = _parts(note)
    mine = [
        packed for name, packed in signatures
        if name == verifier.name and packed[:_ID] == verifier.id
    ]  # fmt: skip
    if not mine:
        raise NoteUnfit("other-key", ", ".join(f"{n}+{p[:_ID].hex()}" for n, p in signatures))
    for packed in mine:
        try:
            Ed25519PublicKey.from_public_bytes(verifier.raw).verify(packed[_ID:], body.encode())
        except InvalidSignature:
            raise NoteUnfit("wrong-signature") from None
    return _statement(body)


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    body, middle, below = note.rpartition("\n\n")
    if not middle or len(note) > _MOST or not note.endswith("\n"):
        raise NoteUnfit("damaged")
    try:
        lines = [line.split(" ") for line in below.removesuffix("\n").split("\n")]
        found = [
            (name, b64decode(packed, validate=True))
            for dash, name, packed in lines
            if dash == _DASH
        ]
    except ValueError:
        raise NoteUnfit("damaged") from None
    if len(found) != len(lines):
        raise NoteUnfit("damaged")
    return body + "\n", found


def _statement(body: str) -> Checkpoint:
    origin, size, root, *_ = [*body.split("\n"), "", ""]
    try:
        checkpoint = Checkpoint(origin, int(size), b64decode(root, validate=True))
    except ValueError:
        raise NoteUnfit("damaged") from None
    fits = str(checkpoint.size) == size and 0 <= checkpoint.size < _LONGEST
    if not fits or len(checkpoint.root) != sha256().digest_size:
        raise NoteUnfit("damaged")
    return checkpoint


def load_signer(file: Path) -> Signer:
    """The key in *file*. Raises FileNotFoundError, or NoteUnfit('no-key') for a file that holds none."""
    text = file.read_text(encoding="utf-8", errors="replace").strip()
    try:
        name, number, packed = text.removeprefix(f"{_PRIVATE}+").split("+", 2)
        signer = Signer(name, b64decode(packed, validate=True)[1:])
    except ValueError:
        raise NoteUnfit("no-key", str(file)) from None
    if not text.startswith(_PRIVATE) or signer.verifier.id.hex() != number:
        raise NoteUnfit("no-key", str(file))
    return signer


def make_signer(file: Path) -> Signer:
    """
    Make a key in *file*, which is not there; whole or not at all.

    Its name stands in every letter, also to whom none may name a company: so it names nobody.
    """
    signer = Signer(f"weerklank/journal/{token_hex(4)}", seed := os.urandom(_SEED))
    verifier = signer.verifier
    packed = b64encode(_ED25519 + seed).decode()
    line = f"{_PRIVATE}+{verifier.name}+{verifier.id.hex()}+{packed}\n"
    make_key_file(file, line.encode())
    return load_signer(file)
