"""Language option (`--lang`): in which language something is told, one in which all is said."""

from typing import Annotated

import typer

from cli import console
from states.language.languages import WHOLE
from states.language.validation_messages import problem_book


def _known_language(code: str | None) -> str | None:
    if code is None or code in WHOLE:
        return code
    said = problem_book()["no-texts"][console.language()].format(languages=", ".join(WHOLE))
    raise typer.BadParameter(f"'{code}' {said}")


Lang = Annotated[
    str | None,
    typer.Option(
        "--lang",
        metavar="|".join(WHOLE),
        callback=_known_language,
        help="In which language. Default: WEERKLANK_LANGUAGE, else en.",
    ),
]
