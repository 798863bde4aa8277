"""Who hears the alarm, as it is shown: the kind and the host, and nothing by which one could write there."""

import pytest

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
