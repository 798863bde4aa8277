"""Parameter descriptions: what each field of a step is, in a sentence; of programmes and people too, for the papers."""

from collections.abc import Mapping, Sequence

PERSON = {
    "name": "As people read it.",
    "email": "Without one they are reached by hand.",
    "phone": "With its country, like `+31 6 …`.",
    "language": "In which they are written to: one that the house has texts in.",
}
INFORMATION = {
    "purpose": "Why the dialogue is held.",
    "use_of_outcomes": "What is done with what people say.",
    "contribution_asked": "What is asked of those who come.",
    "degree_of_influence": "How far they decide.",
    "decided_by": "Who decides.",
    "feedback_by": "The promise: the day on which everybody who contributed has their answer.",
    "confidentiality": "Who sees which name.",
    "costs": "Who pays for travel and time.",
}
RISK = {
    "id": "Its short name.",
    "theme": "What it is about.",
    "country": "Where, like `BD`.",
    "tier": "How far down the chain: 0 is the company itself.",
    "group": "Who is affected.",
    "weight": "How heavy, 1 to 5.",
}
CHAIN_DIALOGUE = {
    "id": "Its short name.",
    "risk": "The risk that it covers.",
    "place": "Where it was held.",
    "partner": "With whom.",
    "held": "On which day.",
}
MAPPING = {
    "id": "Their short name, by which acts speak of them.",
    "name": "As they are addressed.",
    "organisation": "For whom they work or speak.",
    "category": "What kind of party: `union`, `ngo`, `supplier`, …",
    "country": "Where they live and work.",
    "language": "In which they are written to.",
    "layer": "How close they stand to those affected (rules 9).",
    "critical": "Whether they are a critical party.",
    "at_risk": "Whether taking part puts them at risk; left out: not decided.",
    "speaks_for": "The risks for which they speak.",
    "replaces": "Whose seat they take.",
    "email": "Without one they are reached by hand.",
    "phone": "With its country.",
    "postal_address": "Where letters reach them.",
    "safe_hours": "When they can be called, in their own words: `19-21 h, not on Friday`.",
    "time_zone": "Of their clock, when the country has several.",
}
_MODELS: Mapping[str, Mapping[str, str]] = {
    "Person": PERSON,
    "Information": INFORMATION,
    "Risk": RISK,
    "ChainDialogue": CHAIN_DIALOGUE,
    "Mapping": MAPPING,
    "OnBehalf": {
        "stakeholder": "For whom it is recorded, when somebody else does.",
        "how": "In which way they said it to whoever records it.",
        "said_on": "On which day they said it.",
        "read_back": "It was read back to them in the same call.",
    },
    "ShareExpectation": {"text": "What they expect."},
    "RecordContribution": {
        "id": "A short name for the point; left out: a number, under seal once the summary is published.",
        "text": "What was said.",
        "attribution": "How the speaker is named; left out: at-risk people under seal, others by name.",
    },
    "CheckLine": {"text": "How it should read, of a line that is corrected."},
    "AnswerParticipant": {"text": "The answer, word for word."},
    "SettleDispute": {"text": "What is answered to the objection."},
    "AskErasure": {"text": "What they ask, in their own words."},
    "GiveVerdict": {"success_test": "Whether what they hoped to see came true."},
    "NoteLesson": {"text": "What to do differently next year."},
    "ChangeContact": {
        "email": "Their new address.",
        "phone": "Their new number, with its country.",
        "language": "In which they are written to from now on.",
        "postal_address": "Where letters reach them from now on.",
    },
    "Decide": {
        "owner": "Which role stands for what was decided.",
        "commitment": "What is promised: its id, what, and by which day.",
    },
    "NewCommitment": {
        "id": "A short name for it.",
        "what": "What is promised.",
        "due": "By which day.",
    },
    "RescheduleSession": {"to": "When the session is now, with its hour."},
    "Postpone": {"to": "The new day."},
    "Bring": {"how": "By which way: phone, letter, in person."},
    "RecordDelivery": {"how": "By which way they heard it: phone, letter, in person."},
    "Try": {"on": "On which day.", "how": "By which way."},
    "NameHelper": {
        "id": "A short name; left out: helper-1 and so on.",
        "organisation": "For whom they work.",
        "language": "The language in which they reach people.",
        "name": "As they are addressed.",
    },
    "SettleErasure": {"stakeholder": "Who asked."},
}
_FIELDS: Mapping[str, str] = {
    "after": "How it reads from now on.",
    "before": "How it read.",
    "by_hand": "Their address does not work: from now on they are reached by phone or letter.",
    "calendar": "Whether they, at risk, want the session in their calendar.",
    "change": "What changed in the strategy: how it read before and after.",
    "changes": "What changed in the agenda.",
    "check": "Which check is passed by hand.",
    "comment": "In their own words.",
    "commitment": "Which promise, by its id.",
    "contribution": "Which point, by its id.",
    "covers": "The points that are answered, by their ids.",
    "decided": "What is decided.",
    "declined": "Why it is not granted; left out: it is.",
    "duty": "Which duty, by its name: `answer-participant/bank`.",
    "email": "Their address; without one they are reached by hand.",
    "evidence": "How anybody can see that.",
    "feedback_by": "The day promised for the answers; left out: it moves along.",
    "heard": "Whether they were heard.",
    "helper": "Which helper, by their id.",
    "lines": "The line of each point, by its id.",
    "no_contributions": "Why there is no contribution at all.",
    "not_decided": "What is not decided yet.",
    "outcome": "What was decided.",
    "person": "To whom: name, and how they are reached.",
    "phone": "Their number, with its country.",
    "present": "Whether they were there.",
    "reason": "Why.",
    "risk": "Which risk, by its id.",
    "role": "Which role.",
    "safe_hours": "When they can be called, in their own words.",
    "stakeholder": "Who, by the id of their seat.",
    "status": "How it stands.",
    "step": "Which step.",
    "success_test": "How they will see that it came true.",
    "tell_me_by": "How they wish to be told what was done with it.",
    "template": "Which message; left out: all that waits.",
    "text": "What is said.",
    "tight": "Whether it is known that days do not fit; no: then it is refused, and says which.",
    "time_zone": "Of their clock, when the country has several.",
    "to": "Who, as the task names them.",
    "tries": "Each attempt: on which day, and how.",
    "verdict": "What the speaker says of the line.",
    "voice": "Which answer they mean, when they speak by name and under seal.",
    "way": "Which way.",
    "who_decides_when": "Who decides on that, and by when.",
}
"""What a field is wherever no model says more: one word means one thing."""


def description_of(models: Sequence[str], field: str) -> str:
    """What *field* is of one of *models*, the nearest first; empty when nobody wrote it down."""
    own = next((_MODELS[name] for name in models if field in _MODELS.get(name, ())), _FIELDS)
    return own.get(field, "")
