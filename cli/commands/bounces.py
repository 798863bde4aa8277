"""`weerklank bounces`: what mail servers report later about mails that they had accepted."""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from mailbox import Maildir, MaildirMessage
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import console, times
from cli.console import AsJson
from cli.times import Now
from services.house import House, open_house
from states.model.people import SYSTEM

if TYPE_CHECKING:
    from records.queries import NoticeRow
    from services.delivery.bounces import BounceHeard

Place = Annotated[
    str | None,
    typer.Argument(metavar="FOLDER|-", help="A maildir, or - for one mail on standard input."),
]
Unread = Annotated[
    bool,
    typer.Option("--unread", help="List the messages about which something unclear came back."),
]
Record = Annotated[
    int | None,
    typer.Option("--record", help="The number of a message that you know did not arrive."),
]
Nothing = Annotated[
    int | None,
    typer.Option("--nothing", help="The number of a message about which nothing bad came back."),
]
_SAID = {
    "recorded": "did not arrive: this is a fact now, and the manager hears of it",
    "known": "did not arrive; this was known",
    "passing": "is late; the mail server tries again",
    "unread": "may not have arrived: a person must read what came back, see weerklank bounces --unread",
    "accepted": "says yes in their calendar: this counts as accepted",
    "declined": "says no in their calendar: this counts as declined",
    "maybe": "says maybe in their calendar: no answer yet, and the manager hears of it",
    "so-already": "answered in their calendar what they had answered before",
    "noted": "says yes in their calendar; they have a role, so nothing changes",
    "role-away": "does not say yes in their calendar, and has a role: please speak to them",
    "refused": "answered in their calendar, and that is no longer possible: see what the mail says",
    "foreign": "A report names no mail of ours to that reader: nothing was changed.",
    "no-report": "A mail is no report of a failed delivery: nothing was changed.",
}
_DEALT_WITH = frozenset(
    {"recorded", "known", "passing", "accepted", "declined", "maybe", "so-already", "noted"}
)
"""What need not be looked at by a person any more."""


def bounces(
    place: Place = None,
    unread: Unread = False,
    record: Record = None,
    nothing: Nothing = None,
    *,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Record which mails came back undelivered, and what calendars answer: an answer that bounced is owed again.

    The new mail of a maildir is read and moved to its old mail; what is no report about a mail of ours stays unread
    there, for a person. Reading a report twice records it once.

    weerklank bounces /var/lib/weerklank/bounces
    """
    moment = times.moment_or_now(now)
    if nothing is not None and record is not None:
        message = (
            "a message arrived or it did not: give one number, with --nothing or with --record"
        )
        raise typer.BadParameter(message, param_hint="--nothing")
    if nothing is not None:
        _nothing_wrong(nothing, moment, as_json=as_json)
        return
    if record is not None:
        _record(record, moment, as_json=as_json)
        return
    if unread:
        _look(as_json=as_json)
        return
    if place is None:
        message = "name a maildir, or - for standard input; or ask for --unread"
        raise typer.BadParameter(message, param_hint="FOLDER")
    with open_house(new=False) as house:
        heard = list(_of_stdin(house, moment) if place == "-" else _of_folder(house, place, moment))
    if as_json:
        counts: Counter[str] = Counter(one.what for one in heard)
        console.say_json({"now": console.stamp(moment), **{what: counts[what] for what in _SAID}})
        return
    for one in heard:
        console.out(_line(one))
    if not heard:
        console.out("No new mail.")


def _nothing_wrong(number: int, moment: datetime, *, as_json: bool) -> None:
    """What came back about the message *number* was read, and nothing is wrong."""
    with open_house(new=False) as house:
        new = house.ledger.report_looked_at(number, SYSTEM, moment)
    if as_json:
        _say_done(number, "looked-at", moment, new=new)
        return
    console.out(f"Message {number} {'counts as arrived' if new else 'waits for nobody'}.")


def _record(number: int, moment: datetime, *, as_json: bool) -> None:
    """Somebody knows that the message *number* did not arrive."""
    with open_house(new=False) as house:
        new = house.ledger.undeliverable(number, "email", "bounced", moment)
    if as_json:
        _say_done(number, "recorded", moment, new=new)
        return
    console.out(f"Message {number} {_SAID['recorded' if new else 'known']}.")


def _say_done(number: int, what: str, moment: datetime, *, new: bool) -> None:
    """What was said of one message; *what* is `known` when it was so before."""
    said = {"id": number, "what": what if new else "known", "changed": new}
    console.say_json({"now": console.stamp(moment), **said})


def _look(*, as_json: bool) -> None:
    """What came back and was not understood."""
    from records.delivery import returned_mail

    with open_house(new=False) as house:
        rows = returned_mail.unread_reports(house.engine)
    if as_json:
        console.say_json({"unread": [_row(row) for row in rows]})
        return
    for row in rows:
        console.out(f"{row.id}  {row.dialogue_id}: {row.template} to {row.to}")
    console.out(
        "Read what came back; if one did not arrive: weerklank bounces --record NUMBER, else: --nothing NUMBER"
    ) if rows else console.out("Nothing waits to be read.")


def _row(row: "NoticeRow") -> dict[str, object]:
    return {"id": row.id, "dialogue": row.dialogue_id, "to": row.to, "template": row.template}


def _line(heard: "BounceHeard") -> str:
    said, notice = _SAID[heard.what], heard.notice
    if heard.who:
        return f"{heard.who} {said}."
    if notice is None:
        return said
    return f"{notice.dialogue_id}: {notice.notice.template} to {notice.notice.to} {said}."


def _of_stdin(house: House, now: datetime) -> "list[BounceHeard]":
    from services.delivery.bounces import hear

    return hear(house.engine, house.ledger, sys.stdin.buffer.read(), now)


def _of_folder(house: House, place: str, now: datetime) -> "Iterator[BounceHeard]":
    from services.delivery.bounces import hear

    if not (Path(place) / "new").is_dir():
        message = f"'{place}' is no maildir: it has no folder called new"
        raise typer.BadParameter(message, param_hint="FOLDER")
    box = Maildir(place, create=False)
    for key, mail in list(box.iteritems()):
        if mail.get_subdir() == "new":
            found = hear(house.engine, house.ledger, box.get_bytes(key), now)
            # Only now: what could not be recorded must still be there the next time.
            _put_away(box, key, mail, read=all(one.what in _DEALT_WITH for one in found))
            yield from found


def _put_away(box: Maildir, key: str, mail: MaildirMessage, *, read: bool) -> None:
    mail.set_subdir("cur")
    mail.set_flags("S" if read else "")
    box[key] = mail
