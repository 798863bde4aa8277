"""Seat: the participant who visits, with the dialogue as they may see it."""

from portal.my.view import Mine
from portal.web.request import Visit


def mine(visit: Visit) -> Mine:
    """The dialogue of whoever asks. Raises NotFound when they have no seat in it any more."""
    dialogue, me = visit.mine()
    return Mine(dialogue, me, visit.now, visit.language)
