"""PO files (gettext): read, brought up to date with what the house says, and written so that a change stays small."""

from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from babel.plural import to_gettext

from states.language.catalogue import Domain
from states.language.languages import HOME, languages

_HEAD = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


def path_of(domain: Domain, language: str) -> Path:
    """Where the catalogue *domain* of *language* lies."""
    return HOME / language / f"{domain}.po"


def plural_of(language: str) -> str:
    """How *language* counts, by CLDR, as gettext writes it down."""
    return to_gettext(Locale.parse(languages()[language].formats).plural_form)


def stored(domain: Domain, language: str) -> Catalog:
    """The catalogue as it lies there; an empty one where there is none yet. Raises PoFileError for a broken one."""
    file = path_of(domain, language)
    head = _HEAD.format(language=language, plural=plural_of(language)).encode()
    return read_po(BytesIO(file.read_bytes() if file.is_file() else head), abort_invalid=True)


def updated(kept: Catalog, said: Catalog) -> Catalog:
    """*kept* with exactly what is *said*; what resembles a sentence that is gone keeps its translation as fuzzy."""
    kept.update(said, no_fuzzy_matching=not any(message.id not in kept for message in said))
    kept.obsolete.clear()
    return kept


def written(catalog: Catalog, language: str) -> bytes:
    """*catalogue* as a file: by the files that say it, without days, lines and paths that change by themselves."""
    body = BytesIO()
    write_po(body, catalog, width=0, omit_header=True, sort_by_file=True, include_lineno=False)
    return _HEAD.format(language=language, plural=plural_of(language)).encode() + body.getvalue()
