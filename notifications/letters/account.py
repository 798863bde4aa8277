"""Account mails: composes what is told of somebody's own sign-in, which belongs to no dialogue."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from notifications.language.anchor import Anchor
from notifications.language.templates import LetterIncomplete, language_for, write
from notifications.letters.compose import Message, Unwritable
from states.model.programme import Programme


@dataclass(frozen=True, slots=True)
class AboutAccount:
    """What was done (*said*) with the sign-in of *name* as *role* at *at* (aware UTC), in what *browser*."""

    template: str
    role: str
    name: str
    address: str
    language: str
    said: str
    browser: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class _You:
    name: str


def account_message(
    about: AboutAccount,
    programme: Programme,
    *,
    now: datetime,
    base_url: str | None,
    anchor: Anchor | None = None,
) -> Message:
    """
    The mail of *about*, written at *now* (aware UTC); *anchor* goes along.

    An answer to it goes to the house's own address: nobody else's business. Raises Unwritable.
    """
    name, zone = f"_account/{about.template}", ZoneInfo(programme.time_zone)
    language = language_for(about.language, name)
    context = {
        "language": language, "zone": zone, "base_url": base_url, "you": _You(about.name),
        "role": about.role, "company": programme.company, "said": about.said,
        "browser": about.browser or "", "at": about.at, "anchor": anchor,
    }  # fmt: skip
    try:
        letter = write(name, context)
    except (LetterIncomplete, KeyError) as missing:
        raise Unwritable(str(missing)) from missing
    return Message(
        template=about.template,
        language=language,
        to=about.role,
        name=about.name,
        address=about.address,
        phone=None,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        at=now.astimezone(zone),
        thread=f"account-{about.role}",
        reply_to=None,
        discreet=False,
        anchor=anchor,
    )
