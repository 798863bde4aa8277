"""What a page says and offers, read from its HTML: its words with their language, its links and its forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
UNSPOKEN = frozenset({"style", "script", "svg"})
TYPED = frozenset({"text", "email", "tel", "date", "datetime-local", "number", "password"})


@dataclass(frozen=True, slots=True)
class Said:
    """
    One run of text, in *lang*.

    *named*: that is said for it and not for the whole page. Also whether somebody is *quoted*, whether it is *folded*
    away, and whether it is shown as *code*.
    """

    text: str
    lang: str
    named: bool
    quoted: bool
    folded: bool
    code: bool


@dataclass(eq=False)
class Form:
    """A form as a browser would send it: the values that stand in it, and what kind each field is."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def put(self, name: str, value: str) -> None:
        """Add what stands in the field *name*."""
        self.values.setdefault(name, []).append(value)


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    lang: str
    named: bool
    quoted: bool
    folded: bool
    silent: bool
    code: bool


class Sheet(HTMLParser):
    """A page, read once."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[Said] = []
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.ids: list[str] = []
        self.unmarked: list[str] = []
        """Quotations, and what says its own language, without a language or without a direction."""
        self._open = [
            _Open("", "", named=False, quoted=False, folded=False, silent=False, code=False)
        ]
        self._area: str | None = None
        self._select: str | None = None
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """All words of the page, one run a line."""
        return "\n".join(one.text for one in self.said)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what opens."""
        given = {name: value or "" for name, value in attrs}
        outer = self._open[-1]
        if "id" in given:
            self.ids.append(given["id"])
        speaks = tag == "blockquote" or ("lang" in given and tag != "html")
        if speaks and not {"lang", "dir"} <= given.keys():
            self.unmarked.append(self.get_starttag_text() or tag)
        if tag not in VOID:
            classes = given.get("class", "").split()
            self._open.append(
                _Open(
                    tag,
                    given.get("lang", outer.lang),
                    outer.named or ("lang" in given and tag != "html"),
                    outer.quoted or tag == "blockquote",
                    outer.folded or "whole" in classes,
                    outer.silent or tag in UNSPOKEN,
                    outer.code or tag in {"code", "pre"},
                )
            )
        self._offered(tag, given)
        for name in ("title", "aria-label", "placeholder", "alt"):
            if given.get(name):
                self._say(given[name], lang=self._open[-1].lang)

    def _offered(self, tag: str, given: dict[str, str]) -> None:
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        elif self.forms:
            self._field(self.forms[-1], tag, given)

    def _field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "text" if tag == "input" else tag)
        if tag == "button":
            form.buttons.append((name, given.get("value", "")))
        elif tag == "textarea":
            self._area = name
            form.kinds[name] = "textarea"
            form.put(name, "")
        elif tag == "select":
            self._select = name
            form.kinds[name] = "select"
        elif tag == "option" and self._select:
            options = form.options.setdefault(self._select, [])
            options.append(given.get("value", ""))
            if "selected" in given or len(options) == 1:
                form.values[self._select] = [given.get("value", "")]
        elif tag == "input" and name:
            self._input(form, name, kind, given)

    def _input(self, form: Form, name: str, kind: str, given: dict[str, str]) -> None:
        form.kinds[name] = kind
        value = given.get("value", "on" if kind in {"radio", "checkbox"} else "")
        if kind in {"radio", "checkbox"}:
            form.options.setdefault(name, []).append(value)
            if "checked" not in given:
                return
        if kind != "file":
            form.put(name, value)

    def handle_endtag(self, tag: str) -> None:
        """Note what closes; a browser forgives what this does not."""
        if tag in VOID:
            return
        opened = self._open.pop()
        assert opened.tag == tag, f"</{tag}> closes <{opened.tag}>"
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        """Note what is said, or what stands in a field."""
        if self._area is not None:
            self.forms[-1].values[self._area] = [data.removeprefix("\n")]
            return
        opened = self._open[-1]
        if not opened.silent:
            self._say(data, lang=opened.lang)

    def _say(self, text: str, *, lang: str) -> None:
        opened = self._open[-1]
        if words := " ".join(text.split()):
            self.said.append(
                Said(words, lang, opened.named, opened.quoted, opened.folded, opened.code)
            )
