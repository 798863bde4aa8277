"""Names of the house: files, functions and classes in the words of the field, found by whoever searches for those."""

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.test_house import ROOMS, ROOT, modules, name, tree

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
    "password hash": ["portal/enter/passwords.py", "records/access/accounts.py"],
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
    for path in modules():
        if path.stem != "__init__":
            found[name(path.parent)].append(path.stem)
    return found


def test_a_module_says_its_term_of_art_first() -> None:
    lines = {
        name(path): first_line(path) for path in modules() if not re.match(r"\d{4}_", path.stem)
    }

    assert [file for file, line in lines.items() if not TERM_FIRST.match(line)] == []
    assert [file for file, line in lines.items() if len(line) > FIRST_LINE] == []


@pytest.mark.parametrize("term", TERMS)
def test_a_term_of_the_field_is_found_where_the_thing_is(term: str) -> None:
    assert set(TERMS[term]) <= set(found_by(term))


def test_a_file_is_named_by_a_noun() -> None:
    gerunds = {path.stem for path in modules() if path.stem.endswith("ing")}

    assert gerunds - set(DOMAIN_GERUNDS) == {file for file in gerunds if re.match(r"\d{4}_", file)}
    assert set(DOMAIN_GERUNDS) <= gerunds


@pytest.mark.parametrize("room", ROOMS)
def test_a_file_name_stands_once_in_a_room(room: str) -> None:
    stems = [path.stem for path in modules() if path.is_relative_to(ROOT / room)]
    twice = [stem for stem, times in Counter(stems).items() if times > 1]

    assert [stem for stem in twice if stem != "__init__"] == []


def test_a_folder_is_no_longer_than_one_can_take_in() -> None:
    full = {folder: files for folder, files in packages().items() if len(files) > MODULES_A_FOLDER}

    assert set(full) <= set(LISTS_OF_ALIKE)


def test_a_class_name_stands_once_in_the_house() -> None:
    where = defaultdict(list)
    for path in modules():
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef):
                where[node.name].append(name(path))

    assert {each: files for each, files in where.items() if len(files) > 1} == {}
