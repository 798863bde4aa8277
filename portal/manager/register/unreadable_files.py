"""Unreadable files: what somebody hears whose file is no sheet that we can read, and what to do."""

from portal.uploads.limits import MOST_COLUMNS, MOST_ROWS, Unreadable
from portal.web.request import Visit
from states.language.catalogue import N_

_NOT = N_("This file cannot be read. ")
_SAVE = N_("Open it in your spreadsheet program and save it as XLSX or CSV.")
_WHOLE = {
    "empty": N_("Choose a file."),
    "too-large": N_("This file is too large: at most 2 MB."),
    "too-many": N_("These are too many rows: at most %(rows)s at a time."),
    "too-wide": N_(
        "Row %(place)s has too many columns: at most %(columns)s. Leave out what you do not need."
    ),
    "nothing": N_("There is nothing in this file."),
    "nothing-shown": N_(
        "All sheets that hold something are hidden. Show the sheet, save the file and choose it again."
    ),
    "not-now": N_("Files cannot be read right now. Try again in a few minutes."),
}
"""The sentence is all that is said."""
_WHY = {
    "old-excel": N_("It is an Excel file from before 2007 (.xls). "),
    "binary-excel": N_("It is a binary Excel file (.xlsb). "),
    "open-document": N_("It is an OpenDocument file (.ods). "),
    "numbers": N_("It is a file of Apple Numbers. "),
    "pdf": N_("It is a PDF, no spreadsheet. "),
    "image": N_("It is an image, no spreadsheet. "),
    "document": N_("It is a document, no spreadsheet. "),
    "contacts": N_("These are contact cards (.vcf). "),
    "archive": N_("It is a packed folder. Unpack it first. "),
    "markup": N_("It is a web page or XML. "),
    "entities": N_("It holds what is in no spreadsheet. "),
    "damaged": N_("It is damaged. "),
    "too-heavy": N_("There is too much in it to read. "),
    "too-much-formatting": N_(
        "There is too much formatting in it. Copy only the values to a new file. "
    ),
    "bad-quotes": N_("A quotation mark in line %(place)s is not right. "),
    "long-cell": N_("A cell in row %(place)s is too long. "),
    "long-line": N_("Line %(place)s is too long. "),
}
"""Why it is not, before what to do with it."""
_DO = {
    "locked": N_("It is locked with a password. Take that off and choose it again."),
    "no-text": N_(
        "Line %(place)s holds signs that are no text. Save it as XLSX, or as CSV with UTF-8."
    ),
    "bad-line": N_(
        "The letters in line %(place)s cannot be read. Save it as XLSX, or as CSV with UTF-8."
    ),
}
"""Why it is not and what to do, in one."""


def sentence_of(visit: Visit, error: Unreadable) -> str:
    """The sentence for *error* in the reader's language."""
    if error.code in _WHOLE:
        return visit._(_WHOLE[error.code], place=error.place, rows=MOST_ROWS, columns=MOST_COLUMNS)
    said = visit._(_NOT)
    if error.code in _DO:
        return said + visit._(_DO[error.code], place=error.place or "1")
    why = _WHY.get(error.code, _WHY["damaged"])
    return said + visit._(why, place=error.place) + visit._(_SAVE)
