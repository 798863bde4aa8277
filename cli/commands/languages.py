"""`weerklank languages`: which languages there are, how much is written in each, and who read it as their own."""

from typing import Any

from cli import console
from cli.console import AsJson


def show(as_json: AsJson = False) -> None:
    """Show each language: its name, its direction, what is written in it, and who read it as a native.

    weerklank languages --json
    """
    rows = _rows()
    if as_json:
        console.say_json({"languages": rows})
        return
    for row in rows:
        _tell(row)


def _rows() -> list[dict[str, Any]]:
    from notifications.language.completeness import written_in
    from states.language.languages import languages

    return [
        {
            "code": one.code,
            "name": one.name,
            "english": one.english,
            "direction": one.direction,
            "complete": one.complete,
            "first": one.first,
            "written": {name: done._asdict() for name, done in written_in(one.code).items()},
            "reviewed_by": [{"name": by.name, "on": by.on} for by in one.reviewed_by],
        }
        for one in languages().values()
    ]


_COMPLETE = {"all": "complete", "participants": "complete for participants"}
_WAYS = {"ltr": "from left to right", "rtl": "from right to left"}


def _tell(row: dict[str, Any]) -> None:
    name = row["name"] if row["name"] == row["english"] else f"{row['name']}, {row['english']}"
    way, whole = _WAYS[row["direction"]], _COMPLETE[row["complete"]]
    console.out(f"{console.tint(row['code'], 'bold')}  {name}; {way}; {whole}")
    counts = row["written"].items()
    console.paragraph(", ".join(f"{n} {c['written']} of {c['of']}" for n, c in counts), "    ")
    read = ", ".join(f"{by['name']} on {by['on']}" for by in row["reviewed_by"])
    console.paragraph(f"Read by a native: {read or 'nobody yet'}.", "    ")
