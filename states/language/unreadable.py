"""Unreadable file of a language: what somebody wrote in `locale` and the house cannot read, told by its place."""

from pathlib import Path


class UnreadableLanguage(ValueError):
    """What stands in *file* of the folder of a language cannot be read: *why*, as the rest of the sentence."""

    def __init__(self, file: Path, why: str, line: int | None = None) -> None:
        place = "/".join(file.parts[-3:])
        super().__init__(f"{place}{f', line {line}' if line else ''}: {why}.")
