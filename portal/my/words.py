"""My-words page: each point, from what was said to what was done with it, and back to its speaker."""

from starlette.responses import Response

from portal.http.errors import Incomplete, NotFound
from portal.my.seat import mine
from portal.my.view import Mine
from portal.shared.witness_address import address_of
from portal.web.pages import get, post
from portal.web.request import Visit
from records.journal import journal
from states.language.catalogue import N_
from states.model.people import PARTICIPANT
from states.model.vocabulary import Step

_PAGE = "/my/words"
_YES_PARTLY_NO = ("yes", "partly", "no")


def show(visit: Visit) -> Response:
    """Everything that they said, and what became of it."""
    return visit.page("my/words.html", mine=mine(visit))


def check_line(visit: Visit) -> Response:
    """Confirm, correct or withdraw the line of the summary."""
    seen, verdict = mine(visit), visit.form.one("verdict")
    name = _own_point(visit, seen)
    if verdict not in {"confirmed", "corrected", "withdrawn"}:
        raise Incomplete({"verdict": visit._("Choose one.")})
    given = {"contribution": name, "verdict": verdict}
    if verdict == "corrected":
        given |= visit.need("text")
    visit.act(seen.dialogue.id, Step.CHECK_LINE, given)
    return visit.go(f"{_PAGE}#{name}", said="line")


def dispute(visit: Visit) -> Response:
    """*Not my point*: the answer to this one gets its own clock."""
    seen = mine(visit)
    name = _own_point(visit, seen)
    visit.act(seen.dialogue.id, Step.DISPUTE_ANSWER, {"contribution": name, **visit.need("reason")})
    return visit.go(f"{_PAGE}#{name}", said="dispute")


def ask_back(visit: Visit) -> Response:
    """A question about the answer, to judge it well; it has its own clock and counts no round."""
    seen = mine(visit)
    name = _own_point(visit, seen)
    given = {"contribution": name, **visit.need("question")}
    visit.act(seen.dialogue.id, Step.ASK_BACK, given)
    return visit.go(f"{_PAGE}#{name}", said="asked-back")


def _own_point(visit: Visit, seen: Mine) -> str:
    """The name of the contribution, if it is theirs; nobody can tell another's from none."""
    point = seen.point(visit.param("contribution"))
    if point is None:
        raise NotFound
    return point.source.id


def judge(visit: Visit) -> Response:
    """What they say of the answer, with their own success test beside it."""
    seen = mine(visit)
    voice = seen.voice(visit.param("voice"))
    if voice is None:
        raise NotFound
    given = visit.form.some("heard", "success_test", "comment")
    if given.get("heard") not in _YES_PARTLY_NO:
        raise Incomplete({"heard": visit._("Choose one.")})
    given["voice"] = voice.name
    visit.act(seen.dialogue.id, Step.GIVE_VERDICT, given, by=voice.name)
    return visit.go(f"{_PAGE}#verdict-{voice.name}", said="verdict")


def show_answer(visit: Visit) -> Response:
    """One answer as a letter, with the head of the journal: whoever keeps it is a witness."""
    seen = mine(visit)
    voice = seen.voice(visit.param("voice"))
    if voice is None or not voice.answered:
        raise NotFound
    head = journal.head(visit.site.house.engine, seen.dialogue.id)
    witnessed = address_of(visit.site, *head)
    return visit.page("my/answer.html", mine=seen, voice=voice, head=head, witnessed=witnessed)


PAGES = (
    get(_PAGE, show, PARTICIPANT, nav=N_("My words")),
    post("/my/words/{contribution}/line", check_line, PARTICIPANT, again=show),
    post("/my/words/{contribution}/question", ask_back, PARTICIPANT, again=show),
    post("/my/words/{contribution}/dispute", dispute, PARTICIPANT, again=show),
    post("/my/verdicts/{voice}", judge, PARTICIPANT, again=show),
    get("/my/answers/{voice}", show_answer, PARTICIPANT),
)
