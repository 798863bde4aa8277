"""Time input: moments as people type them."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from config.clock import now_by

Now = Annotated[
    str | None,
    typer.Option(
        "--now",
        metavar="WHEN",
        help="When it happens, with an offset: 2022-02-03T11:00+01:00. Default: this moment.",
    ),
]
_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def aware(text: str, option: str = "--now") -> datetime:
    """
    The instant *text* (UTC), which must carry its offset: `2022-09-09T08:00+02:00` or `…Z`.

    Raises BadParameter, a usage error that names *option*, for anything else.
    """
    moment = local(text, option)
    if moment.tzinfo is None:
        message = (
            f"'{text}' does not say in which time zone; add an offset or Z: {text}+02:00 or {text}Z"
        )
        raise typer.BadParameter(message, param_hint=option)
    return moment.astimezone(UTC)


def local(text: str, option: str) -> datetime:
    """The moment *text* as it was typed, naive when it names no offset. Raises BadParameter as `aware` does."""
    try:
        moment = datetime.fromisoformat(text.strip())
        compared = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        fits = _FIRST <= compared < _LAST
    except (ValueError, OverflowError):
        message = f"'{text[:40]}' is no date and time; write it like 2022-06-16T13:00 or 2022-06-16T13:00+02:00"
        raise typer.BadParameter(message, param_hint=option) from None
    if not fits:
        message = f"'{text[:40]}' lies outside the years 1990 to 2099"
        raise typer.BadParameter(message, param_hint=option)
    return moment


def with_hour(text: str, option: str) -> datetime:
    """The moment *text* as it was typed, which names its hour. Raises BadParameter as `local` does."""
    moment = local(text, option)
    if ":" not in text:
        message = f"'{text}' names no hour; write it like {moment:%Y-%m-%d}T13:00"
        raise typer.BadParameter(message, param_hint=option)
    return moment


def moment_or_now(text: str | None) -> datetime:
    """What `--now` says, else the clock (of a demonstration): the one moment at which this command happens."""
    if text is not None:
        return aware(text)
    from config.settings import load_settings

    return now_by(load_settings().clock_file)
