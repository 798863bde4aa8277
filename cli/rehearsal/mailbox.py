"""Mailbox export: a folder for each recipient, each mail as a page and as the mail itself, and an index."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from notifications.channels.channels import Post
from notifications.language.words import word
from states.language.catalogue import N_, translate
from states.language.languages import SOURCE
from states.model.people import ROLES

INDEX = "index.html"
_WORDS = {
    "title": N_("The mail of this rehearsal"),
    "intro": N_(
        "One message to one person: what each would have found in their mailbox. Nothing was sent. "
        "Whoever spoke under seal has a box under their pseudonym; only they and the moderator know whose it is."
    ),
    "contents": N_("Mailboxes"),
    "when": N_("When"),
    "subject": N_("Subject"),
    "mail": N_("Mail"),
}


@dataclass(frozen=True)
class Mail:
    """One line of the index: links are relative to it."""

    when: str
    subject: str
    page: str
    eml: str


@dataclass(frozen=True)
class Box:
    """The mail of one recipient: a role, a stakeholder or a pseudonym, never an address."""

    name: str
    role: str
    mails: Sequence[Mail]


def write_mailbox(folder: Path, sent: Iterable[Post], lang: str = SOURCE) -> Path:
    """Write what was *sent* into *folder* (made when it is not there); returns the index page. Raises OSError."""
    boxes: dict[str, list[Post]] = {}
    for post in sent:
        boxes.setdefault(post.message.to, []).append(post)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        Box(name, _role(name, lang), _write_box(folder, name, mails))
        for name, mails in sorted(boxes.items())
    ]
    index = folder / INDEX
    index.write_text(_index(rows, lang), encoding="utf-8")
    return index


def _role(name: str, lang: str) -> str:
    return word("role", name, lang) if name in ROLES else ""


def _write_box(folder: Path, name: str, mails: Sequence[Post]) -> list[Mail]:
    (folder / name).mkdir(exist_ok=True)
    return [_write(folder, name, number, mail) for number, mail in enumerate(mails, start=1)]


def _write(folder: Path, name: str, number: int, post: Post) -> Mail:
    message = post.message
    stem = f"{number:03} {message.at:%Y-%m-%d} {message.template}"
    (folder / name / f"{stem}.eml").write_bytes(_eml(post, f"{name}-{number}"))
    (folder / name / f"{stem}.html").write_text(message.html, encoding="utf-8")
    where = quote(f"{name}/{stem}")
    return Mail(f"{message.at:%Y-%m-%d %H:%M}", message.subject, f"{where}.html", f"{where}.eml")


def _eml(post: Post, mark: str) -> bytes:
    """The mail as it went out; with a boundary of ours, so that the same year leaves the same files."""
    mail = post.email
    if mail.is_multipart():
        mail.set_boundary(f"weerklank-{mark}")
    return mail.as_bytes()


def _index(boxes: Sequence[Box], lang: str) -> str:
    words = {name: translate("words", lang, source) for name, source in _WORDS.items()}
    words = {name: translate("words", lang, source) for name, source in _WORDS.items()}
    words = {name: translate("words", lang, source) for name, source in _WORDS.items()}
    pages = Environment(
        loader=PackageLoader("cli", "data"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template("mailbox.html").render(lang=lang, boxes=boxes, words=words)
