"""Idempotency keys: what the same form, sent twice, was answered the first time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select

from records.engine.database import reading, writing
from records.schema.access import SENT_FORMS

KEPT = timedelta(days=1)
"""How long a form is remembered: a double click comes at once, a reload in the evening."""


@dataclass(frozen=True, slots=True)
class SentForm:
    """Where the sender was led and what was said; the rest when it let somebody in as *role*."""

    path: str
    said: str | None = None
    left: str = ""
    """The mark of what it showed afterwards."""
    programme_id: str | None = None
    role: str | None = None
    holder: str | None = None
    stage: str | None = None


def sent_form(
    engine: Engine, key: str, now: datetime, *, within: timedelta = KEPT
) -> SentForm | None:
    """What the form *key* was answered, None when it was not sent *within* the time before *now* (aware UTC)."""
    columns = [SENT_FORMS.c[name] for name in SentForm.__dataclass_fields__]
    chosen = select(*columns).where(SENT_FORMS.c.key == key, SENT_FORMS.c.made_at > now - within)
    with reading(engine) as connection:
        row = connection.execute(chosen).one_or_none()
    return None if row is None else SentForm(*row)


def keep_form(engine: Engine, key: str, form: SentForm, now: datetime) -> None:
    """Remember at *now* that the form *key* was answered so; what is too old to be sent again is forgotten."""
    values = {name: getattr(form, name) for name in SentForm.__dataclass_fields__}
    with writing(engine, now) as connection:
        stale = (SENT_FORMS.c.key == key) | (SENT_FORMS.c.made_at <= now - KEPT)
        connection.execute(delete(SENT_FORMS).where(stale))
        connection.execute(insert(SENT_FORMS), {**values, "key": key, "made_at": now})
