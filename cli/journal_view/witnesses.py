"""Witness view: what kept letters and time stamps said of the journal, for people and as JSON."""

from typing import TYPE_CHECKING, Any

from cli import console
from cli.json_views import instant

if TYPE_CHECKING:
    from services.witness.kept_letters import KeptLetter, LettersRead
    from services.witness.time_stamps import StampChecked


def stamps_data(stamps: "list[StampChecked]") -> list[dict[str, Any]]:
    """What time stamps say, as JSON."""
    return [
        {"size": one.size, "at": one.at and instant(one.at), "holds": not one.why} for one in stamps
    ]


def tell_stamps(stamps: "list[StampChecked]") -> None:
    """What time stamps say, for people; those that do not hold are told with what differs."""
    times = [one.at for one in stamps if one.at]
    if times:
        first, last = (f"{one:%Y-%m-%d %H:%M} UTC" for one in (min(times), max(times)))
        console.out(
            f"{len(times)} checkpoints were stamped, from {first} to {last}, and all of these hold."
        )
    if not stamps:
        console.out("No checkpoint has a time stamp yet.")


_FATES = ("fits", "differs", "without", "damaged", "foreign")


def letters_data(read: "LettersRead") -> dict[str, Any]:
    """What kept letters say, as JSON."""
    unfit = [
        {
            "file": one.file,
            "date": one.date and instant(one.date),
            "size": one.said and one.said.size,
        }
        for one in read.unfit
    ]
    counts = {fate: read.counts[fate] for fate in _FATES}
    until = read.fit_until and instant(read.fit_until)
    return {**counts, "unfit": unfit, "fit_until": until, "keys": read.signers}


def tell_letters(read: "LettersRead") -> None:
    """What kept letters say, for people: which do not fit and since when, and how many of each kind there are."""
    for one in read.unfit[:_SHOWN]:
        size = one.said.size if one.said else 0
        console.complain(
            f"The letter of {_day(one)} ({one.file}) does not fit: its checkpoint of {size} heads"
        )
    if len(read.unfit) > _SHOWN:
        console.complain(f"and {len(read.unfit) - _SHOWN} more letters")
    if read.unfit and read.fit_until:
        console.complain(
            f"All letters up to {read.fit_until:%Y-%m-%d %H:%M} UTC fit: it was rewritten after that."
        )
    parts = [f"{read.counts[fate]} {said}" for fate, said in _SAID.items() if read.counts[fate]]
    console.out(f"{len(read.letters)} letters read: {', '.join(parts)}.")
    if read.signers:
        console.note(f"Signed by other keys, to be given with --key: {', '.join(read.signers)}")


_SHOWN = 10
_SAID = {
    "fits": "fit",
    "differs": "do not fit",
    "without": "without a checkpoint",
    "damaged": "damaged",
    "foreign": "signed by another key",
}


def _day(letter: "KeptLetter") -> str:
    return f"{letter.date:%Y-%m-%d %H:%M} UTC" if letter.date else "an unknown day"
