"""Request context: who asks, what they sent, what time it is, and how a page is made for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from portal.http.accept_language import wished_language
from portal.http.browsers import browser_of
from portal.http.errors import Incomplete, NotFound, TooOften
from portal.http.forms import GivenBack, Typed
from portal.http.security_headers import policy_with
from portal.http.static_files import integrity
from portal.web import template_engine
from portal.web.actors import Visitor
from portal.web.element_marks import FormMarks
from portal.web.routes import RouteRow
from portal.web.seals.opened_seals import is_unsealed, unseal_of
from portal.web.seats import require_own_act, seat_of
from portal.web.sessions import GUEST, Known, form_token, new_guest, set_cookie
from portal.web.site import Site
from records.access.accounts import count_try
from records.access.idempotent_forms import SentForm
from records.ledger import Receipt
from records.seals.keys import Unseal
from states.language.catalogue import translate
from states.language.errors import NotKnown
from states.language.languages import LANGUAGES
from states.model.dialogue import Dialogue
from states.model.people import Helper, Stakeholder
from states.model.vocabulary import Step
from states.privacy.reader_view import view
from states.privacy.readers import Eyes, Reader
from states.values.values import TEXT_LIMIT

SAID = "weerklank-said"
"""The cookie that carries one word of ours over a redirect: what was just done."""


@dataclass
class Visit:
    """One request. Handlers get it, ask it, and return what its methods make."""

    site: Site
    request: Request
    route: RouteRow
    now: datetime
    again: "Callable[[Visit], Response] | None" = None
    """The page that shows the form again when it is refused."""
    form: Typed = field(default_factory=Typed)
    known: Known | None = None
    actor: Visitor | None = None
    refused: str | None = None
    so: str | None = None
    """What is so already of what was asked, in the reader's language: no error."""
    problems: Mapping[str, str] = field(default_factory=dict)
    given_back: GivenBack | None = None
    """What was typed into a form that did nothing."""
    went: SentForm | None = None
    marks: FormMarks = field(default_factory=FormMarks)
    """What the forms of the page hold before anybody types."""
    probing: bool = False
    """Whether the page is made only to see what its forms would show."""
    status: int = 200

    # who and what is asked

    @cached_property
    def language(self) -> str:
        """The language of the page: as chosen, as the person reads, or as the browser asks; one of `languages`."""
        chosen = self.request.cookies.get(self.site.cookie("language"))
        reads = self.actor.reads if self.actor else None
        asks = self.request.headers.get("accept-language")
        return wished_language(chosen, reads, asks, self.languages)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the pages that are open to whoever looks."""
        return self.actor.languages if self.actor else LANGUAGES

    @property
    def path(self) -> str:
        """The path that was asked for, without the name of the site."""
        return quote(self.request.scope["path"], safe="/:@,;=+$!*'()~-._")

    @property
    def here(self) -> str:
        """The page that was asked for, with what stands behind the question mark."""
        return f"{self.path}?{self.request.url.query}" if self.request.url.query else self.path

    def param(self, name: str) -> str:
        """A part of the path, named in the route table."""
        return str(self.request.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        """What stands behind the question mark under *name*."""
        return self.request.query_params.get(name, default)[:200]

    def query_whole(self, name: str) -> str:
        """The same at its full length, for what another site sends back."""
        return self.request.query_params.get(name, "")[:4096]

    @property
    def me(self) -> Visitor:
        """Who asks; the route table sees to it that somebody does."""
        if self.actor is None:
            raise NotFound
        return self.actor

    @property
    def unsealed(self) -> bool:
        """Whether the confidential part of a participant's pages is open in this browser, by PIN or by a code."""
        return is_unsealed(self.site, self.request, self.known)

    @cached_property
    def unseal(self) -> Unseal:
        """What opens the seals that a key, or a code, in this browser opens."""
        return unseal_of(self.site, self.request, self.known, self.site.door_time())

    # reading

    def dialogue(self, dialogue_id: str) -> Dialogue:
        """The dialogue as the role that asks may know it. Raises NotFound where it is not there, or not of theirs."""
        if self.me.capacity.kind != "role":
            raise NotFound
        try:
            found = self.site.house.ledger.read(dialogue_id)
        except NotKnown:
            raise NotFound from None
        if found.programme.id != self.me.programme.id:
            raise NotFound
        return view(self.unseal(found), Reader.by_name(self.me.name), self.language)

    def dialogue_ids(self) -> list[str]:
        """The dialogues of the programme, in the order of their editions."""
        return self.site.house.ledger.dialogue_ids(self.me.programme.id)

    def mine(self) -> tuple[Dialogue, Stakeholder]:
        """The dialogue of the participant who asks, with their own seal after their PIN, and themselves in it."""
        return seat_of(self.site, self.me.capacity, unsealed=self.unsealed, unseal=self.unseal)

    def helping(self) -> tuple[Dialogue, Helper]:
        """The dialogue of the helper who asks, without what is under seal, and themselves."""
        capacity = self.me.capacity
        if capacity.kind != "helper" or capacity.dialogue_id is None:
            raise NotFound
        found = self.site.house.ledger.read(capacity.dialogue_id)
        seen = view(found, Reader(Eyes.HELPER, capacity.who), self.language)
        return seen, found.helpers[capacity.who]

    # changing

    def act(
        self, dialogue_id: str, step: Step, given: Mapping[str, Any], *, by: str | None = None
    ) -> Receipt:
        """
        Let whoever asks take *step*: the one door for change. Raises Refused, which shows the form again.

        *by* is for participants alone, who may speak under their own pseudonym.
        """
        ledger, name, seat = self.site.house.ledger, by or self.me.by, self.me.capacity
        self._require_mine(dialogue_id)
        require_own_act(
            self.site, seat, step, given, name, unsealed=self.unsealed, unseal=self.unseal
        )
        return ledger.act(dialogue_id, step, given, by=name, now=self.now, unseal=self.unseal)

    def act_all(
        self,
        dialogue_id: str,
        step: Step,
        givens: Sequence[Mapping[str, Any]],
        *,
        expected_revision: int | None = None,
    ) -> None:
        """Take *step* once for each of *givens*, all of it or nothing; without any, nothing happens."""
        self._require_mine(dialogue_id)
        if givens:
            self.site.house.ledger.act_all(
                dialogue_id,
                step,
                givens,
                by=self.me.by,
                now=self.now,
                expected_revision=expected_revision,
                unseal=self.unseal,
            )

    def _require_mine(self, dialogue_id: str) -> None:
        """Raise NotFound for a dialogue that is not of whoever asks; the rest is for the law."""
        capacity = self.me.capacity
        is_role = capacity.kind == "role"
        theirs = self.dialogue_ids() if is_role else [capacity.dialogue_id]
        if dialogue_id not in theirs:
            raise NotFound

    # the form

    def typed(self, at: str, name: str, otherwise: object = "") -> str:
        """What was typed into field *name* of the form that is sent to *at*; *otherwise* when it was not sent."""
        return (
            self.form.one(name) if self._is_at(at) else str("" if otherwise is None else otherwise)
        )

    def _is_at(self, at: str) -> bool:
        return self.request.method == "POST" and at == self.path and not self.probing

    def ticked(self, at: str, name: str, otherwise: object = ()) -> tuple[str, ...]:
        """What was ticked under *name* in the form that is sent to *at*."""
        if self._is_at(at):
            return self.form.many(name)
        return tuple(otherwise) if isinstance(otherwise, list | tuple | set) else (str(otherwise),)

    def need(self, *names: str) -> dict[str, str]:
        """The texts of fields that may not be empty or too long. Raises Incomplete with a sentence for each."""
        long = self._("This is too long: at most %(most)s characters.", most=TEXT_LIMIT)
        typed = {name: self.form.one(name) for name in names}
        problems = {name: long for name, text in typed.items() if len(text) > TEXT_LIMIT}
        problems |= {name: self._("Please fill this in.") for name in names if not typed[name]}
        if problems:
            raise Incomplete(problems)
        return self.form.some(*names)

    def slow_down(self, what: str, *, most: int, window: Any) -> None:  # noqa: ANN401 - a timedelta
        """Count one try of *what*. Raises TooOften beyond *most* in one *window*."""
        engine = self.site.house.engine
        wait = count_try(engine, what, self.site.door_time(), most=most, window=window)
        if wait is not None:
            raise TooOften(wait)

    @property
    def origin(self) -> str:
        """From which address the request came: only ever counted, never kept."""
        return self.request.client.host if self.request.client else "unknown"

    @property
    def browser(self) -> str:
        """What kind of browser this is, in two words."""
        return browser_of(self.request.headers.get("user-agent", ""))

    # answering

    def _(self, source: str, **named: object) -> str:
        """*source* in the reader's language, with what is *named* in its places."""
        return translate("pages", self.language, source) % named

    def pgettext(self, about: str, source: str, **named: object) -> str:
        """The same for a *source* that says two things: *about* tells which."""
        return translate("pages", self.language, source, about) % named

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which days are shown."""
        return ZoneInfo(self.actor.programme.time_zone if self.actor else "UTC")

    @cached_property
    def _secret(self) -> tuple[str, bool]:
        """The secret that signs this browser's forms, and whether it is new to the browser."""
        if self.known:
            return self.known.session.secret, False
        guest = self.request.cookies.get(self.site.cookie(GUEST), "")
        return (guest, False) if guest else ("", True)

    def page(self, template: str, **context: object) -> Response:
        """The page *template* with *context*; after a refusal it says why."""
        response = HTMLResponse(status_code=self.status)
        secret, new = self._secret
        secret = new_guest(self.site, response) if new else secret
        if script := context.get("script"):
            response.headers["content-security-policy"] = policy_with(integrity(str(script)))
        said = self.request.cookies.get(self.site.cookie(SAID))
        if said:
            response.delete_cookie(self.site.cookie(SAID), path="/", secure=self.site.secure)
        frame = {
            "visit": self,
            "language": self.language,
            "zone": self.zone,
            "now": self.now,
            "token": form_token(secret),
            "said": said,
        }
        response.body = template_engine.render(template, {**frame, **context}).encode()
        response.headers["content-length"] = str(len(response.body))
        return response

    def go(self, path: str, said: str | None = None) -> Response:
        """Send the browser on to *path* of this site, where *said* (a word of `words.toml`) tells what was done."""
        self.went = SentForm(path, said)
        response = RedirectResponse(path, status_code=303)
        if said:
            set_cookie(self.site, response, SAID, said, until=timedelta(minutes=1))
        return response
