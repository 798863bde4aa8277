"""Usage of a step: what it is, who may take it and when, and an example of its command."""

from shlex import quote

from cli.completion import known_ids
from cli.step_options.fields import StepField, fields_of
from states.language.languages import SOURCE
from states.model.dialogue import Phase
from states.model.vocabulary import Step
from states.steps.decide import HANDLERS
from states.steps.machine import fitting_phases
from states.steps.table import RELAYS, STEPS

_SAMPLES = {
    "boolean": "",
    "day": "2027-03-01",
    "moment": "2027-06-17T13:00+02:00",
    "number": "1",
    "seat": "bank",
    "helper": "helper-1",
    "duty": "answer-participant/bank",
    "country": "BD",
    "language": SOURCE,
    "id": "a-short-name",
    "category": "union",
}
"""What stands in an example, by the name of a field, by what it names or by its type."""
_DIALOGUE = "kledingmerk-2022"


def summary(step: Step) -> str:
    """What *step* does, in a sentence: the first of its handler."""
    return (HANDLERS[step].__doc__ or "").strip().partition("\n")[0]


def about(step: Step) -> list[str]:
    """What *step* is, who may take it and in which phases it fits, a line each."""
    who = ", ".join(map(str, STEPS[step].by))
    told = ", ".join(relayers_of(step))
    recorded = f"; recorded for them by {told}" if told else ""
    return [summary(step), f"Taken by {who}{recorded}.", f"Fits {_phases(step)}."]


def relayers_of(step: Step) -> list[str]:
    """Who may record *step* for a participant; what they may record of it is for the law."""
    found = [who for name, who in RELAYS.items() if name.partition("/")[0] == step]
    return list(dict.fromkeys(f"{role}" for roles in found for role in roles))


def _phases(step: Step) -> str:
    fitting = fitting_phases(step)
    if len(fitting) == len(Phase):
        return "every phase"
    return ", ".join(phase.replace("_", " ") for phase in fitting)


def example(step: Step, dialogue: str | None = None) -> str:
    """A command that takes *step*, with all that it must be given; in *dialogue* with ids of its own."""
    by = "bank" if STEPS[step].by == ("participant",) else f"{STEPS[step].by[0]}"
    words = ["weerklank", "act", dialogue or _DIALOGUE, step, "--by", by]
    for field in fields_of(step):
        if field.required:
            words += _sample(field, dialogue)
    return " ".join(words)


def _sample(field: StepField, dialogue: str | None) -> list[str]:
    if field.type == "boolean":
        return [field.option]
    if field.type in {"object", "list of objects"}:
        return [field.option, _JSON.get(field.name, "'{…}'")]
    real = known_ids(field.kind, dialogue)[:1] if field.kind and dialogue else []
    usual = (_SAMPLES.get(key) for key in (field.name, field.kind or "", field.type))
    word = next(iter(real or field.choices[:1]), None) or next(filter(None, usual), "…")
    return [field.option, quote(word)]


_JSON = {
    "lines": """'{"point-1": "…"}'""",
    "person": """'{"name": "…", "email": "…"}'""",
}
"""Examples of what is given as an object."""
