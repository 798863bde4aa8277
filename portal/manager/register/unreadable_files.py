"""Unreadable files: what somebody hears whose file is no sheet that we can read, and what to do."""

from portal.uploads.limits import MOST_COLUMNS, MOST_ROWS, Unreadable
from portal.web.request import Visit

_NOT = ("Dit bestand is niet te lezen. ", "This file cannot be read. ")
_SAVE = (
    "Open het in uw rekenprogramma en bewaar het als XLSX of CSV.",
    "Open it in your spreadsheet program and save it as XLSX or CSV.",
)
_WHOLE = {
    "empty": ("Kies een bestand.", "Choose a file."),
    "too-large": (
        "Dit bestand is te groot: hoogstens 2 MB.",
        "This file is too large: at most 2 MB.",
    ),
    "too-many": (
        f"Dit zijn te veel rijen: hoogstens {MOST_ROWS} per keer.",
        f"These are too many rows: at most {MOST_ROWS} at a time.",
    ),
    "too-wide": (
        f"In rij {{place}} staan te veel kolommen: hoogstens {MOST_COLUMNS}. Laat weg wat u niet nodig hebt.",
        f"Row {{place}} has too many columns: at most {MOST_COLUMNS}. Leave out what you do not need.",
    ),
    "nothing": ("Er staat niets in dit bestand.", "There is nothing in this file."),
    "nothing-shown": (
        "Alle bladen met inhoud zijn verborgen. Maak het blad zichtbaar, sla het bestand op en kies het opnieuw.",
        "All sheets that hold something are hidden. Show the sheet, save the file and choose it again.",
    ),
    "not-now": (
        "Het lukt nu niet om bestanden te lezen. Probeer het over een paar minuten opnieuw.",
        "Files cannot be read right now. Try again in a few minutes.",
    ),
}
"""The sentence is all that is said."""
_WHY = {
    "old-excel": (
        "Het is een Excel-bestand van vóór 2007 (.xls). ",
        "It is an Excel file from before 2007 (.xls). ",
    ),
    "binary-excel": (
        "Het is een binair Excel-bestand (.xlsb). ",
        "It is a binary Excel file (.xlsb). ",
    ),
    "open-document": (
        "Het is een OpenDocument-bestand (.ods). ",
        "It is an OpenDocument file (.ods). ",
    ),
    "numbers": ("Het is een bestand van Apple Numbers. ", "It is a file of Apple Numbers. "),
    "pdf": ("Het is een PDF, geen rekenblad. ", "It is a PDF, no spreadsheet. "),
    "image": ("Het is een afbeelding, geen rekenblad. ", "It is an image, no spreadsheet. "),
    "document": ("Het is een document, geen rekenblad. ", "It is a document, no spreadsheet. "),
    "contacts": ("Het zijn visitekaartjes (.vcf). ", "These are contact cards (.vcf). "),
    "archive": (
        "Het is een ingepakte map. Pak hem eerst uit. ",
        "It is a packed folder. Unpack it first. ",
    ),
    "markup": ("Het is een webpagina of XML. ", "It is a web page or XML. "),
    "entities": (
        "Er staat iets in dat niet in een rekenblad hoort. ",
        "It holds what is in no spreadsheet. ",
    ),
    "damaged": ("Het is beschadigd. ", "It is damaged. "),
    "too-heavy": ("Er zit te veel in om te lezen. ", "There is too much in it to read. "),
    "too-much-formatting": (
        "Er zit te veel opmaak in. Kopieer alleen de waarden naar een nieuw bestand. ",
        "There is too much formatting in it. Copy only the values to a new file. ",
    ),
    "bad-quotes": (
        "In regel {place} klopt een aanhalingsteken niet. ",
        "A quotation mark in line {place} is not right. ",
    ),
    "long-cell": ("Een cel in rij {place} is te lang. ", "A cell in row {place} is too long. "),
    "long-line": ("Regel {place} is te lang. ", "Line {place} is too long. "),
}
"""Why it is not, before what to do with it."""
_DO = {
    "locked": (
        "Er staat een wachtwoord op. Haal dat eraf en kies het opnieuw.",
        "It is locked with a password. Take that off and choose it again.",
    ),
    "no-text": (
        "In regel {place} staan tekens die geen tekst zijn. Bewaar het als XLSX, of als CSV met UTF-8.",
        "Line {place} holds signs that are no text. Save it as XLSX, or as CSV with UTF-8.",
    ),
    "bad-line": (
        "De letters in regel {place} zijn niet te lezen. Bewaar het als XLSX, of als CSV met UTF-8.",
        "The letters in line {place} cannot be read. Save it as XLSX, or as CSV with UTF-8.",
    ),
}
"""Why it is not and what to do, in one."""


def told(visit: Visit, error: Unreadable) -> str:
    """The sentence for *error* in the reader's language."""
    if error.code in _WHOLE:
        return visit.t(*_WHOLE[error.code]).format(place=error.place)
    said = visit.t(*_NOT)
    if error.code in _DO:
        return said + visit.t(*_DO[error.code]).format(place=error.place or "1")
    why = _WHY.get(error.code, _WHY["damaged"])
    return said + visit.t(*why).format(place=error.place) + visit.t(*_SAVE)
