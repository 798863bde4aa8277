"""XML stream: the parts of a workbook, read without ever unfolding what they define for themselves."""

import zipfile
from collections.abc import Callable, Mapping
from xml.parsers import expat

from portal.uploads.limits import MOST_UNPACKED, Unreadable

_CHUNK = 65_536
Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]
Told = Callable[[str], None]


class Enough(Exception):
    """What was looked for has been found."""


def stream(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, start: Start, end: End, told: Told
) -> None:
    """Tell *start*, *end* and *told* what stands in *part*, names without their prefix. Raises Unreadable."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, held: start(_bare(name), _plain(held))
    parser.EndElementHandler = lambda name: end(_bare(name))
    parser.CharacterDataHandler = told
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        _feed(parser, archive, part)
    except Enough:
        return
    except expat.ExpatError:
        raise Unreadable("damaged") from None


def _feed(parser: expat.XMLParserType, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    left = MOST_UNPACKED
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise Unreadable("too-heavy")
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes it by place
    parser.Parse(b"", True)  # noqa: FBT003


def _refuse(*_told: object) -> None:
    raise Unreadable("entities")


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _plain(held: Mapping[str, str]) -> dict[str, str]:
    """Attributes without their prefix: a sheet's own `id` is never needed, that of its part is."""
    return {_bare(name): value for name, value in held.items()}
