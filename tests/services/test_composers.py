"""Letters written by a process beside the one that sends them: the same letters, and none lost or twice without it."""

import shutil
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar

import psutil
import pytest

from notifications.channels.channels import Post as Sent
from notifications.channels.smtp import Smtp
from services.composition import composer as module
from services.composition.briefs import LetterBrief, Letterhead, Subject, write_letter
from services.composition.composer import LOST, Composer, composers
from services.composition.frames import Frames
from services.delivery import round as rounds
from services.delivery.outbound import Mailroom
from services.delivery.round import deliver
from services.house import House
from states.language.languages import LANGUAGES
from states.model.dialogue import Dialogue
from states.model.vocabulary import Template
from tests.notifications.builders import notice
from tests.notifications.case import Case
from tests.notifications.cases import every_case
from tests.notifications.servers import HOST, Handler, mail_server
from tests.patience import PATIENCE, wait_for
from tests.services.conftest import NOW, Post, act, furnished, seat, statuses

pytestmark = pytest.mark.slow

HEAD = "dialoog@merk.example"
PAGES = "https://dialoog.example"
LETTERHEAD = Letterhead(HEAD, "Klein merk", "bounces@merk.example", verp=True)
PEOPLE = 60


@pytest.fixture(scope="module")
def composer() -> Iterator[Composer]:
    """A process that is ready to write."""
    with composers(LETTERHEAD, 1, 1) as (made,):
        wait_for(made.is_free)
        yield made


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a crowded machine a letter may take longer than a sender would wait for it."""
    monkeypatch.setattr(module, "_A_MOMENT", PATIENCE)


def alike(
    composer: Composer,
    briefs: Sequence[LetterBrief],
    dialogues: Mapping[str, Dialogue],
    now: datetime,
) -> int:
    """Have *briefs* written by the process, and compare each with what is written here; how many there were."""
    assert composer.order(briefs, dialogues, now)
    for brief in briefs:
        ours, theirs = write_letter(brief, dialogues, LETTERHEAD, now), composer.take(brief.name)
        assert theirs == ours, brief
        assert theirs is not None
        if ours.message.address:
            assert vars(theirs)["wire"] == ours.wire, (
                "it comes ready for the wire, the same to the byte"
            )
    return len(briefs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_is_the_same_to_the_byte(composer: Composer, language: str) -> None:
    cases = sorted(every_case(language), key=lambda one: one.now)
    written = Counter[str]()
    for now, of_then in groupby(cases, key=lambda one: one.now):
        some = list(of_then)
        alike(composer, *briefs_of(some), now)
        written.update(case.notice.template for case in some)

    assert set(written) == set(Template)


def briefs_of(cases: Sequence[Case]) -> tuple[list[LetterBrief], dict[str, Dialogue]]:
    named = [(f"letter-{number}", case) for number, case in enumerate(cases)]
    briefs = [
        LetterBrief(name, (Subject(case.notice, name, PAGES),), "5f2a9c31" * 8)
        for name, case in named
    ]
    return briefs, {name: case.dialogue for name, case in named}


def test_a_letter_of_several_notices_is_the_same_to_the_byte(composer: Composer) -> None:
    cases = [one for one in every_case("nl") if one.notice.template == Template.ANSWER_LATE_ALERT]
    home, now = cases[0].dialogue, cases[0].now
    owed = [one for one in home.duties.values() if one.kind == "answer-participant"]
    told = [notice("answer-late-alert", "manager", one, rung="+1wd") for one in owed]
    brief = LetterBrief("of-several", tuple(Subject(one, "home", PAGES) for one in told))

    assert len(told) > 1
    assert alike(composer, [brief], {"home": home}, now) == 1


def test_what_cannot_be_written_is_left_to_who_sends_it(composer: Composer) -> None:
    (case, *_) = every_case("en")
    nobody = case.notice.model_copy(update={"to": "nobody"})
    briefs = [
        LetterBrief(f"letter-{n}", (Subject(one, "home", None),))
        for n, one in enumerate((nobody, case.notice))
    ]

    assert composer.order(briefs, {"home": case.dialogue}, case.now)

    assert composer.take("letter-0") is None
    assert composer.take("letter-1") is not None


def test_a_dialogue_goes_over_once_in_each_version(
    composer: Composer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (case, *_) = every_case("en")
    changed = case.dialogue.copy()
    brief = LetterBrief("letter", (Subject(case.notice, "home", None),))
    sent = list[set[str]]()
    send = Frames.send

    def noted(frames: Frames, order: Any) -> None:  # noqa: ANN401
        sent.append(set(order.dialogues))
        send(frames, order)

    monkeypatch.setattr(Frames, "send", noted)
    for home in (case.dialogue, case.dialogue, changed):
        assert alike(composer, [brief], {"home": home}, case.now) == 1

    assert sent == [{"home"}, set(), {"home"}]


def processes() -> list[psutil.Process]:
    """Those that this one started to write letters."""
    return [one for one in psutil.Process().children() if writes(one)]


def writes(process: psutil.Process) -> bool:
    with suppress(psutil.Error):  # it has just ended
        return "services.composition.composer_process" in process.cmdline()
    return False


def test_they_end_with_the_process_that_sends() -> None:
    """However that one ends: the system closes its ends of the lines then."""
    before = processes()
    with composers(LETTERHEAD, 2, 4) as made:
        for one in made:
            wait_for(one.is_free)
        found = [one for one in processes() if one not in before]
        assert len(found) == 2
        for one in made:
            one.frames.line.close()
        assert [process.wait(PATIENCE) for process in found] == [0, 0]


@dataclass
class Doomed(Composer):
    """Is ready before the first letter; its process gets a *signal* at a certain moment."""

    at: ClassVar[str] = ""
    signal: ClassVar[int] = signal.SIGKILL
    took: ClassVar[Counter[str]] = Counter()
    spared: ClassVar[list[psutil.Process]] = []
    """Those that others started."""

    def order(self, *given: Any) -> bool:  # noqa: ANN401
        if not self.is_ready and not self.is_lost:
            self._hit("started")
            with suppress(EOFError, OSError):
                wait_for(self.is_free)
            self._hit("ready")
        taken = super().order(*given)
        self._hit("ordered")
        return taken

    def take(self, name: str) -> Sent | None:
        if self.took["asked"] >= 5:
            self._hit("half-way")
        post = super().take(name)
        self.took.update(asked=1, written=post is not None)
        return post

    def _hit(self, moment: str) -> None:
        if moment != self.at or self.is_lost:
            return
        for one in (found for found in processes() if found not in self.spared):
            one.send_signal(self.signal)
            if self.signal == signal.SIGKILL:
                one.wait(PATIENCE)


@pytest.fixture
def house(migrated_file: Path, tmp_path: Path) -> Iterator[House]:
    """Many wait to be invited, some of them without an address."""
    copy = shutil.copy(migrated_file, tmp_path / "weerklank.db")
    with furnished(f"sqlite:///{copy}", Post()) as made:
        made.deliver(NOW)
        for number in range(PEOPLE):
            name = f"p{number}"
            act(
                made,
                "map-stakeholder",
                **seat(name, f"{name}@people.example" if number % 7 else None),
            )
        act(made, "invite-all")
        yield made


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said = list[str]()

    class Said:
        def warning(self, event: str, **_: object) -> None:
            said.append(event)

    monkeypatch.setattr(module, "logger", lambda _: Said())
    return said


@pytest.fixture
def helped(monkeypatch: pytest.MonkeyPatch) -> type[Doomed]:
    """From the first letter on it pays."""
    monkeypatch.setattr(rounds, "PAYS", 1)
    monkeypatch.setattr(rounds, "cpu_count", lambda: 2)
    monkeypatch.setattr(module, "Composer", Doomed)
    monkeypatch.setattr(Doomed, "took", Counter[str]())
    monkeypatch.setattr(Doomed, "spared", processes())
    return Doomed


def all_went_once(house: House) -> None:
    """Deliver over real SMTP: each invitation arrives once, and nothing else is left."""
    handler = Handler()
    with mail_server(handler) as port:
        mail = partial(Smtp, HOST, port, "none")
        room = Mailroom(mail, HEAD, base_url=PAGES, batch=25, composers=2)
        report = deliver(house.engine, house.ledger, room, NOW, connections=2)
    invited = [one for (one,) in handler.recipients if one.endswith("@people.example")]
    assert sorted(Counter(invited).values()) == [1] * (PEOPLE - len(range(0, PEOPLE, 7)))
    assert (report.stopped, report.quarantined, report.failed) == (None, 0, 0)
    assert set(statuses(house).values()) == {"sent", "by-hand"}


@pytest.mark.parametrize("moment", ["started", "ready", "ordered", "half-way"])
def test_a_composer_that_is_killed_loses_and_doubles_nothing(
    house: House,
    helped: type[Doomed],
    warned: list[str],
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    monkeypatch.setattr(helped, "at", moment)

    all_went_once(house)

    assert set(warned) == {LOST}, "by each connection that had asked it for letters"
    if moment != "ordered":  # a letter may be faster than its end
        assert (helped.took["written"] > 0) is (moment == "half-way")


@pytest.mark.parametrize("moment", ["ready", "half-way"])
def test_a_composer_that_stands_still_delays_nothing(
    house: House,
    helped: type[Doomed],
    warned: list[str],
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    monkeypatch.setattr(helped, "at", moment)
    monkeypatch.setattr(helped, "signal", signal.SIGSTOP)
    monkeypatch.setattr(module, "_A_MOMENT", 0.001)
    monkeypatch.setattr(module, "_TOO_LONG", -1)

    all_went_once(house)

    assert set(warned) == {LOST}


def test_a_composer_that_cannot_start_is_done_without(
    house: House, helped: type[Doomed], warned: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    all_went_once(house)

    assert helped.took["written"] == 0
    assert set(warned) == {LOST}


def test_one_process_writes_for_several_connections(
    house: House, helped: type[Doomed], warned: list[str]
) -> None:
    all_went_once(house)

    assert helped.took["written"] > PEOPLE // 2
    assert warned == []


@pytest.mark.parametrize("given", [(0, 2, 2), (1, 2, 2), (4, 1, 2), (4, 2, 1)])
def test_where_it_does_not_pay_none_is_started(
    house: House,
    helped: type[Doomed],
    monkeypatch: pytest.MonkeyPatch,
    given: tuple[int, int, int],
) -> None:
    most, processors, connections = given
    monkeypatch.setattr(rounds, "cpu_count", lambda: processors)
    house.mailroom = Mailroom(Post, HEAD, composers=most)

    assert house.deliver(NOW, connections=connections).sent > 0
    assert helped.took == {}
