"""Sheet layout: in which sheet a register stands, where its headings are, and what each column is to us."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.manager.register.columns import read_by_us
from portal.manager.register.headings import BESIDE, COLUMNS, PARTS, SPOKEN, Column, heading_of
from portal.manager.register.spreadsheets import MOST_ROWS, Sheet, Unreadable, text_of

_LOOKED_AT = 20  # rows among which the headings stand
_FEWEST = 2  # headings that we know, or cells at least, make a row of headings
_PIECE = 60_000  # characters of one hidden field
ALL = (*COLUMNS, *BESIDE)
_NAMES = frozenset(column.name for column in ALL)
_KNOWN = {word: column.name for column in reversed(ALL) for word in column.known_as}


@dataclass(frozen=True)
class Register:
    """The rows of one sheet below its headings, under the numbers that a spreadsheet shows."""

    title: str
    head: int
    """The number of the row of headings."""
    heads: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    above: tuple[str, ...] = ()
    """What stands above the headings."""
    others: tuple[str, ...] = ()
    """Sheets that are shown and not read."""
    hidden: tuple[str, ...] = ()
    """Sheets that are hidden and not read."""
    guessed: tuple[int, ...] = ()
    """Lines that were written in another encoding than the rest."""
    hidden_rows: int = 0

    def pieces(self) -> list[str]:
        """All of it as text that a form can carry, in pieces."""
        text = json.dumps(vars(self), ensure_ascii=False)
        return [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]

    def examples(self, column: int) -> list[str]:
        """What stands in a column, for whoever has to say what it is."""
        cells = (cells[column] for _number, cells in self.rows if column < len(cells))
        return list(dict.fromkeys(cell for cell in cells if cell))[:3]


@dataclass
class Columns:
    """What each column of a register is to us: the name of the law, or nothing; and which are claimed twice."""

    names: list[str]
    twice: list[str] = field(default_factory=list)


def register_of(sheets: Sequence[Sheet]) -> Register:
    """The register among *sheets*: the first that is shown and has headings. Raises Unreadable."""
    shown = [sheet for sheet in sheets if not sheet.hidden and (sheet.rows or sheet.broken[0])]
    if not shown:
        raise Unreadable("nothing-shown" if any(sheet.rows for sheet in sheets) else "nothing")
    chosen = next((sheet for sheet in shown if _head(sheet)[1] >= _FEWEST), shown[0])
    if chosen.broken[0]:
        raise Unreadable(*chosen.broken)
    place, _ = _head(chosen)
    number, heads = chosen.rows[place]
    rows = chosen.rows[place + 1 :]
    if len(rows) > MOST_ROWS:
        raise Unreadable("too-many")
    return Register(
        chosen.title,
        number,
        _wide([text_of(cell) for cell in heads], rows),
        tuple((at, tuple(text_of(cell) for cell in cells)) for at, cells in rows),
        tuple(" ".join(filter(None, cells))[:200] for _at, cells in chosen.rows[:place]),
        tuple(one.title for one in shown if one is not chosen),
        tuple(one.title for one in sheets if one.hidden),
        tuple(chosen.notes.get("guessed", ())),
        int(chosen.notes.get("hidden_rows", 0)),
    )


def _head(sheet: Sheet) -> tuple[int, int]:
    """Where the row of headings stands among the rows that hold anything, and how many of its words we know."""
    start = sheet.rows[:_LOOKED_AT]
    known = [
        len({_KNOWN[w] for w in map(heading_of, cells) if w in _KNOWN}) for _at, cells in start
    ]
    if known and max(known) >= _FEWEST:
        return known.index(max(known)), max(known)
    filled = (place for place, (_at, cells) in enumerate(start) if sum(map(bool, cells)) >= _FEWEST)
    return next(filled, 0), 0


def _wide(heads: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[str, ...]:
    """A heading for each column in which something stands, also where there is none."""
    width = max([len(heads), *(len(cells) for _at, cells in rows)])
    return tuple(heads[at] if at < len(heads) else "" for at in range(width))


def columns_by_guess(register: Register, remembered: Mapping[str, str]) -> Columns:
    """What each column seems to be: as somebody said of such a heading before, else by the words that we know."""
    names = list[str]()
    twice = list[str]()
    for head in register.heads:
        word = heading_of(head)
        name = remembered.get(word, _KNOWN.get(word, ""))
        if name and name in names:
            twice.append(name)
            name = ""
        names.append(name)
    return Columns(names, twice)


def columns_by_choice(register: Register, wishes: Sequence[str]) -> Columns:
    """What each column is by *wishes*, one for each; what is no column of ours is none."""
    names = [wish if wish in _NAMES else "" for wish in wishes[: len(register.heads)]]
    names += [""] * (len(register.heads) - len(names))
    twice = [name for name in dict.fromkeys(names) if name and names.count(name) > 1]
    return Columns(names, twice)


def by_hand(register: Register, columns: Columns) -> dict[str, str]:
    """What differs in *columns* from what we would have proposed: by heading, to be remembered."""
    ours = columns_by_guess(register, {}).names
    return {
        heading_of(head): name
        for head, name, own in zip(register.heads, columns.names, ours, strict=True)
        if head and name != own
    }


def raw_rows(register: Register, columns: Columns) -> Iterator[dict[str, str]]:
    """Each row by the names of the law, with its number under `row`."""
    for number, cells in register.rows:
        found = {
            name: cell for name, cell in zip(columns.names, cells, strict=False) if name and cell
        }
        parts = [found.pop(part.name, "") for part in PARTS]
        if any(parts) and "name" not in found:
            found["name"] = " ".join(filter(None, parts))
        spoken = found.pop(SPOKEN.name, "")
        if "language" not in found and (ours := _of_ours(spoken)):
            found["language"] = ours
        yield {"row": str(number), **found}


def _of_ours(spoken: str) -> str | None:
    """The first of the languages that somebody speaks in which we write."""
    return next(filter(None, map(read_by_us, _languages(spoken))), None)


def _languages(spoken: str) -> list[str]:
    return [one.strip() for one in re.split(r"[/,;&+|]| en | and ", spoken) if one.strip()]


def languages_without_letters(register: Register, columns: Columns) -> list[str]:
    """The languages that somebody speaks in none of which we write, each once as the register writes them."""
    names = columns.names
    found = list[str]()
    for _number, cells in register.rows:
        row = dict(zip(names, cells, strict=False))
        spoken = row.get(SPOKEN.name, "")
        if spoken and not row.get("language") and _of_ours(spoken) is None:
            found.append(spoken)
    return list(dict.fromkeys(found))


def missing(columns: Columns, needed: Sequence[str]) -> list[Column]:
    """Which of the *needed* columns there are none of."""
    there = set(columns.names)
    if there & {part.name for part in PARTS}:
        there.add("name")
    return [column for column in COLUMNS if column.name in needed and column.name not in there]


def register_from(pieces: Sequence[str]) -> Register | None:
    """The register that a form carried; it comes from outside, so None for whatever is not of its shape."""
    try:
        found = json.loads("".join(pieces))
        return _check(found)
    except (ValueError, RecursionError, TypeError, KeyError):
        return None


def _check(found: Any) -> Register:  # noqa: ANN401 - whatever came from outside
    rows = tuple((int(number), _texts(cells)) for number, cells in found["rows"])
    if len(rows) > MOST_ROWS:
        raise ValueError
    return Register(
        str(found["title"]),
        int(found["head"]),
        _wide(_texts(found["heads"]), rows),
        rows,
        _texts(found["above"]),
        _texts(found["others"]),
        _texts(found["hidden"]),
        tuple(int(number) for number in found["guessed"]),
        int(found["hidden_rows"]),
    )


def _texts(found: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever came from outside
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise TypeError
    return tuple(found)
