"""Names of the house: files, functions and classes in the words of the field, found by whoever searches for those."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.test_house import ROOMS, ROOT, modules, name, tree

WORKSHOPS = ("benchmarks", "tools")
"""Beside the rooms: who works on the house searches these too, so their names are held to the same."""
FIRST_LINE = 120
MODULES_A_FOLDER = 12

DOMAIN_GERUNDS = {
    "gathering": "expectation gathering is the second phase of a dialogue",
    "opening": "the opening of an edition, a day of the year",
    "rescheduling": "the rescheduling of a session, which participants hear of under that name",
}
"""Files whose name ends in *-ing* because the thing is called so."""

LISTS_OF_ALIKE = {
    "cli/commands": "one file for each command, under the name of the command",
    "records/migrations/versions": "one file for each change of the tables, in the order of their days",
    "benchmarks": "one file for each benchmark, under the name by which it is asked",
}
"""Folders that may hold more than a dozen modules: one looks up a name in them, and reads no whole."""

NO_TERM = "A|An|The|For|From|What|When|Where|Whether|Which|Who|Whom|Whose|How|Why|Is|Something"
"""With these begins a sentence or an image, and no term."""
TERM_FIRST = re.compile(rf"(?!(?:{NO_TERM})\b)[^:.]+: \S.*[.?]$")
"""*Term: what it holds.* The title of a migration is excepted: alembic keeps it as what happened on that day."""

TERMS = {
    "repository": ["records/dialogues/repository.py"],
    "rate limit": ["portal/enter/rate_limit.py"],
    "idempotent": ["portal/sent_forms/idempotency.py", "records/access/idempotent_forms.py"],
    "advisory lock": ["records/engine/advisory_slots.py"],
    "hash chain": ["records/journal/hash_chain.py"],
    "group commit": ["records/outbox/sent_batch.py"],
    "compiled statement": ["records/engine/statements.py"],
    "snapshot": ["records/dialogues/repository.py"],
    "session": ["portal/web/sessions.py", "records/access/links.py"],
    "CSRF": ["portal/sent_forms/csrf.py"],
    "back-off": ["notifications/channels/backoff.py"],
    "redaction": ["states/privacy/redaction.py"],
    "audit log": ["records/journal/journal.py"],
    "unit of work": ["records/dialogues/persist.py"],
    "connection pool": ["records/engine/database.py"],
    "pipeline": ["records/engine/pipeline.py"],
    "outbox": ["records/outbox/enqueue.py"],
    "retry": ["notifications/channels/backoff.py"],
    "lease": ["records/delivery/queue.py"],
    "watchdog": ["services/parent_watchdog.py"],
    "supervisor": ["flows/machine/supervisor.py"],
    "one-time link": ["portal/enter/one_time_links.py"],
    "password hash": [
        "portal/enter/passwords.py",
        "records/access/accounts.py",
        "records/seals/slow_hashes.py",
    ],
    "locale": ["notifications/language/words.py"],
    "plural form": ["notifications/language/words.py"],
    "spreadsheet": ["portal/manager/register/spreadsheets.py"],
    "calendar entry": ["notifications/calendar/entries.py"],
    "bounce": ["notifications/inbound/bounces.py", "services/delivery/bounces.py"],
    "notification channel": ["notifications/channels/channels.py"],
    "webhook": ["notifications/channels/chat.py"],
    "metrics": ["records/metrics.py", "portal/health.py"],
}
"""Terms of the field for what this house has, and the files that hold it: all of them exist here."""

DOCUMENTS = "tools/docgen/json_documents.py"
"""Its classes are called as the documents of the public `--json` are, which may be those of a class of a room."""

PARTICIPLE = re.compile(
    "(?!(?:embed|exceed|feed|need|proceed|seed|speed|succeed)$)[a-z]+ed|"
    "been|begun|bound|bought|broken|brought|built|caught|chosen|dealt|done|drawn|driven|felt|found|forgotten|given|"
    "gone|grown|heard|held|hidden|kept|known|laid|led|left|lent|lost|made|meant|met|paid|proven|said|seen|sent|shaken|"
    "shown|sold|sought|spent|spoken|stood|stolen|struck|sworn|swept|taken|taught|told|thought|thrown|torn|understood|"
    "undone|unread|won|worn|woven|written|overdue|untold|unsaid|unwritten|unseen|unheard|began|went|came|saw"
)
"""A participle, or a past, by itself. What is a verb in the same form (`put`, `read`, `run`, `set`) is left out."""
ADJECTIVES = {
    "DialogueView.noted": "templates of letters read it as part of the dialogue",
    "Dialogue.owed": "*owed* is the word of the domain, and of its facts and pages",
    "Overview.carried": "templates of letters ask it of a debt: `you.carried(…)`",
    "Overview.hidden": "templates of letters ask it of a person: `you.hidden(…)`",
    "Overview.moderated": "templates of letters ask it of a person: `you.moderated(…)`",
    "Overview.sealed": "templates of letters ask it of a voice: `you.sealed(…)`",
    "Overview.spoken": "templates of letters ask it of a letter: `you.spoken(…)`",
    "Seen.named": "templates of pages ask it of a voice: `seen.named(…)`",
    "Visit.ticked": "templates of pages ask it of a field: `visit.ticked(…)`",
    "Visit.typed": "templates of pages ask it of a field: `visit.typed(…)`",
    "You.recorded": "templates of letters ask it of a step: `you.recorded(…)`",
}
"""Methods that are bare participles all the same, because templates read as a sentence with them, and why."""


@cache
def all_modules() -> tuple[Path, ...]:
    """Every Python file of every room and workshop."""
    workshops = (path for each in WORKSHOPS for path in sorted((ROOT / each).rglob("*.py")))
    return (*modules(), *workshops)


def first_line(path: Path) -> str:
    """What a module says first."""
    return (ast.get_docstring(tree(path)) or "").split("\n")[0]


def found_by(term: str) -> list[str]:
    """The files that a search for *term* finds by their name or by their first line, in any case and number."""
    stem = term.lower().removesuffix("y").removesuffix("ent").replace("-", " ")
    said = {name(path): f"{name(path)} {first_line(path)}".lower() for path in modules()}
    return [file for file, text in said.items() if stem in re.sub(r"[-_]", " ", text)]


def packages() -> dict[str, list[str]]:
    """The modules of each folder, by the name of the folder."""
    found = defaultdict(list)
    for path in all_modules():
        if path.stem != "__init__":
            found[name(path.parent)].append(path.stem)
    return found


def test_a_module_says_its_term_of_art_first() -> None:
    lines = {
        name(path): first_line(path) for path in all_modules() if not re.match(r"\d{4}_", path.stem)
    }

    assert [file for file, line in lines.items() if not TERM_FIRST.match(line)] == []
    assert [file for file, line in lines.items() if len(line) > FIRST_LINE] == []


@pytest.mark.parametrize("term", TERMS)
def test_a_term_of_the_field_is_found_where_the_thing_is(term: str) -> None:
    assert set(TERMS[term]) <= set(found_by(term))


def test_a_file_is_named_by_a_noun() -> None:
    gerunds = {path.stem for path in all_modules() if path.stem.endswith("ing")}

    assert {file for file in gerunds if not re.match(r"\d{4}_", file)} == set(DOMAIN_GERUNDS)


@pytest.mark.parametrize("room", [*ROOMS, *WORKSHOPS])
def test_a_file_name_stands_once_in_a_room(room: str) -> None:
    stems = [path.stem for path in all_modules() if path.is_relative_to(ROOT / room)]
    twice = [stem for stem, times in Counter(stems).items() if times > 1]

    assert stems
    assert [stem for stem in twice if stem not in {"__init__", "__main__"}] == []


def test_a_folder_is_no_longer_than_one_can_take_in() -> None:
    full = {folder: files for folder, files in packages().items() if len(files) > MODULES_A_FOLDER}

    assert set(full) == set(LISTS_OF_ALIKE)


def test_a_class_name_stands_once_in_the_house() -> None:
    where = defaultdict(list)
    for path in all_modules():
        for node in classes_of(path) if name(path) != DOCUMENTS else []:
            where[node.name].append(name(path))

    assert {each: files for each, files in where.items() if len(files) > 1} == {}
    assert "SlowServer" in where, "a class within a function"


def is_participle(word: str) -> bool:
    """Whether *word* is a participle by itself: it says neither what is done nor what is given."""
    return PARTICIPLE.fullmatch(word) is not None


def is_property(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it is read like a field, which may well be an adjective: `duty.owed`."""
    return any("property" in ast.unparse(decorator) for decorator in function.decorator_list)


def functions(path: Path) -> Iterator[tuple[str, str]]:
    """Every function of a module, with its name alone and with that of its class; properties are left out."""
    classes = {id(node): each.name for each in classes_of(path) for node in each.body}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not is_property(node):
            owner = classes.get(id(node))
            yield node.name, f"{owner}.{node.name}" if owner else node.name


def classes_of(path: Path) -> list[ast.ClassDef]:
    """Every class of a module, also one within another."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]


def test_a_function_is_named_as_a_command_a_question_or_a_value() -> None:
    """It sees names of one word: of longer ones a participle may begin a noun (`owed_duties`), and a reader judges."""
    bare = {
        whole: name(path)
        for path in all_modules()
        for each, whole in functions(path)
        if is_participle(each.strip("_"))
    }

    assert {whole: file for whole, file in bare.items() if whole not in ADJECTIVES} == {}
    assert set(ADJECTIVES) - set(bare) == set(), "an exception that nobody needs any more"


@pytest.mark.parametrize(
    ("word", "bare"),
    [
        ("told", True),
        ("gated", True),
        ("swept", True),
        ("tell", False),
        ("is_told", False),
        ("feed", False),
    ],
)
def test_a_bare_participle_is_told_from_a_verb(word: str, bare: bool) -> None:
    assert is_participle(word) is bare
