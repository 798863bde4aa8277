"""Database errors: what the database could not do, each with what is so and what to do."""


class RecordsError(Exception):
    """The records could not be read or written; nothing was half done."""

    advice = "Look at the message of the database below this one."

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} {self.advice}")
        self.what = what


class Busy(RecordsError):
    """Somebody else holds the lock; nothing was changed."""

    advice = "Nothing was changed; try again in a moment."


class DatabaseUnavailable(RecordsError):
    """The database cannot be reached, opened or written to."""

    advice = "Check WEERKLANK_DATABASE_URL, that the database is running and that there is room on the disk."


class NoRecords(DatabaseUnavailable):
    """There is no database file where there was one, or where nobody has begun yet."""

    advice = (
        "Is its disk there? Then put a copy back (weerklank restore). To begin: weerklank programme apply FILE, "
        "or see the case first: weerklank demo."
    )


class DatabaseDamaged(DatabaseUnavailable):
    """The file is not what was written into it."""

    advice = "Keep it as it is and put a copy back: weerklank restore COPY --replace keeps it."


class SchemaOutdated(RecordsError):
    """The tables are older than this version of Weerklank."""

    advice = "Run 'weerklank db upgrade' with this version and start again."


class SchemaNewer(RecordsError):
    """The tables are newer than this version of Weerklank, which does not know what they ask of it."""

    advice = "Nothing was changed; install the version of Weerklank that made them, or a newer one."


class JournalProtected(RecordsError):
    """Somebody tried to change what the records keep for ever; the database refused."""

    advice = (
        "Facts are only ever added, and duties are never deleted: write a correcting step instead."
    )
