"""What a letter bears on its outside tells of nobody that they spoke under seal."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.twins.cast import ONE, Cast, Seat, Story
from tests.twins.surfaces import lived

pytestmark = pytest.mark.slow

ADDRESS = f"{ONE}@voices.example"
TRUSTED = {"moderator@klein.example", "confidant@klein.example", "board@klein.example"}
LATE = Story(answered=12, disputed=True)
AT_RISK = Cast(one=Seat(judges_after=1), story=LATE)
BOLD = Cast(one=Seat(at_risk=False), other=Seat(at_risk=False), story=LATE)
OTHERS = ("seat-b@voices.example", "deniz@izmir-textiles.example")
"""Who reads the same language and says nothing, or says it openly; nobody here is at risk."""
SPOKEN = datetime(2022, 6, 16, 13, tzinfo=UTC)
BOUNCED = Cast(one=Seat(bounces=True, called_after=1))


def letters(cast: Cast, folder: Path, level: str = "sealed") -> Iterator[EmailMessage]:
    """Every letter of the life of *cast* in which the first speaks at this *level*."""
    with lived(cast, ONE, folder, level) as life:
        life.life.live()
        for post in life.life.mail.posts:
            yield post.email


def to(address: str, mails: Iterator[EmailMessage]) -> list[EmailMessage]:
    """Those of *mails* that go to *address*."""
    return [mail for mail in mails if address in str(mail["To"])]


@pytest.mark.parametrize("cast", [BOUNCED, AT_RISK], ids=["bounced", "late"])
def test_no_letter_about_a_sealed_voice_is_answered_to_the_manager(
    cast: Cast, tmp_path: Path
) -> None:
    about = [
        mail
        for mail in letters(cast, tmp_path)
        if any(one in str(mail["To"]) for one in TRUSTED) and _tells_of_a_seal(mail)
    ]
    assert about, "nobody of trust heard of a sealed voice"
    answered_to = {str(mail["Reply-To"]) for mail in about}
    assert not [one for one in answered_to if "manager@" in one]


def _tells_of_a_seal(mail: EmailMessage) -> bool:
    body = mail.get_body(("plain",))
    return body is not None and "vertrouwelijk" in body.get_content()


def test_every_letter_to_a_seat_at_risk_looks_alike(tmp_path: Path) -> None:
    found = to(ADDRESS, letters(AT_RISK, tmp_path))
    assert len(found) > 3
    outside = {(str(mail["Subject"]), str(mail["From"]), str(mail["Reply-To"])) for mail in found}
    assert len(outside) == 1, outside
    (subject, sender, reply_to), *_ = outside
    assert "Klein merk" not in subject + sender
    assert "@klein.example" not in reply_to
    for mail in found:
        kinds = {part.get_content_type() for part in mail.walk()}
        assert "text/calendar" not in kinds
        words = " ".join(p.get_content() for p in mail.walk() if p.get_content_maintype() == "text")
        assert "Regel c2" not in words
        assert "Door three" not in words
        assert "Klein merk" not in words


def test_no_subject_is_for_sealed_voices_alone(tmp_path: Path) -> None:
    found = list(letters(BOLD, tmp_path))
    theirs = [mail for mail in to(ADDRESS, iter(found)) if _sent(mail) > SPOKEN]
    others = [mail for one in OTHERS for mail in to(one, iter(found)) if _sent(mail) > SPOKEN]
    assert len(theirs) > 3
    assert others
    assert {str(mail["Subject"]) for mail in theirs} <= {str(mail["Subject"]) for mail in others}


def _sent(mail: EmailMessage) -> datetime:
    return parsedate_to_datetime(str(mail["Date"]))
