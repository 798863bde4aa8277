"""What is packed, what is known by a tag, and that neither tells or shows anybody what is another's."""

import pytest
from starlette.requests import Request

from portal.http.compression import is_known, takes_gzip
from portal.http.static_files import NAMES, address
from tests.portal.conftest import Portal

PACKED = {"accept-encoding": "gzip"}
PLAIN = {"accept-encoding": "identity"}


def asking(**headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "headers": named})


@pytest.mark.parametrize(
    ("said", "takes"),
    [
        ("gzip", True), ("deflate, GZIP;q=0.5", True), ("br, gzip; q=1.0", True), ("gzip;q=0", False),
        ("gzip; q=0.000", False), ("br", False), ("x-gzip-not", False), ("*", False), ("", False),
    ],
)  # fmt: skip
def test_who_can_unpack(said: str, takes: bool) -> None:
    assert takes_gzip(asking(accept_encoding=said)) is takes


@pytest.mark.parametrize(
    ("said", "known"),
    [('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ('"b"', False), ("a", False), ("", False)],
)  # fmt: skip
def test_who_has_it_already(said: str, known: bool) -> None:
    assert is_known(asking(if_none_match=said), '"a"') is known


@pytest.mark.parametrize("name", NAMES)
def test_a_static_file_is_kept_packed_and_known_by_its_tag(portal: Portal, name: str) -> None:
    browser = portal.browser()
    plain, small = (browser.get(address(name), headers=kind) for kind in (PLAIN, PACKED))
    assert plain.content == small.content
    assert int(small.headers["content-length"]) < len(plain.content)
    assert small.headers["etag"] != plain.headers["etag"]
    for answer, kind in ((plain, PLAIN), (small, PACKED)):
        assert answer.headers["vary"] == "accept-encoding"
        assert "immutable" in answer.headers["cache-control"]
        again = browser.get(
            address(name), headers={**kind, "if-none-match": answer.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == answer.headers["etag"]
        assert again.headers["cache-control"] == answer.headers["cache-control"]
        assert "default-src 'none'" in again.headers["content-security-policy"]
    bare = browser.get(f"/static/{name}", headers=PLAIN)
    assert bare.headers["cache-control"] == "no-cache"
    stale = browser.get(f"/static/{name}", headers={**PLAIN, "if-none-match": '"older"'})
    assert stale.status_code == 200
    another = browser.get(f"/static/{name}?v=of-a-newer-one")
    assert (another.status_code, another.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    ("asked", "small"),
    [
        ({}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"accept-encoding": "identity"}, False),
    ],
)
def test_a_page_is_packed_unless_another_site_asked(
    two_companies: Portal, asked: dict[str, str], small: bool
) -> None:
    browser = two_companies.participant("ngo-nl")
    answer = browser.get("/my", headers={**PACKED, **asked})
    assert ("content-encoding" in answer.headers) is small
    assert "Company kleding" in answer.text
    if small:
        assert int(answer.headers["content-length"]) < len(answer.content)


def test_nothing_that_another_could_put_there_is_packed(two_companies: Portal) -> None:
    browser = two_companies.participant("ngo-nl")
    refused = browser.get("/my/nowhere/guess-guess-guess", headers=PACKED)
    reflected = browser.get("/my", params={"q": "guess" * 300}, headers=PACKED)
    form = browser.post("/my/words", data={"text": "guess" * 300}, headers=PACKED)
    assert refused.status_code == 404
    assert reflected.status_code == 200
    for answer in (refused, reflected, form):
        assert "content-encoding" not in answer.headers


def test_no_page_is_kept_or_known_so_nobody_gets_that_of_another(two_companies: Portal) -> None:
    """Not after leaving, not for a twin in the same browser, not in another language."""
    browser = two_companies.participant("ngo-nl")
    first = browser.get("/my")
    ask = {"if-none-match": '*, "x"', "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    twin = two_companies.participant("union-bd").get("/my", headers=ask)
    turned = browser.get(
        "/my", headers={**ask, "cookie": f"{first.request.headers['cookie']}; language=en"}
    )
    browser.submit("/sign-out", on="/my")
    left = browser.get("/my", headers=ask)
    assert [one.status_code for one in (twin, turned, left)] == [200, 200, 401]
    assert len({one.text for one in (first, twin, turned, left)}) == 4
    for one in (first, twin, turned, left):
        assert one.headers["cache-control"] == "no-store"
        assert "etag" not in one.headers
