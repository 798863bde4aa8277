"""YAML input: files that people write, read strictly; every error with its place, value and what is allowed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.validation_messages import complaints, path
from states.language.near_words import near_words

SIZE_LIMIT = 5_000_000  # bytes
_NODE_LIMIT = 500_000
_HINT = "put quotes around text that holds ': ', '#' or brackets"
_TEXT = "tag:yaml.org,2002:str"
_KEY = re.compile(r"^[\w+-]*$")
_LAST_PART = re.compile(r"(\.?[^.\[\]]+|\[\d+\])$")

Place = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class FileProblem:
    """One thing that is wrong in a file: its *path* (`acts[3].with.check`), its *line* and *what* is so."""

    path: str
    line: int | None
    what: str

    def __str__(self) -> str:
        where = [f"line {self.line}"] if self.line else []
        return ", ".join([*where, self.path] if self.path else where or ["file"]) + f": {self.what}"


class BadDocument(Exception):
    """A file cannot be used; *problems* lists everything that is wrong with it, in the order of the file."""

    def __init__(self, source: str, problems: Iterable[FileProblem]) -> None:
        super().__init__(source)
        self.source = source
        self.problems = tuple(problems)

    def __str__(self) -> str:
        lines = [f"{self.source} cannot be used:", *(f"  {problem}" for problem in self.problems)]
        return "\n".join(lines)


@dataclass(frozen=True)
class Document:
    """A file as read: its *data*, and the line on which each path in it stands."""

    source: str
    data: Any
    lines: Mapping[str, int] = field(default_factory=dict)

    def problem(self, complaint: str) -> FileProblem:
        """The problem that *complaint* (`path: what is so`) tells, with the nearest line that is known."""
        where, _, what = complaint.partition(": ")
        return FileProblem(where, self.line_of(where), what)

    def line_of(self, where: str) -> int | None:
        """The line of the path *where*, or of the nearest thing around it; None when nothing is known."""
        while where and where not in self.lines:
            where = _LAST_PART.sub("", where)
        return self.lines.get(where)


class _Loader(yaml.SafeLoader):
    """
    SafeLoader that leaves text as text: `NO` stays a country, `yes` an answer and `2022-09-08` a date to validate.

    The C loader is faster but dies on deep nesting.
    """


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("merge", r"^(?:<<)$", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def read_document(file: Path) -> Document:
    """The YAML in *file*. Raises BadDocument when it cannot be read, is too large or no sound YAML."""
    return parse_document(_text(file), file.name)


def parse_document(text: str, source: str) -> Document:
    """*text* as a document called *source*. Raises BadDocument."""
    try:
        return _parse(text, source)
    except RecursionError:
        raise _bad(source, "is nested too deeply") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"is no sound YAML: {error.problem or error.context}; {_HINT}"
        raise _bad(source, what, mark.line + 1 if mark else None) from None
    except (yaml.YAMLError, ValueError) as error:
        raise _bad(source, f"is no sound YAML: {str(error).splitlines()[0]}") from None


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise _bad(str(file), f"cannot be read: {error.strerror or error}") from None
    if len(content) > SIZE_LIMIT:
        raise _bad(file.name, f"is larger than {SIZE_LIMIT // 1_000_000} MB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _bad(file.name, "is not UTF-8; save it as UTF-8", line) from None


def _bad(source: str, what: str, line: int | None = None) -> BadDocument:
    return BadDocument(source, [FileProblem("", line, what)])


def _parse(text: str, source: str) -> Document:
    loader = _Loader(text)
    root = loader.get_single_node()
    if root is None:
        raise _bad(source, "is empty")
    lines: dict[str, int] = {}
    problems = list(_walk(root, (), lines, frozenset()))
    if problems:
        raise BadDocument(source, problems)
    return Document(source, loader.construct_document(root), lines)


def _walk(
    node: yaml.Node, place: Place, lines: dict[str, int], above: frozenset[int]
) -> Iterator[FileProblem]:
    where = path(place) if place else ""
    lines[where] = node.start_mark.line + 1
    if id(node) in above:
        yield FileProblem(where, lines[where], "refers to itself")
    elif len(lines) > _NODE_LIMIT:
        message = f"it holds more than {_NODE_LIMIT} values"
        raise ValueError(message)
    elif isinstance(node, yaml.MappingNode):
        yield from _walk_mapping(node, place, lines, above | {id(node)})
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(item, (*place, index), lines, above | {id(node)})


def _walk_mapping(
    node: yaml.MappingNode, place: Place, lines: dict[str, int], above: frozenset[int]
) -> Iterator[FileProblem]:
    seen: dict[str, int] = {}
    node.value = _whole_sentences(node)
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        here = path((*place, name))
        if not isinstance(key, yaml.ScalarNode):
            yield FileProblem(path(place), line, "a key must be plain text")
        elif name in seen:
            yield FileProblem(here, line, f"stands here twice; the first is on line {seen[name]}")
        else:
            yield from _walk(value, (*place, name), lines, above)
            seen[name] = lines[here] = line


def _whole_sentences(node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
    """
    The pairs of *node* as they were meant: `{comment: A year yes, an amount no.}` holds one sentence.

    YAML would end it at the comma and take the rest for a key with nothing behind it.
    """
    pairs: list[tuple[yaml.Node, yaml.Node]] = []
    for key, value in node.value:
        before = pairs[-1][1] if pairs and node.flow_style else None
        if isinstance(before, yaml.ScalarNode) and before.style is None and _is_rest(key, value):
            before.value, before.tag = f"{before.value}, {key.value}", _TEXT
        else:
            pairs.append((key, value))
    return pairs


def _is_rest(key: yaml.Node, value: yaml.Node) -> bool:
    """Whether this is the rest of a sentence: words or punctuation that no key has, and no value at all."""
    nothing = isinstance(value, yaml.ScalarNode) and value.style is None and value.value == ""
    return (
        nothing
        and isinstance(key, yaml.ScalarNode)
        and key.style is None
        and not _KEY.match(key.value)
    )


def validate(model: type[M], document: Document, context: Mapping[str, Any] | None = None) -> M:
    """
    *document* as a *model*; *context* is handed to its validators.

    Raises BadDocument that lists everything that is wrong, each with path, line, value and what is allowed.
    """
    try:
        return model.model_validate(document.data, context=dict(context or {}))
    except ValidationError as error:
        details = error.errors(include_url=False)
        found = [
            _problem(model, document, *pair)
            for pair in zip(details, complaints(error), strict=True)
        ]
        raise BadDocument(
            document.source, sorted(found, key=lambda problem: problem.line or 0)
        ) from None


def _problem(
    model: type[BaseModel], document: Document, detail: ErrorDetails, complaint: str
) -> FileProblem:
    place = tuple(part for part in detail["loc"] if part != "[key]")
    problem = document.problem(complaint)
    if detail["type"] == "extra_forbidden":
        return replace(problem, what=f"{problem.what}; {_known_keys(model, place)}")
    return problem


def _known_keys(model: type[BaseModel], place: Place) -> str:
    names = _names(model, place[:-1])
    near = near_words(str(place[-1]), names)
    known = f"known are {', '.join(names)}"
    return f"do you mean {near[0]}? {known}" if near else known


def _names(model: type[BaseModel], place: Place) -> list[str]:
    kind: Any = model
    for part in place:
        kind = _inside(kind, part)
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return []
    return [info.alias or name for name, info in kind.model_fields.items()]


def _inside(kind: Any, part: str | int) -> Any:  # noqa: ANN401 - a type annotation of any shape
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {info.alias or name: info.annotation for name, info in kind.model_fields.items()}
        return _plain(fields.get(str(part)))
    arguments = [argument for argument in get_args(kind) if argument is not ...]
    return _plain(arguments[-1]) if arguments else None


def _plain(kind: Any) -> Any:  # noqa: ANN401 - a type annotation of any shape
    """*kind* without `| None`."""
    some = [argument for argument in get_args(kind) if argument is not type(None)]
    optional = type(None) in get_args(kind) and get_origin(kind) is not dict
    return some[0] if optional and len(some) == 1 else kind
