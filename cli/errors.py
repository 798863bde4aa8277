"""Error messages and exit status: what is so and what to do, and with which status the command ends."""

import re
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from states.language.unreadable import UnreadableLanguage

DONE, REFUSED, USAGE, STOPPED = 0, 1, 2, 130
"""Exit statuses: done, refused by a rule or unhealthy, wrong usage, interrupted."""

_MISTYPED = frozenset({"unknown-step", "bad-input"})
"""No rule refuses these: no such step, or something that can never come with it."""

_TELLING = frozenset({"unknown-step", "usage"})
"""Reasons whose sentence says itself what may have been meant."""


@dataclass(frozen=True)
class Ending:
    """How a command line ends: its *status*, the *lines* for standard error, and the *code* of the reason."""

    status: int
    lines: tuple[str, ...] = ()
    code: str = ""
    checks: tuple[tuple[str, str], ...] = ()
    """The checks that are not met, by name, each with what is missing."""
    near: tuple[str, ...] = ()
    """What may have been meant by a name that is not known."""
    unexpected: bool = False

    def with_near(self, near: tuple[str, ...], language: str) -> "Ending":
        """The same with what may have been meant, which is told where the reason does not tell it already."""
        if not near or self.code in _TELLING:
            return replace(self, near=near)
        from states.checks.gaps import Gap

        meant = Gap("step-close", {"close": near}).say(language)
        return replace(self, near=near, lines=(*self.lines, meant))

    def document(self) -> dict[str, Any]:
        """The reason for programs, as the one JSON document of a command that was refused."""
        said = "\n".join(self.lines[: len(self.lines) - len(self.checks)])
        checks = [{"check": name, "why": why} for name, why in self.checks]
        return {
            "refused": {
                "code": self.code,
                "message": said,
                "checks": checks,
                "near": list(self.near),
            }
        }


def ending_of(error: BaseException, language: str = "") -> Ending:
    """
    How to end because of *error*, in English when there is no *language*.

    Whatever nobody foresaw gets a reference instead of a traceback.
    """
    try:
        endings = (known(error, language) for known in _KNOWN)
        return next(filter(None, endings), None) or _defect(error)
    except UnreadableLanguage as unreadable:
        return _unreadable(unreadable) or _defect(error)
    except Exception:  # noqa: BLE001 - a mistake in explaining must not hide what there was to explain
        return _defect(error)


def _usage(error: Any, _language: str) -> Ending | None:  # noqa: ANN401 - the library's own exceptions are private
    if hasattr(error, "format_message") and hasattr(error, "show"):
        context = getattr(error, "ctx", None)
        said = str(error.format_message()).replace("Value error, ", "")  # a mark of the library's
        message = _suggestion(said, getattr(error, "possibilities", None))
        if not context or type(error).__name__ == "NoArgsIsHelpError":
            return Ending(error.exit_code, (message,), "usage")
        help_line = f"See '{context.command_path} --help'."
        return Ending(error.exit_code, (message, help_line), "usage")
    stopped = type(error).__name__ == "Abort"
    return Ending(REFUSED, ("Stopped.",), "stopped") if stopped else None


def _suggestion(message: str, near: list[str] | None) -> str:
    if not near:
        return message
    return f"{message.split(' (', maxsplit=1)[0]}. Did you mean {near[0]}?"


def _refusal(error: BaseException, language: str) -> Ending | None:
    from states.language.errors import ChecksNotMet, Refused

    if isinstance(error, ChecksNotMet):
        checks = tuple((check.name, check.why(language)) for check in error.checks)
        lines = (f"  {name}: {why}" for name, why in checks)
        return Ending(REFUSED, (Refused.why(error, language), *lines), error.code, checks)
    if not isinstance(error, Refused):
        return None
    status = USAGE if error.code in _MISTYPED else REFUSED
    notes = getattr(error, "__notes__", ())
    return Ending(status, (error.why(language), *notes), error.code)


def _unfit(error: BaseException, _language: str) -> Ending | None:
    from pydantic import ValidationError

    from cli.yaml_input import BadDocument
    from config.validation_messages import Unfit, complaints

    if isinstance(error, BadDocument):
        return Ending(USAGE, tuple(str(error).splitlines()), "bad-document")
    if isinstance(error, Unfit):
        return Ending(USAGE, tuple(error.lines), "unfit")
    if not isinstance(error, ValidationError):
        return None
    return Ending(USAGE, tuple(complaints(error)), "unfit")


def _records(error: BaseException, _language: str) -> Ending | None:
    from records.engine.errors import RecordsError

    if not isinstance(error, RecordsError):
        return None
    return Ending(REFUSED, (str(error),), _kebab(type(error).__name__))


def _prefect(error: BaseException, _language: str) -> Ending | None:
    from flows.machine.visit import PrefectAway

    return (
        Ending(REFUSED, (str(error),), "prefect-away") if isinstance(error, PrefectAway) else None
    )


def _unreadable(error: BaseException, _language: str = "") -> Ending | None:
    """Asked before all others that speak: none of them can without languages."""
    if not isinstance(error, UnreadableLanguage):
        return None
    return Ending(REFUSED, (str(error),), "unreadable-language")


def _kebab(name: str) -> str:
    """`SchemaOutdated` as `schema-outdated`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _machine(error: BaseException, _language: str) -> Ending | None:
    if isinstance(error, BrokenPipeError):
        return Ending(REFUSED)
    if isinstance(error, OSError) and error.filename is not None:
        return Ending(REFUSED, (f"{error.filename}: {error.strerror}.",), "file")
    return None


_KNOWN = (_usage, _unreadable, _refusal, _unfit, _records, _machine, _prefect)


def _defect(error: BaseException) -> Ending:
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).stem}:{frames[-1].lineno}" if frames else "nowhere"
    reference = f"{type(error).__name__}@{place}"
    line = f"Something went wrong that nobody foresaw (reference {reference}). Run it again with --debug to see where."
    return Ending(REFUSED, (line,), "unexpected", unexpected=True)
