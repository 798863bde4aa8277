"""Static files: the few that pages ask for, each with an address that changes with what is in it."""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from portal.http.compression import is_known, pack, takes_gzip

_TYPES = {
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "js": "text/javascript; charset=utf-8",
}
NAMES = ("weerklank.css", "weerklank.svg", "passkeys.js")
_MARK = 12
_FOR_GOOD = "public, max-age=31536000, immutable"


@lru_cache(maxsize=len(NAMES))
def content(name: str) -> bytes:
    """The bytes of the file *name*."""
    return files("portal").joinpath("static", name).read_bytes()


@lru_cache(maxsize=len(NAMES))
def address(name: str) -> str:
    """Where the file *name* lies, with a mark of what is in it."""
    return f"/static/{name}?v={_mark_of(name)}"


@lru_cache(maxsize=len(NAMES))
def _mark_of(name: str) -> str:
    return sha256(content(name)).hexdigest()[:_MARK]


@lru_cache(maxsize=len(NAMES))
def _gzip_of(name: str) -> bytes:
    return pack(content(name))


@lru_cache(maxsize=len(NAMES))
def integrity(name: str) -> str:
    """The digest by which a browser knows that the file *name* is what the page meant."""
    return f"sha256-{b64encode(sha256(content(name)).digest()).decode()}"


async def serve(request: Request) -> Response:
    """One of our files, to be kept for good by whoever asked with its mark: that of another version is not this one."""
    name = request.path_params["name"]
    if name not in NAMES:
        return Response(status_code=404)
    mark, small = _mark_of(name), takes_gzip(request)
    kept = _FOR_GOOD if request.query_params.get("v") == mark else "no-cache"
    tag = f'"{mark}{"-gzip" if small else ""}"'
    told = {"cache-control": kept, "etag": tag, "vary": "accept-encoding"}
    if is_known(request, tag):
        return Response(status_code=304, headers=told)
    told["content-type"] = _TYPES[name.rpartition(".")[2]]
    if small:
        told["content-encoding"] = "gzip"
    return Response(_gzip_of(name) if small else content(name), headers=told)
