"""Letters are made with every word there: what has none is an error here, and never stands in a letter."""

import pytest

OPEN = frozenset({"category", "role"})
"""The tables of words that are asked for people's own words or names too; of all others each key has its word."""


@pytest.fixture(autouse=True)
def _every_word_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing_word(table: str, key: str) -> str:
        if table in OPEN:
            return key
        message = f"the table {table} of notifications/words.toml has no word for {key!r}"
        raise AssertionError(message)

    monkeypatch.setattr("notifications.language.words.missing_word", missing_word)
