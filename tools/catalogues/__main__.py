"""Gettext update: brings the catalogues up to date with what the house says (`make words`)."""

import sys

from states.language.catalogue import DOMAINS
from states.language.unreadable import UnreadableLanguage
from tools.catalogues.extraction import extract_catalog, target_languages
from tools.catalogues.po_files import catalog_of, is_written, path_of, render_po, update_catalog


def main() -> None:
    """Write every catalogue of every language anew, and say what each still lacks."""
    for domain in DOMAINS:
        said = extract_catalog(domain)
        for language in target_languages():
            catalog = update_catalog(catalog_of(domain, language), said)
            path_of(domain, language).write_bytes(render_po(catalog, language))
            open_ones = sum(not is_written(message) for message in catalog if message.id)
            told = f"{language}/{domain}.po: {len(catalog)} sentences, {open_ones} to translate"
            sys.stdout.write(f"{told}\n")


try:
    main()
except UnreadableLanguage as error:
    sys.exit(str(error))
