"""Letters as an editor reads them aloud: one language, one of everything, whole dates, and words that fit who hears."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from html.parser import HTMLParser

import pytest

from notifications.language.filters import aside
from notifications.language.words import isolate, land, listing, short_date, tables
from notifications.letters.account import AboutAccount, account_message
from notifications.letters.compose import Message, compose, words_to_pass_on
from notifications.views.names import addressee, own_title
from states.checks.checks import RULES
from states.language.languages import LANGUAGES
from states.language.messages import show_value
from states.model.people import PARTICIPANT, Role
from tests.machine_words import machine_words
from tests.notifications.builders import ALERTED, dialogue, notice, programme
from tests.notifications.case import Case, at_risk
from tests.notifications.cases import every_case
from tests.notifications.letters_of_many import invitations, late
from tests.notifications.test_plain_words import FORBIDDEN

BOTH = pytest.mark.parametrize("language", LANGUAGES)
_SMALL = {
    "nl": r"het|een|wij|uw|niet|voor|wat|zijn|heeft|wordt|dat|deze|dit|naar|bij",
    "en": r"the|and|you|your|with|what|from|that|this|has|have|are|will|by",
    "tr": r"ve|bir|bu|için|size|sizin|ile|ne|ya da|günü|kadar|değil|olan|siz",
}
"""Small words of a language, none of which another has."""
_SECOND = {"nl": r"\b(?:u|uw)\b", "en": r"\byou(?:r|rs)?\b"}
"""How a person is spoken to; a language that speaks to participants alone says nothing *of* them."""
_ADDRESSED = re.compile(
    r"op dit bericht|to this message|bu mesajı yanıt|agenda zit|calendar comes|mesajın ekinde|https?://|\S@\S"
)
"""What only somebody can do who reads the letter as an email."""


_WRITTEN = (
    "U vroeg om een jaartal en een bedrag. Het jaartal staat er nu.",
    "Jaartal 2026 is opgenomen; het bedrag volgt per fabriek.",
    "Wij streven naar leefbaar loon.", "In 2026 betalen tien leveranciers dat.",
    "Het besluit is er nog niet.", "Dit ging niet over mijn punt.", "De onderzoeksvraag is breder.",
    "De wet vraagt dit.", "Een jaartal en een bedrag in de strategie.", "Wij verwachten een tijdpad.",
    "Rapport van 31 leveranciers.", "Geen tijd.",
)  # fmt: skip
"""What the people of the made dialogue wrote beside its points."""


class _Ours(HTMLParser):
    """What a page says in its own language: without what is marked as somebody's in another."""

    def __init__(self, page: str, language: str) -> None:
        super().__init__()
        self.language, self.hidden, self.said = language, 0, list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        foreign = dict(attrs).get("lang") not in {None, self.language}
        if tag in {"blockquote", "span"} and (foreign or self.hidden):
            self.hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in {"blockquote", "span"} and self.hidden:
            self.hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.said.append(data)


def _written(case: Case) -> Message:
    """In its own words."""
    url = "https://dialoog.example"
    return compose(case.notice, case.dialogue, now=case.now, base_url=url, whole=True)


def _mailed(case: Case) -> Message:
    return compose(case.notice, case.dialogue, now=case.now, base_url="https://dialoog.example")


@lru_cache(maxsize=2)
def _cases(language: str) -> list[tuple[Case, Message]]:
    return [(case, _written(case)) for case in every_case(language)]


@lru_cache(maxsize=2)
def _neutral(language: str) -> list[tuple[str, Message]]:
    """What is mailed to readers at risk."""
    mailed = ((case.name, _mailed(at_risk(case))) for case in every_case(language))
    return [(f"{name}, at risk", message) for name, message in mailed if message.discreet]


@lru_cache(maxsize=2)
def _letters(language: str) -> list[tuple[str, Message]]:
    """All letters, those of many notices as well."""
    home = dialogue(language)
    return [
        *((case.name, message) for case, message in _cases(language)),
        ("many, late", late(home)),
        ("many, late, sponsor", late(home, "sponsor", "people-are-waiting")),
        ("many, to do", invitations(home)),
        *_about_access(language),
        *_neutral(language),
    ]


def _about_access(language: str) -> Iterator[tuple[str, Message]]:
    """Letters about somebody's own sign-in."""
    changes = ("password", "codes", "set-up", "passkey-added", "passkey-removed", "handed-over")
    for template, said in (("new-sign-in", ""), *(("sign-in-changed", one) for one in changes)):
        for role in ("manager", "board"):
            address = f"{role}@merk.example"
            about = AboutAccount(
                template, role, "Karin Smit", address, language, said, "Firefox", ALERTED
            )
            url = "https://dialoog.example"
            yield said, account_message(about, programme(language), now=ALERTED, base_url=url)


def _ours(message: Message) -> str:
    """The letter without quotations, unwrapped."""
    lines = [line for line in message.text.splitlines() if not line.startswith(">")]
    return " ".join(" ".join(lines).split())


def _theirs(language: str) -> list[str]:
    """What people of the made dialogue wrote, and their names, the longest first."""
    home = dialogue(language)
    seats = [text for s in home.stakeholders.values() for text in (s.name, s.organisation)]
    points = [text for c in home.contributions.values() for text in (c.text, c.line or "")]
    promised = [c.what for c in home.commitments.values()]
    holders = [person.name for person in home.programme.roles.values()]
    told = [str(value) for value in home.information.model_dump().values()]
    told += [*home.lessons, *(home.agenda_changes or "").splitlines(), *_WRITTEN]
    told += [one.reason for one in home.overrides.values()]
    found = {text.rstrip(".") for text in (*seats, *points, *promised, *holders, *told) if text}
    return sorted(found, key=len, reverse=True)


@BOTH
def test_letters_of_many_and_of_ones_own_access_are_plain_too(language: str) -> None:
    for name, message in _letters(language):
        told = " ".join(f"{message.subject} {message.text}".casefold().split())
        stiff = FORBIDDEN.get(message.language, ())
        assert not [word for word in stiff if word in told], name


@BOTH
def test_a_letter_speaks_one_language(language: str) -> None:
    theirs = _theirs(language)
    for name, message in _letters(language):
        told = " ".join(" ".join(_Ours(message.html, message.language).said).split())
        for text in theirs:
            told = re.sub(re.escape(text), "…", told, flags=re.IGNORECASE)
        others = [words for other, words in _SMALL.items() if other != message.language]
        assert not re.findall(rf"\b(?:{'|'.join(others)})\b", told), f"{name}: {told}"


@BOTH
def test_no_letter_says_a_sentence_twice(language: str) -> None:
    for name, message in _letters(language):
        sentences = Counter(re.findall(r"[^.?!:]{30,}[.?!]", _ours(message)))
        assert not [one for one, times in sentences.items() if times > 1], name


@lru_cache
def _said_of_many(language: str) -> list[str]:
    """What is wrong of one thing: in Turkish nothing is, a noun stays as it is behind a number."""
    both = [
        (entry.number(1, language).format(n=1), entry.number(2, language).format(n=1))
        for entry in tables()["count"].values()
    ]
    return [re.escape(many) for one, many in both if many != one] or ["(?!)"]


@BOTH
def test_one_is_one_and_many_are_many(language: str) -> None:
    for name, message in _letters(language):
        told = f"{message.subject} {_ours(message)}"
        many = "|".join(_said_of_many(message.language))
        assert not re.findall(rf"(?<!\d)(?:{many})\b", told), name
        assert not re.findall(r"\w\((?:s|en|n)\)", told), name


def _months(language: str) -> list[str]:
    """The names of the months."""
    return [short_date(date(2022, month, 1), language).split()[1] for month in range(1, 13)]


@BOTH
def test_every_day_has_its_year(language: str) -> None:
    for name, message in _letters(language):
        months = "|".join(_months(message.language))
        day = re.compile(rf"\b\d{{1,2}} (?:{months})\b(?! \d{{4}})")
        assert not day.findall(f"{message.subject} {_ours(message)}"), name


@BOTH
def test_letters_are_set_with_care(language: str) -> None:
    """No brackets within brackets, no marks of a markup, no space before a stop, no stop after a stop."""
    odd = re.compile(r"\([^()]*\(|(?<!\w)\*\w|\{\{| [,.;:?!](?!\w)|\.\.(?!\.)|: :|\(\)| {2,}")
    for name, message in _letters(language):
        assert not odd.findall(f"{message.subject}\n{_ours(message)}"), name


@BOTH
def test_participants_read_no_short_name(language: str) -> None:
    for case, message in _cases(language):
        if case.notice.role != PARTICIPANT:
            continue
        home = case.dialogue
        ids = {*home.contributions, home.id, "union-bd", "factory-tr"}
        assert not machine_words(f"{message.subject}\n{_ours(message)}", language, ids), case.name


@BOTH
def test_an_answer_comes_before_what_it_answers(language: str) -> None:
    for case, message in _cases(language):
        if case.notice.template not in {"answer", "dispute-settled"}:
            continue
        quoted = [line for line in message.text.splitlines() if line.startswith(">")]
        points = [c for c in case.dialogue.contributions.values() if c.id == "c1"]
        answers = [text for c in points for text in (c.settlement, c.answer) if text]
        assert not answers or any(quoted[0].removeprefix("> ")[:20] in one for one in answers)


@BOTH
def test_what_is_read_out_asks_for_nothing_that_needs_an_email(language: str) -> None:
    """Also of somebody whose address is known and does not work."""
    for case in every_case(language):
        if case.notice.role != PARTICIPANT or case.notice.template in {"new-link", "way-replaced"}:
            continue
        text = words_to_pass_on(case.notice, case.dialogue, "moderator", case.now) or ""
        told = re.sub(
            r"\S+ (?:bereiken via|at|ulaşabilirsiniz:) \S+@\S+", "", " ".join(text.split())
        )
        assert not _ADDRESSED.findall(told), f"{case.name}: {told}"


def test_who_brings_a_message_is_told_and_not_a_mailbox() -> None:
    home = dialogue("en")
    case = next(case for case in every_case("en") if case.name == "by hand no-mail")
    text = " ".join(_written(case).text.replace(">", "").split())
    assert "You can tell whoever brings you this message." in text
    manager = home.programme.roles[Role.MANAGER].model_copy(update={"phone": "+31205550111"})
    roles = home.programme.roles | {Role.MANAGER: manager}
    called = replace(home, programme=home.programme.model_copy(update={"roles": roles}))
    text = " ".join(_written(replace(case, dialogue=called)).text.replace(">", "").split())
    assert "message, or Karin Smit, the responsible manager: +31205550111." in text


def test_what_is_said_of_somebody_is_not_said_to_them() -> None:
    """Each label of a step and of a message has two forms: to the person, and of the person to a third."""
    asked = {c.notice.template for c in every_case("en") if c.notice.role == PARTICIPANT}
    assert set(tables()["message-to"]) == asked
    assert asked <= set(tables()["message"])
    assert set(tables()["recorded-of"]) == set(tables()["recorded"])
    for table in ("message", "recorded-of"):
        for key, entry in tables()[table].items():
            assert not [k for k, said in _SECOND.items() if re.search(said, entry[k])], key


@pytest.mark.parametrize(
    ("code", "nl", "en"),
    [
        ("NL", "Nederland", "the Netherlands"),
        ("GB", "het Verenigd Koninkrijk", "the United Kingdom"),
        ("US", "de Verenigde Staten", "the United States"),
        ("PH", "de Filipijnen", "the Philippines"),
        ("MV", "de Maldiven", "the Maldives"),
        ("DO", "de Dominicaanse Republiek", "the Dominican Republic"),
        ("BD", "Bangladesh", "Bangladesh"),
    ],
)
def test_a_country_in_a_sentence_has_its_article(code: str, nl: str, en: str) -> None:
    assert (land(code, "nl"), land(code, "en")) == (nl, en)


def test_an_aside_has_no_brackets_of_its_own() -> None:
    assert aside("contribution c2 – Voice A (confidential)") == (
        " (contribution c2 – Voice A, confidential)"
    )
    assert aside(None) == ""


def test_a_point_is_called_by_its_place_among_theirs() -> None:
    home = dialogue("en")
    first = home.contributions["c1"]
    second = first.model_copy(update={"id": "c9"})
    both = replace(home, contributions=home.contributions | {"c9": second})
    assert own_title(home, first, "en") == "your point"
    assert own_title(both, second, "en") == "your point 2"


def test_what_did_not_work_out_is_never_said_as_if_it_had() -> None:
    """Beneath those words a rule said as a sentence, *management was present*, reads as the opposite of what is so."""
    soft = {rule.name for rule in RULES if rule.strength == "soft"}
    assert soft <= set(tables()["departure"])
    for name in soft - {"home-share"}:
        told, rule = tables()["departure"][name], tables()["check"][name]
        assert not re.search(r"\b(?:is|zijn|heeft|zitten|spreken|staan|gaat)\b", told["nl"]), name
        assert re.match(r"\w+ing\b", told["en"]), name
        assert not {told["nl"], told["en"]} & {rule["nl"], rule["en"]}


def test_a_list_of_people_keeps_each_with_their_organisation() -> None:
    assert listing(["a", "b", "c"], "en") == "a, b and c"
    assert listing(["Ann, Union", "Bo, NGO"], "nl") == "Ann, Union; Bo, NGO"
    assert show_value(["Ann, Union", "Bo"], "nl") == "Ann, Union; Bo"
    assert show_value(["c1", "c2"], "nl") == "c1, c2"


def test_a_name_from_right_to_left_turns_no_number_beside_it() -> None:
    """A telephone number behind an Arabic name would otherwise be read from its end."""
    name, company = "سميرة الحداد", "شركة الملابس"
    home = dialogue("en")
    seat = home.stakeholders["ngo"].model_copy(update={"name": name, "organisation": company})
    manager = home.programme.roles[Role.MANAGER].model_copy(
        update={"name": name, "phone": "+31205550111"}
    )
    named = home.programme.model_copy(
        update={"company": company, "roles": home.programme.roles | {Role.MANAGER: manager}}
    )
    turned = replace(home, stakeholders=home.stakeholders | {"ngo": seat}, programme=named)
    text = compose(
        notice("answer-is-late", "investor", home.duties["answer-participant/investor"]),
        turned,
        now=ALERTED,
    ).text.replace("\n", " ")
    assert f"\u2068{company}\u2069" in text
    assert f"reach \u2068{name}\u2069 at manager@merk.example and +31205550111" in text
    assert addressee(turned, "no-mail", "en") == "Oma Jansen, Buurtcomité"
    assert isolate("Nora de Vries") == "Nora de Vries"


def test_each_paragraph_of_a_quotation_runs_in_its_own_direction() -> None:
    case = next(case for case in every_case("en") if case.name == "answer")
    home = case.dialogue
    said = home.contributions["c1"].model_copy(
        update={"text": "يجب أن يدفع.\nBefore 2026, please."}
    )
    page = _written(replace(case, dialogue=replace(home, contributions={"c1": said}))).html
    assert (
        len(re.findall(r'<p dir="auto"[^>]*>(?:يجب أن يدفع\.|Before 2026, please\.)</p>', page))
        == 2
    )


def test_a_participant_elsewhere_reads_when_it_is_on_their_clock() -> None:
    home = dialogue("nl")
    told = compose(notice("invitation", "union-bd"), home, now=ALERTED, whole=True).text
    told = told.replace("\n", " ")
    assert "13:00 uur, tijd in Amsterdam (11:00 UTC); in Dhaka is het dan 17:00 uur." in told
    at_risk = home.stakeholders["union-bd"].model_copy(update={"at_risk": True})
    guarded = replace(home, stakeholders=home.stakeholders | {"union-bd": at_risk})
    for whole in (True, False):
        sealed = compose(notice("summary-to-check", "sealed-1"), guarded, now=ALERTED, whole=whole)
        assert "Dhaka" not in sealed.text
    assert "Dhaka" not in compose(notice("invitation", "ngo"), home, now=ALERTED).text
