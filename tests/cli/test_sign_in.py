"""A one-time link for somebody who holds a role."""

import pytest

from tests.cli.conftest import Desk


def test_a_link_is_printed_for_who_holds_a_role(programme: Desk) -> None:
    result = programme("sign-in", "manager@klein")

    assert result.exit_code == 0
    assert result.stdout.startswith("http://127.0.0.1")
    assert "/in/" in result.stdout
    assert "Works once" in result.stderr


@pytest.mark.parametrize("who", ["manager", "king@klein", "confidant@klein", "manager@nowhere"])
def test_nobody_else_gets_one(programme: Desk, who: str) -> None:
    result = programme("sign-in", who)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_what_leaked_is_ended(edition: Desk) -> None:
    edition("sign-in", "manager@klein")
    result = edition("sign-in", "manager@klein", "--revoke")
    assert result.exit_code == 0
    assert "manager@klein: 1 links and open pages were ended." in result.stdout
    assert "0 links" in edition("sign-in", "manager@klein", "--revoke").stdout
    refused = edition("sign-in", "nobody@klein-2021", "--revoke")
    assert refused.exit_code == 2
    assert "has no stakeholder 'nobody'" in refused.stderr


def test_a_helper_without_mail_gets_their_link_from_the_operator(edition: Desk) -> None:
    edition.act("name-helper", by="sponsor", organisation="Taalhulp", language="bn")
    result = edition("sign-in", "helper-1@klein-2021")
    assert "/l/" in result.stdout
    assert "end-helper" in result.stderr
    assert "1 links" in edition("sign-in", "helper-1@klein-2021", "--revoke").stdout
    edition.act("end-helper", by="helper-1", helper="helper-1")
    assert edition("sign-in", "helper-1@klein-2021").exit_code == 1
