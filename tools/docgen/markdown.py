"""Markdown: tables, and the parts of a page between markers such as `<!-- steps -->` and `<!-- /steps -->`."""

import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with *head*; a bar within a cell is escaped, or it would begin the next one."""
    lines = [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def code(*names: object) -> str:
    """*names* as code, with commas between them."""
    return ", ".join(f"`{name}`" for name in names)


def part(page: str, name: str) -> str | None:
    """What stands between the markers of *name* on *page*; None when it has none."""
    found = _between(name).search(page)
    return found[2].strip("\n") if found else None


def replace_part(page: str, name: str, text: str) -> str:
    """*page* with *text* between the markers of *name*. Raises ValueError when it has none."""
    if part(page, name) is None:
        message = f"no <!-- {name} --> and <!-- /{name} --> to write between"
        raise ValueError(message)
    return _between(name).sub(lambda found: f"{found[1]}\n{text}\n{found[3]}", page, count=1)


def _between(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name} -->)\n(.*?)(<!-- /{name} -->)", re.DOTALL)
