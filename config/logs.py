"""
Logs with redaction: ids and counts only.

Whatever might be a name, an address or a text of a person is taken out before a line is written, so that
a careless `log.info("…", reason=error)` cannot betray anybody.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from records.delivery.queue import Posted

HIDDEN = "[hidden]"
_ID = re.compile(r"^[A-Za-z0-9+-][A-Za-z0-9._/:#+-]{0,127}$")
_PERSONAL = frozenset(
    {
        "name",
        "email",
        "address",
        "phone",
        "text",
        "subject",
        "body",
        "html",
        "reason",
        "comment",
        "person",
        "password",
    }
)
_OWN = frozenset({"event", "level", "timestamp"})


def redact(
    _logger: object, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace every value of *line* that is no id, number or moment by `[hidden]`."""
    return {key: value if key in _OWN else _safe(key, value) for key, value in line.items()}


def _safe(key: str, value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseException):
        return type(value).__name__
    shown = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return shown if key not in _PERSONAL and _ID.match(shown) else HIDDEN


class _Brief(logging.Formatter):
    """The fixed words of an event, and of an error only its kind: what it says may hold what people wrote."""

    def format(self, record: logging.LogRecord) -> str:
        kind = record.exc_info[0] if record.exc_info else None
        said = record.getMessage()
        return f"{said} ({kind.__name__})" if kind else said


def configure(level: str = "warning", *, lines: bool = True, traces: bool = False) -> None:
    """
    Write logs of *level* and above to standard error; *lines* as JSON for machines, else as plain words.

    Messages of libraries are left out below `error`, because nobody has read what they hold. An error is named by its
    kind; *traces* shows where it came from, to whoever asked for that.
    """
    import structlog  # noqa: PLC0415 - a tenth of a second that most commands need not spend

    number = logging.getLevelNamesMapping()[level.upper()]
    look = (
        structlog.processors.JSONRenderer()
        if lines
        else structlog.processors.LogfmtRenderer(bool_as_flag=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            look,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter() if traces else _Brief())
    logging.basicConfig(level=logging.ERROR, handlers=[handler])


def logger(room: str) -> "FilteringBoundLogger":
    """The logger of *room*; its lines hold an event in fixed words and ids or counts as values."""
    import structlog  # noqa: PLC0415 - see configure

    if not structlog.is_configured():
        configure()
    found: FilteringBoundLogger = structlog.get_logger(room=room)
    return found


def trouble_with(posted: "Posted", event: str, error: Exception) -> None:
    """Log what went wrong with a notice of the outbox: an *event* in fixed words, and of what kind the *error* was."""
    logger("delivery").error(
        event,
        notice=posted.id,
        dialogue=posted.dialogue_id,
        template=posted.notice.template,
        error=error,
    )
