"""Settings, read once from ``PORTAL_*`` variables; loud when an installation is live and something is missing.

A variable that is unset is looked up in the file ``environment`` of the data directory, so that the command line
speaks to the same installation as the running server. In ``demo`` and ``test`` missing keys are made once and kept in
that file (mode 0600); in ``live`` and ``staging`` they must be given.
"""

import datetime as dt
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from babel import localedata
from cryptography.fernet import Fernet

from portal.core.vocabulary import Role

ENVIRONMENTS = ("live", "staging", "test", "demo")
ROOT = Path(__file__).resolve().parent.parent

# The most attacked accounts: in a live installation a password alone does not open them.
_ALWAYS_TWO_FACTORS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})

# The keys of an installation, and how each is made where making one is allowed.
_KEY_MAKERS = {
    "PORTAL_SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "PORTAL_DATA_KEYS": lambda: Fernet.generate_key().decode(),
    "PORTAL_INDEX_KEY": lambda: secrets.token_urlsafe(32),
    "PORTAL_AUDIT_KEY": lambda: secrets.token_urlsafe(32),
    "PORTAL_TOKEN_KEYS": lambda: secrets.token_urlsafe(48),
}


class ConfigurationError(RuntimeError):
    """A setting is missing or wrong; the text says which one and what to do."""


@dataclass(frozen=True)
class OpenIdSettings:
    """The identity provider people may sign in with; ``second_factor`` are its words (amr, acr) for two factors."""

    issuer: str
    client_id: str
    client_secret: str
    label: str
    second_factor: frozenset[str]


@dataclass(frozen=True)
class Settings:
    """Everything an installation may set. Lists are tuples, newest key first."""

    environment: str
    data_dir: Path
    database_url: str
    secret_key: str
    data_keys: tuple[str, ...]
    index_key: str
    audit_key: str
    token_keys: tuple[str, ...]
    demo_password: str | None
    time_zone: str
    cors_origins: tuple[str, ...]
    trusted_proxies: int
    allow_query_token: bool
    installation_name: str
    api_limit_address: str  # calls of one address and of one token, as "600/minute"
    api_limit_token: str
    second_factor_roles: frozenset[Role]  # who cannot work without one
    origin: str | None  # where browsers find the portal, as "https://desk.example.org"
    openid: OpenIdSettings | None
    languages: tuple[str, ...]  # that people may choose from; the first is spoken to whoever wishes for none of them
    translations_dir: Path
    idle: dt.timedelta  # after so long without a sign of life a session in the browser is over
    longest_session: dt.timedelta  # and after so long in any case

    @property
    def is_rehearsal(self) -> bool:
        """Demo and test installations: invented data, printed passwords, a clock that can be moved."""
        return self.environment in ("demo", "test")

    @property
    def is_secure(self) -> bool:
        """Whether cookies may travel over HTTPS alone."""
        return not self.is_rehearsal


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises ConfigurationError naming the variable that is missing or wrong."""
    given = dict(os.environ if environ is None else environ)
    data_dir = Path(given.get("PORTAL_DATA_DIR") or ROOT / "instance").resolve()
    known = {**_read_environment_file(data_dir), **{k: v for k, v in given.items() if v != ""}}
    environment = known.get("PORTAL_ENVIRONMENT", "live")
    if environment not in ENVIRONMENTS:
        raise ConfigurationError(f"PORTAL_ENVIRONMENT is {environment!r}; it must be one of {', '.join(ENVIRONMENTS)}.")
    if environment in ("demo", "test"):
        known = _with_generated_keys(known, data_dir, environment)
    _refuse_missing_keys(known, environment)
    return _settings(known, environment, data_dir)


def _settings(known: Mapping[str, str], environment: str, data_dir: Path) -> Settings:
    return Settings(
        environment=environment,
        data_dir=data_dir,
        database_url=_database_url(known.get("PORTAL_DATABASE_URL"), data_dir),
        secret_key=known["PORTAL_SECRET_KEY"],
        data_keys=_listed(known["PORTAL_DATA_KEYS"]),
        index_key=known["PORTAL_INDEX_KEY"],
        audit_key=known["PORTAL_AUDIT_KEY"],
        token_keys=_listed(known["PORTAL_TOKEN_KEYS"]),
        demo_password=known.get("PORTAL_DEMO_PASSWORD") if environment in ("demo", "test") else None,
        time_zone=known.get("PORTAL_TIME_ZONE", "Europe/London"),
        cors_origins=_listed(known.get("PORTAL_CORS_ORIGINS", "")),
        trusted_proxies=_whole_number(known, "PORTAL_TRUSTED_PROXIES"),
        allow_query_token=known.get("PORTAL_ALLOW_QUERY_TOKEN", "").lower() in ("1", "true", "yes", "on"),
        installation_name=known.get("PORTAL_NAME", "Riverbend Family Desk" if environment == "demo" else "Casework"),
        api_limit_address=_limit(known, "PORTAL_API_LIMIT_ADDRESS", "60000/minute"),
        api_limit_token=_limit(known, "PORTAL_API_LIMIT_TOKEN", "30000/minute"),
        second_factor_roles=_second_factor_roles(known, environment),
        origin=_origin(known),
        openid=_openid(known, environment),
        languages=_languages(known),
        translations_dir=Path(known.get("PORTAL_TRANSLATIONS_DIR") or ROOT / "portal" / "translations").resolve(),
        idle=dt.timedelta(minutes=_whole_number(known, "PORTAL_IDLE_MINUTES", "30", least=2)),
        longest_session=dt.timedelta(hours=_whole_number(known, "PORTAL_SESSION_HOURS", "12", least=1)),
    )


def _read_environment_file(data_dir: Path) -> dict[str, str]:
    path = data_dir / "environment"
    if not path.is_file():
        return {}
    lines = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in lines}


def _with_generated_keys(known: dict[str, str], data_dir: Path, environment: str) -> dict[str, str]:
    """Make what is missing once, and keep it beside the data, readable by its owner alone."""
    makers = {**_KEY_MAKERS, "PORTAL_DEMO_PASSWORD": lambda: secrets.token_urlsafe(9)}
    missing = [name for name in makers if name not in known]
    if not missing:
        return known
    made = {name: makers[name]() for name in missing}
    data_dir.mkdir(parents=True, exist_ok=True)
    kept = {"PORTAL_ENVIRONMENT": environment, **_read_environment_file(data_dir), **made}
    path = data_dir / "environment"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in kept.items())
    return {**known, **made}


def _refuse_missing_keys(known: Mapping[str, str], environment: str) -> None:
    missing = [name for name in _KEY_MAKERS if not known.get(name)]
    if missing:
        raise ConfigurationError(
            f"This installation is {environment!r}, so these must be set: {', '.join(missing)}. "
            "To try the portal with invented data, use `make run`, or set PORTAL_ENVIRONMENT=demo."
        )
    if environment == "live" and len(known["PORTAL_SECRET_KEY"]) < 32:
        raise ConfigurationError("PORTAL_SECRET_KEY is too short for a live installation: use at least 32 characters.")


def _database_url(url: str | None, data_dir: Path) -> str:
    if not url:
        return f"sqlite:///{data_dir / 'portal.db'}"
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _limit(known: Mapping[str, str], name: str, usual: str) -> str:
    text = known.get(name, usual)
    if not re.fullmatch(r"[1-9]\d{0,8}/(second|minute|hour|day)", text):
        raise ConfigurationError(f'{name} is {text!r}; write it as "600/minute" (second, minute, hour or day).')
    return text


def _languages(known: Mapping[str, str]) -> tuple[str, ...]:
    named = _listed(known.get("PORTAL_LANGUAGES", "en"))
    if unknown := [name for name in named if not localedata.exists(name)]:
        raise ConfigurationError(f"PORTAL_LANGUAGES names {unknown[0]!r}; write languages as en, ar or pt_BR.")
    return named


def _second_factor_roles(known: Mapping[str, str], environment: str) -> frozenset[Role]:
    """The roles that are named, and in a live installation administrators and supervisors in any case."""
    named, words = _listed(known.get("PORTAL_SECOND_FACTOR_ROLES", "")), [role.value for role in Role]
    if wrong := [name for name in named if name not in words]:
        raise ConfigurationError(f"PORTAL_SECOND_FACTOR_ROLES names {wrong[0]!r}; the roles are {', '.join(words)}.")
    return frozenset(map(Role, named)) | (_ALWAYS_TWO_FACTORS if environment == "live" else frozenset())


def _origin(known: Mapping[str, str]) -> str | None:
    given = known.get("PORTAL_ORIGIN", "").rstrip("/").lower()
    if given and not re.fullmatch(r"https?://[a-z0-9.-]+(:\d{1,5})?", given):
        raise ConfigurationError(f'PORTAL_ORIGIN is {given!r}; write it as "https://desk.example.org".')
    return given or None


def _openid(known: Mapping[str, str], environment: str) -> OpenIdSettings | None:
    names = ("PORTAL_OIDC_ISSUER", "PORTAL_OIDC_CLIENT_ID", "PORTAL_OIDC_CLIENT_SECRET")
    given = [known.get(name, "") for name in names]
    if not any(given):
        return None
    if missing := [name for name, value in zip(names, given, strict=True) if not value]:
        raise ConfigurationError(f"To sign in with OpenID Connect, set {', '.join(missing)}, too.")
    rehearsal = environment in ("demo", "test") and re.match(r"http://(localhost|127\.0\.0\.1)(:|/|$)", given[0])
    if not given[0].startswith("https://") and not rehearsal:
        raise ConfigurationError(f"PORTAL_OIDC_ISSUER is {given[0]!r}; it must begin with https://.")
    words = frozenset(_listed(known.get("PORTAL_OIDC_SECOND_FACTOR", "")))
    return OpenIdSettings(*given, label=known.get("PORTAL_OIDC_LABEL", "OpenID Connect"), second_factor=words)


def _whole_number(known: Mapping[str, str], name: str, usual: str = "0", *, least: int = 0) -> int:
    text = known.get(name, usual)
    if not text.isdecimal():
        raise ConfigurationError(f"{name} is {text!r}; it must be a whole number.")
    if int(text) < least:
        raise ConfigurationError(f"{name} is {text}; it must be at least {least}.")
    return int(text)
