"""The e-mail that a message becomes."""

from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.channels import PermanentFailure, Post
from notifications.channels.email import to_bytes, to_email, to_wire
from notifications.letters.compose import Message, compose
from notifications.views.names import Contact
from states.language.languages import LANGUAGES
from states.values.addresses import on_the_wire
from tests.notifications.builders import ALERTED, dialogue, notice
from tests.notifications.cases import SEALED, every_case

SENDER = "dialoog@weerklank.example"
REFUSED = r"CR or LF|linefeed|[Hh]eader"


@pytest.fixture
def message() -> Message:
    return compose(notice("invitation", "ngo"), dialogue(), now=ALERTED)


def mail_of(message: Message, message_id: str = "notice-12@weerklank.example") -> EmailMessage:
    return to_email(message, sender=SENDER, message_id=message_id, sender_name="Dialoog, merk")


def received(message: Message, message_id: str = "notice-12@weerklank.example") -> EmailMessage:
    return message_from_bytes(to_bytes(mail_of(message, message_id)), policy=policy.default)


def words(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")


def test_headers_are_as_they_should_be(message: Message) -> None:
    mail = received(message)
    assert {name: str(mail[name]).strip() for name in mail if name[:2] not in {"MI", "Re"}} == {
        "From": f"Dialoog merk <{SENDER}>",
        "To": "Nora de Vries <ngo@deelnemer.example>",
        "Subject": message.subject,
        "Date": "Fri, 09 Sep 2022 08:00:00 +0200",
        "Message-ID": "<notice-12@weerklank.example>",
        "In-Reply-To": str(mail["References"]),
        "Auto-Submitted": "auto-generated",
        "X-Weerklank-Letter": "notice-12",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "Content-Type": str(mail["Content-Type"]),
        "Content-Language": "nl",
    }
    assert str(mail["Reply-To"]) == "Karin Smit <manager@merk.example>"


def test_one_moment_has_the_date_of_each_zone(message: Message) -> None:
    in_dhaka = replace(message, at=message.at.astimezone(ZoneInfo("Asia/Dhaka")))
    dates = [received(one)["Date"] for one in (message, in_dhaka, message)]
    home = "Fri, 09 Sep 2022 08:00:00 +0200"
    assert dates == [home, "Fri, 09 Sep 2022 12:00:00 +0600", home]


def test_text_comes_first_then_page_then_calendar(message: Message) -> None:
    mail = received(message)
    parts = list(mail.iter_parts())
    assert [part.get_content_type() for part in parts] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert parts[2]["Content-Type"].params["method"] == "REQUEST"
    assert words(mail) == message.text


def test_one_thread_for_a_person_and_a_dialogue(message: Message) -> None:
    later = compose(notice("agenda-echoed", "ngo"), dialogue(), now=ALERTED)
    other = compose(notice("agenda-echoed", "worker"), dialogue(), now=ALERTED)
    first, second, third = (
        received(message),
        received(later, "notice-13@x.example"),
        received(other),
    )
    assert first["References"] == second["References"] == second["In-Reply-To"]
    assert first["Message-ID"] != second["Message-ID"]
    assert third["References"] != first["References"]


def test_all_attempts_send_the_same_bytes(message: Message) -> None:
    assert to_bytes(mail_of(message)) == to_bytes(mail_of(message))


def test_under_seal_the_sender_is_neutral() -> None:
    home = dialogue()
    sealed = compose(notice("answer-is-late", "sealed-1", home.duties[SEALED]), home, now=ALERTED)
    mail = received(sealed)
    assert str(mail["From"]) == f"Weerklank <{SENDER}>"
    assert str(mail["To"]) == "rahima@solidarity-union.example"
    assert mail["Reply-To"] is None
    assert "sealed" not in "".join(str(mail[name]) for name in mail)


@pytest.mark.parametrize("text", ["a\r\nBcc: victim@example.org", "a\nBcc: x@example.org"])
def test_a_line_break_in_a_header_is_refused(message: Message, text: str) -> None:
    for broken in (
        replace(message, subject=text),
        replace(message, language=text),
        replace(message, name=text),
        replace(message, address=f"{text}@example.org"),
        replace(message, reply_to=Contact(text, "manager", "m@example.org", None)),
    ):
        with pytest.raises(ValueError, match=REFUSED):
            to_bytes(mail_of(broken))
    with pytest.raises(ValueError, match=REFUSED):
        to_bytes(mail_of(message, text))
    with pytest.raises(PermanentFailure, match="mail-not-valid"):
        _ = Post(replace(message, name=text), SENDER, "a@b.example").email


def test_without_an_address_there_is_no_mail(message: Message) -> None:
    with pytest.raises(ValueError, match="no e-mail address"):
        mail_of(replace(message, address=None))


def test_a_server_that_takes_seven_bits_gets_seven_bits(message: Message) -> None:
    mail = mail_of(replace(message, text="Eén café\n"))
    assert not to_bytes(mail).isascii()
    narrow = to_bytes(mail, eight_bits=False)
    assert narrow.isascii()
    assert words(message_from_bytes(narrow, policy=policy.default)) == "Eén café\n"


def test_endless_lines_are_folded(message: Message) -> None:
    lines = to_bytes(mail_of(replace(message, html="é" * 3000))).split(b"\r\n")
    assert max(map(len, lines)) < 998


def test_addresses_in_other_letters(message: Message) -> None:
    assert on_the_wire("info@bücher.example") == "info@xn--bcher-kva.example"
    mail = mail_of(replace(message, address="info@bücher.example"))
    assert b"info@xn--bcher-kva.example" in to_bytes(mail)
    strange = Post(replace(message, address="jörg@bücher.example"), SENDER, "a@b.example")
    with pytest.raises(PermanentFailure, match="mail-not-valid"):
        _ = strange.email


def test_a_domain_that_the_old_standard_took_for_another_one_is_its_own() -> None:
    assert on_the_wire("info@faß.example") == "info@xn--fa-hia.example"


@pytest.mark.parametrize("mark", ["\u2028", "\u2029"])
def test_a_mark_that_ends_a_line_for_the_library_alone_is_a_space(
    message: Message, mark: str
) -> None:
    odd = replace(message, name=f"Eve{mark}Adam")
    assert received(odd)["To"].addresses[0].display_name == "Eve Adam"
    assert wire_of(odd) == to_bytes(mail_of(odd))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_quick_way_writes_what_the_library_writes(language: str) -> None:
    for case in every_case(language):
        message = compose(case.notice, case.dialogue, now=case.now, base_url="https://x.example")
        if message.address is not None:
            assert wire_of(message) == to_bytes(mail_of(message)), case.name


@given(
    name=st.text(max_size=90),
    local=st.from_regex(r"[A-Za-z0-9_+.'-]{1,70}", fullmatch=True),
    subject=st.text(max_size=130),
    body=st.text(min_size=1) | st.integers(900, 1100).map(lambda number: "é" * number),
    number=st.from_regex(r"notice-[0-9a-f]{1,60}@merk\.example", fullmatch=True),
)
def test_whatever_people_are_called_the_quick_way_is_the_librarys(
    name: str, local: str, subject: str, body: str, number: str
) -> None:
    message = compose(notice("invitation", "ngo"), dialogue(), now=ALERTED)
    odd = replace(
        message,
        name=name,
        address=f"{local}@deelnemer.example",
        subject=subject,
        text=body,
        html=body,
        reply_to=Contact(name, "manager", "manager@merk.example", None),
    )
    assert outcome(wire_of, odd, number) == outcome(mail_bytes, odd, number)


def wire_of(message: Message, message_id: str = "notice-12@weerklank.example") -> bytes:
    return to_wire(message, sender=SENDER, message_id=message_id, sender_name="Dialoog, merk")


def mail_bytes(message: Message, message_id: str) -> bytes:
    return to_bytes(mail_of(message, message_id))


def outcome(write: Callable[[Message, str], bytes], message: Message, number: str) -> bytes | str:
    """The mail, or that there can be none."""
    try:
        return write(message, number)
    except (ValueError, MessageError, IndexError):
        return "refused"
