"""PO file (gettext): a catalogue as it was written down, read with a complaint that a translator can act on."""

from collections.abc import Iterator
from contextlib import contextmanager
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from states.language.unreadable import UnreadableLanguage

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

# Babel is slow to import, and whoever reads English needs none of it: it is imported where it is used.


def read_catalogue(file: Path) -> "Catalog":
    """What stands in *file*. Raises UnreadableLanguage for no PO file, with the line where that shows."""
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with _complaints(file), file.open("rb") as po:
        return read_po(po, abort_invalid=True)


def read_translations(file: Path) -> GNUTranslations:
    """What stands in *file*, ready to be asked. Raises as `read_catalogue`, and when nobody can count by it."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415

    catalog, compiled = read_catalogue(file), BytesIO()
    with _complaints(file):
        write_mo(compiled, catalog)
        compiled.seek(0)
        return GNUTranslations(compiled)


@contextmanager
def _complaints(file: Path) -> Iterator[None]:
    """Say of *file* what its readers complain of; of some complaints they tell no line."""
    from babel.messages.pofile import PoFileError  # noqa: PLC0415

    try:
        yield
    except PoFileError as error:
        why = str(error).rpartition(" on ")[0]
        line = error.lineno + 1  # they count from nothing
        raise UnreadableLanguage(file, f"it is no PO file: {why}", line) from error
    except (ValueError, LookupError) as error:
        raise UnreadableLanguage(file, f"it is no PO file: {error}") from error
