"""HTTP errors: what a page may answer instead of what was asked, each with a calm page of its own."""

from collections.abc import Mapping
from datetime import timedelta


class NotFound(Exception):
    """It does not exist, or not for whoever asks: nobody can tell the difference."""


class NotIn(Exception):
    """Whoever asks has not come in, or their session is over."""


class LinkGone(Exception):
    """The link is foreign, expired, used or revoked: nobody can tell the difference."""


class NoProof(Exception):
    """A form was sent without proof that it came from a page of ours."""


class TooMuch(Exception):
    """More was sent than the page takes."""


class TooOften(Exception):
    """Something was tried too often; *wait* says how long it is closed."""

    def __init__(self, wait: timedelta) -> None:
        """Keep how long to wait."""
        super().__init__()
        self.wait = wait


class Incomplete(Exception):
    """A form lacks something, or holds what is not understood; *problems* are said beside their fields."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        """Keep the sentence of each field."""
        super().__init__()
        self.problems = dict(problems)


class Outdated(Incomplete):
    """Somebody changed meanwhile what the form shows; *problems* say what is so now."""


class Stale(Exception):
    """A grave step wants fresh proof of who takes it; *wrong* says why the proof that was given is none."""

    def __init__(self, wrong: str = "") -> None:
        """Keep what was wrong."""
        super().__init__()
        self.wrong = wrong


class Quiet(Stale):
    """The confidential part was open in this browser, which was quiet for too long: the PIN is asked again."""
