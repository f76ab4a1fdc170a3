"""Settings: made once where that is harmless, demanded where it is not, and loud when they are wrong."""

import stat

import pytest
from cryptography.fernet import Fernet

from portal.config import ConfigurationError, load_settings
from portal.core.vocabulary import Role

KEYS = {
    "PORTAL_SECRET_KEY": "s" * 40,
    "PORTAL_DATA_KEYS": Fernet.generate_key().decode(),
    "PORTAL_INDEX_KEY": "i" * 32,
    "PORTAL_AUDIT_KEY": "a" * 32,
    "PORTAL_TOKEN_KEYS": "t" * 40,
}


def settings(data_dir, **given: str):
    """The settings of an installation in that directory."""
    return load_settings({"PORTAL_DATA_DIR": str(data_dir), **given})


@pytest.mark.parametrize("environment", ["demo", "test"])
def test_a_rehearsal_makes_its_keys_once_and_only_its_owner_can_read_them(tmp_path, environment):
    first = settings(tmp_path, PORTAL_ENVIRONMENT=environment)
    assert first == settings(tmp_path, PORTAL_ENVIRONMENT=environment)
    assert len({first.secret_key, *first.data_keys, first.index_key, first.audit_key, *first.token_keys}) == 5
    assert stat.S_IMODE((tmp_path / "environment").stat().st_mode) == 0o600


def test_the_command_line_speaks_to_the_installation_that_was_made(tmp_path):
    served = settings(tmp_path, PORTAL_ENVIRONMENT="demo")
    assert settings(tmp_path) == served


@pytest.mark.parametrize("environment", ["live", "staging"])
@pytest.mark.parametrize("missing", KEYS)
def test_the_real_thing_says_which_key_is_missing(tmp_path, environment, missing):
    given = {name: key for name, key in KEYS.items() if name != missing}
    with pytest.raises(ConfigurationError, match=missing):
        settings(tmp_path, PORTAL_ENVIRONMENT=environment, **given)
    assert not (tmp_path / "environment").exists()


def test_without_a_word_an_installation_is_live(tmp_path):
    assert settings(tmp_path, **KEYS).environment == "live"
    assert settings(tmp_path, **KEYS).demo_password is None


def test_administrators_and_supervisors_need_a_second_factor_where_it_is_live_and_others_where_they_are_named(tmp_path):
    leading = {Role.ADMINISTRATOR, Role.SUPERVISOR}
    assert settings(tmp_path, **KEYS).second_factor_roles == leading
    named = {**KEYS, "PORTAL_SECOND_FACTOR_ROLES": "auditor, agent"}
    assert settings(tmp_path, **named).second_factor_roles == leading | {Role.AUDITOR, Role.AGENT}
    rehearsal = settings(tmp_path, PORTAL_ENVIRONMENT="test", PORTAL_SECOND_FACTOR_ROLES="auditor")
    assert rehearsal.second_factor_roles == {Role.AUDITOR}
    with pytest.raises(ConfigurationError, match="names 'king'"):
        settings(tmp_path, **KEYS, PORTAL_SECOND_FACTOR_ROLES="auditor,king")


def test_a_live_installation_takes_no_short_secret(tmp_path):
    with pytest.raises(ConfigurationError, match="too short"):
        settings(tmp_path, **{**KEYS, "PORTAL_SECRET_KEY": "short"})  # pragma: allowlist secret


@pytest.mark.parametrize(("name", "value"), [("PORTAL_ENVIRONMENT", "production"), ("PORTAL_TRUSTED_PROXIES", "some")])
def test_a_wrong_value_is_named(tmp_path, name, value):
    with pytest.raises(ConfigurationError, match=f"{name} is '{value}'"):
        settings(tmp_path, **{**KEYS, name: value})


@pytest.mark.parametrize("given", ["postgres://db/portal", "postgresql://db/portal", "postgresql+psycopg://db/portal"])
def test_every_way_to_write_postgresql_means_the_same_driver(tmp_path, given):
    assert settings(tmp_path, **KEYS, PORTAL_DATABASE_URL=given).database_url == "postgresql+psycopg://db/portal"


def test_cookies_travel_over_https_alone_in_the_real_thing(tmp_path):
    assert settings(tmp_path / "a", **KEYS).is_secure
    assert not settings(tmp_path / "b", PORTAL_ENVIRONMENT="demo").is_secure
