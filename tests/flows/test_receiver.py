"""Who hears the alarm, as it is shown: the kind and the host, and nothing by which one could write there."""

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),  # of apprise
]
SHOWN = {
    "https://hooks.slack.com/services/T0/B0/geheim": ("Slack", "hooks.slack.com"),
    "https://prod-7.westeurope.logic.azure.com:443/workflows/geheim?sig=geheim": (
        "Microsoft Teams",
        "prod-7.westeurope.logic.azure.com",
    ),
    "https://alarm.bedrijf.nl/geheim?token=geheim": ("webhook", "alarm.bedrijf.nl"),
    "jsons://wie:geheim@alarm.bedrijf.nl:8443/geheim": ("webhook", "alarm.bedrijf.nl"),
    "http://127.0.0.1:9000/geheim": ("webhook", "127.0.0.1"),
    "mailtos://wie:geheim@bedrijf.nl?to=iemand@bedrijf.nl": ("e-mail", "bedrijf.nl"),
    "https://geheim8f3k2m9x.m.pipedream.net/": ("webhook", "….m.pipedream.net"),
    "tgram://123456:geheim/987": ("tgram://…", None),
    "https://[geheim/": ("", None),
}


@pytest.mark.parametrize("address", SHOWN)
def test_only_the_kind_and_the_host_are_shown(address: str) -> None:
    from flows.prefect.receiver import mask

    assert mask(address) == SHOWN[address]
    assert "geheim" not in str(mask(address))


KEPT = {
    "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ": "Slack Webhook",
    "https://prod-7.westeurope.logic.azure.com:443/workflows/643e69/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWb": "Microsoft Teams Webhook",
    "https://alarm.bedrijf.nl/geheim": "Slack Webhook",
    "http://127.0.0.1:9000/geheim": "Slack Webhook",
    "mailtos://wie:geheim@bedrijf.nl?to=iemand@bedrijf.nl": "Slack Webhook",
    "tgram://123456789:abcdefghijklmnopqrstuvwxyz012345678/987654321": "Slack Webhook",
}  # fmt: skip
"""Addresses, and the type of block of Prefect that holds each."""


@pytest.mark.parametrize("address", KEPT)
def test_each_address_has_a_block_that_every_server_knows(address: str) -> None:
    from flows.prefect.alarms.address import block_of

    block = block_of(address)
    assert block._block_type_name == KEPT[address]
    assert "geheim" not in repr(block)


@pytest.mark.parametrize(
    "wrong",
    [
        "geheim",
        "",
        "https://",
        "https://[geheim/",
        "https://alarm.bedrijf.nl:geheim/",
        "https://alarm.bedrijf.nl/geheim met spatie",
        "http://alarm.bedrijf.nl/geheim",
        "file:///geheim",
        "geheim://alarm.bedrijf.nl/",
        "tgram://geheim/",
    ],
)
def test_what_nobody_can_be_told_at_is_refused(
    wrong: str, capfd: pytest.CaptureFixture[str]
) -> None:
    from flows.prefect.alarms.address import AddressUnfit, block_of

    with pytest.raises(AddressUnfit) as refused:
        block_of(wrong)
    said = capfd.readouterr()
    shown = str(refused.value) + said.out + said.err
    assert shown.count("geheim") == wrong.startswith("geheim://")


def test_what_is_asked_of_a_webhook_is_passed_on() -> None:
    from flows.prefect.alarms.address import _as_webhook

    assert _as_webhook("https://a:b@h.nl:8443/x/y?token=t%26u&leeg=") == (
        "jsons://a:b@h.nl:8443/x/y?-token=t%26u&-leeg="
    )
