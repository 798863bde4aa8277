"""The collector waits while letters are written, and is as it was afterwards."""

import gc
from collections.abc import Iterator

import pytest

from services.garbage_collection import collected_later


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Leave the switch of this process as it was."""
    was = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if was else gc.disable)()


def test_it_waits_until_the_last_is_out() -> None:
    with collected_later():
        with collected_later():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_comes_back_after_a_failure() -> None:
    with pytest.raises(LookupError), collected_later():
        raise LookupError
    assert gc.isenabled()


def test_whoever_had_switched_it_off_keeps_it_off() -> None:
    gc.disable()
    with collected_later():
        pass
    assert not gc.isenabled()
