"""Errors of backup and restore: why a copy was not made, or was not put back."""

from records.engine.errors import RecordsError


class CopyUnfit(RecordsError):
    """The copy was not made, or cannot be trusted; what was made of it is taken away."""

    advice = "Copies that were made before are as they were."

    def __init__(self, what: str, advice: str | None = None) -> None:
        self.advice = advice or self.advice
        super().__init__(what)


class NotRestored(RecordsError):
    """The copy was not put back."""

    advice = "Nothing was changed."
