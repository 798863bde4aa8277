"""Upload limits: how much a file may hold, and how much reading it may cost."""

MOST_ROWS = 300
"""Rows below the headings."""
MOST_LINES = 3_300
"""Rows that are looked at, empty ones too."""
MOST_COLUMNS = 60
MOST_SHEETS = 50
MOST_CELL = 40_000
"""Characters of one cell; Excel takes 32,767."""
MOST_BYTES = 2_000_000
"""Bytes of a file as it is sent."""
MOST_UNPACKED = 30_000_000
"""Bytes of all that is in it."""
MOST_STYLES = 2_000_000
"""Bytes of its formatting; a workbook that people made has some thousands."""
MOST_PARTS = 2_000
MEMORY = 300_000_000
"""Bytes of address space that reading may take, Python itself included."""
SECONDS = 10
"""Seconds that reading may take by the clock; half of it in work."""
UNRECKONED = "="
"""What stands for a formula whose outcome is not in the file."""


class Unreadable(Exception):
    """The file is no sheet that we can read; *code* says why, *place* where when that is known."""

    def __init__(self, code: str, place: str = "") -> None:
        """Keep the reason and the place."""
        super().__init__(code)
        self.code = code
        self.place = place
