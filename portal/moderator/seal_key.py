"""Key page: the moderator's own key; made here for one download, taken into use, opened for this browser, moved."""

from starlette.responses import Response

from portal.http.errors import NotFound
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.seals.opened_seals import KEY, LASTS, forget, held_secret, keep_key
from records.custody import Custody, MovedSeals, custody_of, move_seals, take_key
from records.seals.ciphertext import Pair, new_secret, pair_in, public_half, secret_in
from records.seals.key_file import whole_file
from states.language.errors import BadInput
from states.model.people import Role

_MODERATOR, _CONFIDANT = Role.MODERATOR.value, Role.CONFIDANT.value
_PAGE, _SHARE = "/seal-key", "/seal-share"


def show(visit: Visit) -> Response:
    """How the seals are kept, and the forms of the key."""
    secret = held_secret(visit.site, visit.request, visit.known, visit.site.door_time())
    return visit.page(
        "moderator/seal-key.html",
        custody=_custody(visit),
        is_open=secret is not None,
        hours=LASTS.seconds // 3600,
    )


def _custody(visit: Visit) -> Custody:
    return custody_of(visit.site.house.engine, visit.me.programme.id)


def make(visit: Visit) -> Response:
    """A new key and its recovery share in one file, for this one download: nothing of it stays here."""
    secret, share = new_secret(), new_secret()
    pair = Pair(public_half(secret), public_half(share))
    programme = visit.me.programme.id
    text = whole_file(programme, secret, share, pair)
    kind = {"content-disposition": f'attachment; filename="{programme}.key"'}
    return Response(text, media_type="text/plain; charset=utf-8", headers=kind)


def take(visit: Visit) -> Response:
    """Take the downloaded key into use: whoever pastes it has it; what was readable is encrypted at once."""
    text = visit.need("seal_key")["seal_key"]
    house, programme = visit.site.house, visit.me.programme.id
    pair = pair_in(text)
    take_key(house.engine, house.policies, programme, pair, by=_MODERATOR, now=visit.now)
    return _let_open(visit, secret_in(text), said="key-taken")


def open_here(visit: Visit) -> Response:
    """Open the seals for this browser. Raises BadInput('seal-key-unfit') for a key that none of them is stored for."""
    secret = secret_in(visit.need("seal_key")["seal_key"])
    mine = {key.recipient for key in _custody(visit).keys}
    if public_half(secret) not in mine:
        raise BadInput("seal-key-unfit")
    return _let_open(visit, secret, said="key-open")


def _let_open(visit: Visit, secret: str, said: str) -> Response:
    if visit.known is None:
        raise NotFound
    response = visit.go("/seals", said=said)
    keep_key(visit.site, response, visit.known, secret, visit.site.door_time())
    return response


def close(visit: Visit) -> Response:
    """Let this browser forget the key."""
    response = visit.go("/seals", said="key-closed")
    forget(visit.site, response, KEY)
    return response


def move(visit: Visit) -> Response:
    """Store for the newest key what an earlier one closed."""
    done = _move(visit)
    return visit.go(_PAGE, said="seals-left" if done.left else "seals-moved")


def _move(visit: Visit) -> MovedSeals:
    secret = secret_in(visit.need("seal_key")["seal_key"])
    house, programme = visit.site.house, visit.me.programme.id
    return move_seals(house.engine, house.policies, programme, secret, visit.now)


def show_share(visit: Visit) -> Response:
    """What the confidant's recovery share is for; for them alone."""
    return visit.page("confidant/seal-share.html", custody=_custody(visit))


def move_by_share(visit: Visit) -> Response:
    """The same as `move`, by the confidant, who is shown nothing of what it opens."""
    done = _move(visit)
    return visit.go(_SHARE, said="seals-left" if done.left else "seals-moved")


PAGES = (
    get(_PAGE, show, _MODERATOR),
    post(f"{_PAGE}/make", make, _MODERATOR, again=show, once=False),
    post(f"{_PAGE}/take", take, _MODERATOR, again=show, fresh=True),
    post(f"{_PAGE}/open", open_here, _MODERATOR, again=show, once=False),
    post(f"{_PAGE}/close", close, _MODERATOR, again=show, once=False),
    post(f"{_PAGE}/move", move, _MODERATOR, again=show),
    get(_SHARE, show_share, _CONFIDANT),
    post(f"{_SHARE}/move", move_by_share, _CONFIDANT, again=show_share),
)
