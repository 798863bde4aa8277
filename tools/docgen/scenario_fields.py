"""Scenario fields: what a scenario file may hold, from the models that read it, with a sentence for each."""

from typing import Any

from pydantic import BaseModel

from cli.rehearsal.scenario import Act, BounceSpan, Opening, Outage, Scenario
from cli.step_options.descriptions import CHAIN_DIALOGUE, INFORMATION, MAPPING, PERSON, RISK
from cli.step_options.fields import StepField, fields_of
from states.model.dialogue import ChainDialogue, Risk
from states.model.information import Information
from states.model.people import Mapping, Person
from states.model.programme import Programme
from states.model.vocabulary import Step
from states.steps.table import STEPS
from tools.docgen.markdown import code, table

_REF = "#/$defs/"
_WORDS = {
    "string": "text", "integer": "number", "number": "number", "boolean": "true or false", "null": "nothing",
    "object": "mapping",
}  # fmt: skip

ABOUT: dict[type[BaseModel], dict[str, str]] = {
    Scenario: {
        "start": "The moment at which the edition opens.",
        "until": "Until when it is lived; may be given with `--until` instead.",
        "programme": "The programme, as in `weerklank programme apply`.",
        "policy": "Values that differ, in the shape of `config/policy.toml`, laid over the programme's own.",
        "dialogue": "The edition that is opened at the start.",
        "risks": "Named before anybody acts.",
        "chain_dialogues": "Linked before anybody acts.",
        "stakeholders": "Mapped before anybody acts.",
        "acts": "What people do, in any order; they are taken by their moments.",
        "outages": "Spans in which the scheduler is down.",
        "bounces": "Spans in which mail to an address fails for good.",
    },
    Programme: {
        "id": "Its short name; an edition is called `<id>-<edition>`.",
        "company": "The company, as people read it.",
        "country": "Whose public holidays count, like `NL`.",
        "time_zone": "Of all its moments, like `Europe/Amsterdam`.",
        "languages": "The languages of its texts, the first is preferred.",
        "schedule": "When the next edition opens: a cron line, like `0 9 1 12 *`.",
        "roles": "Who holds which role: `manager`, `deputy`, `sponsor`, `moderator`, `board`, `confidant`.",
        "auditor": "Who audits it from outside: gets a checkpoint of the journals each week, and holds no role.",
        "holidays": "Further days off.",
        "policy": "Values of its own, in the shape of `config/policy.toml`.",
        "owed_before": "Written by steps alone; a file leaves it out.",
    },
    Person: PERSON,
    Opening: {
        "edition": "Its number; the year of the session when left out.",
        "session": "When the session is, with its hour; proposed when left out (rules 4).",
        "information": "What the invitation says; may be given by a step.",
    },
    Information: INFORMATION,
    Risk: RISK,
    ChainDialogue: CHAIN_DIALOGUE,
    Mapping: MAPPING,
    Act: {
        "at": "When.",
        "by": "Who: a role, a stakeholder, a helper, or a pseudonym like `sealed-1`.",
        "do": "Which step.",
        "with": "What comes with it (see *Steps*).",
        "edition": "Of which edition; that of the opening when left out.",
        "dialogue": "Of which dialogue, by its id.",
    },
    Outage: {"from": "The first moment.", "to": "The first moment after it."},
    BounceSpan: {
        "from": "The first moment.",
        "to": "The first moment after it.",
        "address": "Which address.",
    },
}
"""What each field is; a test holds the names against the models."""
_TITLES: dict[type[BaseModel], str] = {
    Scenario: "The file",
    Programme: "`programme`",
    Person: "Who holds a role: `programme.roles.<role>`",
    Opening: "`dialogue`",
    Information: "`dialogue.information`",
    Risk: "`risks`: a list of",
    ChainDialogue: "`chain_dialogues`: a list of",
    Mapping: "`stakeholders`: a list of",
    Act: "`acts`: a list of",
    Outage: "`outages`: a list of",
    BounceSpan: "`bounces`: a list of",
}


def fields() -> str:
    """A table for each part of the file."""
    return "\n\n".join(_section(model, title) for model, title in _TITLES.items())


def _section(model: type[BaseModel], title: str) -> str:
    shape = model.model_json_schema()
    must = set(shape.get("required", ()))
    rows = (
        (f"`{name}`", "yes" if name in must else "", _type(kind, shape), ABOUT[model][name])
        for name, kind in shape["properties"].items()
    )
    return f"### {title}\n\n{table(('field', 'must', 'type', 'what it is'), rows)}"


def _type(kind: dict[str, Any], shape: dict[str, Any]) -> str:
    if "$ref" in kind:
        return _type(shape["$defs"][kind["$ref"].removeprefix(_REF)], shape)
    if "anyOf" in kind:
        said = [_type(each, shape) for each in kind["anyOf"] if each.get("type") != "null"]
        return " or ".join(said)
    if "enum" in kind:
        return code(*kind["enum"])
    if kind.get("type") == "array":
        return f"list of {_type(kind['items'], shape)}"
    return {"date-time": "moment", "date": "day"}.get(kind.get("format", "")) or _WORDS[
        kind["type"]
    ]


def step_fields() -> str:
    """What comes `with` each step; what is in brackets may be left out."""
    return table(("step", "with"), [(f"`{step}`", _takes(step)) for step in STEPS])


def _takes(step: Step) -> str:
    return ", ".join(map(_name_of, fields_of(step))) or "nothing"


def _name_of(field: StepField) -> str:
    inner = ", ".join(one.name for one in field.inner)
    said = f"`{field.name}`" + (f" {{{inner}}}" if inner else "")
    return said if field.required else f"[{said}]"
