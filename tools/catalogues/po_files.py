"""PO files (gettext): read, brought up to date with what the house says, and written so that a change stays small."""

from difflib import get_close_matches
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from babel.plural import to_gettext

from states.language.catalogue import Domain
from states.language.languages import HOME, languages
from states.language.po_file import read_catalogue

_HEAD = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""
_NEAR = 0.8  # how much of a sentence must have stayed for it to be the same one


def path_of(domain: Domain, language: str) -> Path:
    """Where the catalogue *domain* of *language* lies."""
    return HOME / language / f"{domain}.po"


def plural_of(language: str) -> str:
    """How *language* counts, by CLDR, as gettext writes it down."""
    return to_gettext(Locale.parse(languages()[language].formats).plural_form)


def catalog_of(domain: Domain, language: str) -> Catalog:
    """The catalogue as it lies there; an empty one where there is none yet. Raises as `read_catalogue`."""
    file = path_of(domain, language)
    if file.is_file():
        return read_catalogue(file)
    return read_po(BytesIO(_HEAD.format(language=language, plural=plural_of(language)).encode()))


def update_catalog(kept: Catalog, said: Catalog) -> Catalog:
    """*kept* with exactly what is *said*; a sentence that was changed keeps its translation, as fuzzy."""
    now = {_key(message) for message in said}
    gone = [one for one in kept if one.id and one.string and _key(one) not in now]
    kept.update(said, no_fuzzy_matching=True)
    kept.obsolete.clear()
    for message in kept:
        if not is_written(message) and (former := _former(message, gone)):
            message.string = former.string
            message.flags.add("fuzzy")
    return kept


def is_written(message: Message) -> bool:
    """Whether *message* has a translation, whole and looked at."""
    said = message.string or ""
    forms = [said] if isinstance(said, str) else said
    return not message.fuzzy and all(forms)


def _key(message: Message) -> tuple[str | None, str]:
    return message.context, _source(message)


def _source(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _former(message: Message, gone: list[Message]) -> Message | None:
    """What *message* was before it was changed: that of the same name, or among sentences without one a near one."""
    alike = [one for one in gone if isinstance(one.id, str) == isinstance(message.id, str)]
    if message.context:
        return next((one for one in alike if one.context == message.context), None)
    near = {_source(one): one for one in alike if not one.context}
    found = get_close_matches(_source(message), near, n=1, cutoff=_NEAR)
    return near[found[0]] if found else None


def render_po(catalog: Catalog, language: str) -> bytes:
    """*catalogue* as a file: by the files that say it, without days, lines and paths that change by themselves."""
    body = BytesIO()
    write_po(body, catalog, width=0, omit_header=True, sort_by_file=True, include_lineno=False)
    return _HEAD.format(language=language, plural=plural_of(language)).encode() + body.getvalue()
