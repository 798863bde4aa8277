"""Papers: the record of processing and the start of an impact assessment as Markdown."""

from collections.abc import Iterable, Iterator

from notifications.language.words import country, short_date
from services.processing.book import sentence
from services.processing.impact_assessment import Assessment
from services.processing.record import Outside, Record


def record_paper(record: Record) -> str:
    """*record* as Markdown."""
    return "\n\n".join(_record(record)) + "\n"


def assessment_paper(assessment: Assessment) -> str:
    """*assessment* as Markdown, with room for what the company judges."""
    return "\n\n".join(_assessment(assessment)) + "\n"


def _record(record: Record) -> Iterator[str]:
    def term(key: str, **filled: object) -> str:
        return sentence("paper", key, record.language, **filled)

    missing = term("missing")
    yield f"# {term('title', company=record.company)}"
    yield term("made", day=short_date(record.made_on, record.language), missing=missing)
    yield f"## {term('controller')}"
    yield _rows(
        (term(key), _controller_text(record, key) or missing)
        for key in ("name", "contact", "ground")
    )
    optional = [(term(key), _controller_text(record, key)) for key in ("officer", "joint")]
    if any(text for _, text in optional):
        yield _rows((name, text) for name, text in optional if text)
    yield f"## {term('activities')}"
    for told in record.activities.values():
        yield f"### {told['title']}"
        parts = ("purpose", "people", "data", "recipients", "term")
        yield _rows((term(part), told[part]) for part in parts)
    yield f"## {term('recipients-outside')}"
    for one in record.outside:
        yield f"### {one.title}"
        yield _rows(_outside(one, record.language))
    yield f"## {term('measures-here')}"
    yield "\n".join(f"- {said}" for said in record.measures)


def _controller_text(record: Record, key: str) -> str:
    return str(getattr(record.controller, key)) if record.controller else ""


def _outside(one: Outside, language: str) -> Iterator[tuple[str, str]]:
    missing = sentence("paper", "missing", language)
    yield sentence("paper", "data", language), one.data
    for key in ("recipient", "country", "safeguard", "contract_on", "ends_on", "measures"):
        text = _value(one, key, language)
        if text or key != "ends_on":
            yield sentence("paper", key.replace("_", "-"), language), text or missing


def _value(one: Outside, key: str, language: str) -> str:
    if one.row is None:
        return ""
    if key == "country":
        return country(one.row.country, language)
    day = {"contract_on": one.row.contract_on, "ends_on": one.row.ends_on}
    if key not in day:
        return str(getattr(one.row, key))
    said = short_date(when, language) if (when := day[key]) else ""
    ended = key == "ends_on" and one.ended
    return f"{said}: {sentence('paper', 'expired', language)}" if ended else said


def _assessment(assessment: Assessment) -> Iterator[str]:
    def term(key: str, **filled: object) -> str:
        return sentence("dpia", key, assessment.language, **filled)

    missing = sentence("paper", "missing", assessment.language)
    yield f"# {term('title', company=assessment.company)}"
    yield term("made", day=short_date(assessment.made_on, assessment.language))
    yield f"## {term('why')}"
    yield "\n".join(f"- {said}" for said in assessment.why)
    yield f"## {term('asks')}"
    yield _rows((question, missing) for question in assessment.questions)
    yield f"## {term('risks')}"
    for told in assessment.risks.values():
        yield f"### {told['risk']}"
        yield _rows(
            (
                (term("against"), told["against"]),
                (term("remains"), told["remains"]),
                (term("judged"), missing),
            )
        )


def _rows(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(
        f"- **{name.rstrip('?')}{'?' if name.endswith('?') else ':'}** {text}"
        for name, text in rows
    )
