"""Settings that cannot be: the variable is named, its value is not repeated."""

import pytest

from infra.cli.provision import ProvisionSettings
from infra.services import create
from infra.settings import SettingsUnusable, read_settings
from shared.messaging.secrets import make_secrets
from shared.service.settings import ServiceSettings

SECRET = "streng-geheim"


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """Away from any `.env`, with secrets of its own."""
    monkeypatch.chdir(tmp_path)
    make_secrets(tmp_path / "secrets")


@pytest.mark.parametrize(
    ("service", "variable", "value"),
    [
        ("profiles", "METRICS_PORT", SECRET),
        ("profiles", "METRICS_PORT", "65536"),
        ("profiles", "LOG_LEVEL", SECRET),
        ("profiles", "CLOCK", SECRET),
        ("profiles", "SMTP_URL", f"{SECRET}@mail.example"),
        ("profiles", "SMTP_URL", f"https://user:{SECRET}@mail.example"),
        ("profiles", "DATABASE_URL", SECRET),
        ("profiles", "DATABASE_URL", f"mysql://{SECRET}@db/bruecke"),
        ("profiles", "NATS_URL", f"nats://{SECRET}:port"),
        ("profiles", "DISTRICT", "/nowhere"),
        ("matching", "SERIES_PERCENT", "900"),
        ("matching", "TANDEM_TRIAL_WEEKS", "0"),
        ("matching", "AUTOMATION", "{" + SECRET),
        ("matching", "AUTOMATION", '{"single": {"invite": "' + SECRET + '"}}'),
        ("matching", "QUIET_HOURS", SECRET),
        ("notifications", "QUIET_HOURS", SECRET),
        ("notifications", "MAIL_SENDERS", SECRET),
        ("portal", "PORTAL_PORT", SECRET),
        ("portal", "TRUSTED_PROXIES", SECRET),
        ("admin", "TRUSTED_PROXIES", "*"),
    ],
)
def test_a_setting_that_cannot_be_is_named_without_its_value(
    service, variable, value, monkeypatch
):
    monkeypatch.setenv(f"BRUECKE_{variable}", value)

    with pytest.raises(SettingsUnusable) as refused:
        create(service)

    assert f"BRUECKE_{variable}" in refused.value.message
    assert SECRET not in refused.value.message
    assert refused.value.__cause__ is None or SECRET not in str(refused.value.__cause__)


def test_all_settings_that_cannot_be_are_named_at_once(monkeypatch):
    monkeypatch.setenv("BRUECKE_METRICS_PORT", SECRET)
    monkeypatch.setenv("BRUECKE_NATS_PORT", SECRET)

    with pytest.raises(SettingsUnusable) as refused:
        read_settings(ProvisionSettings)

    assert {"BRUECKE_METRICS_PORT:", "BRUECKE_NATS_PORT:"} <= set(refused.value.message.split())


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SMTP_URL", "smtps://user%40mail:p%2Fw@mail.example:465"),
        ("NATS_URL", "tls://nats.example:4222"),
        ("DATABASE_URL", "postgresql://db.example/bruecke"),
        ("CLOCK", "2026-11-21T12:00:00+00:00|2026-11-21T12:00:00+00:00|600.0"),
    ],
)
def test_settings_as_operators_write_them_are_taken(variable, value, monkeypatch):
    monkeypatch.setenv(f"BRUECKE_{variable}", value)

    settings = read_settings(ServiceSettings)

    found = getattr(settings, variable.lower())
    assert (found.get_secret_value() if variable == "SMTP_URL" else found) == value


def test_known_values_win_over_the_environment(monkeypatch):
    monkeypatch.setenv("BRUECKE_NATS_URL", "nats://elsewhere:4222")

    assert read_settings(ServiceSettings, nats_url="nats://here:4222").nats_url == (
        "nats://here:4222"
    )
