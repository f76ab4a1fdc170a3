"""The portal calls nobody but the identity provider that is configured: nothing else in it can open a connection."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.sizes import ROOT

# What opens connections, or runs what does.
CALLERS = set(
    "aiohttp asyncio authlib ftplib http httplib2 httpx imaplib paramiko poplib pycurl requests smtplib socket "
    "socketserver ssl subprocess telnetlib urllib urllib3 websocket websockets xmlrpc".split()
)
# Who may, and what of it.
ALLOWED = {
    "portal/openid.py": {"requests", "authlib"},  # the configured issuer, and what its document names
    "portal/core/jobs.py": {"socket.gethostname"},
    "portal/core/backup.py": {"subprocess"},  # the tools of PostgreSQL
    "portal/web/case_file/pdf.py": {"subprocess"},  # the typesetter beside it
}
HARMLESS = {"urllib.parse", "http.HTTPStatus"}


def used(text: str) -> Iterator[str]:
    """What a file takes from these modules, as "module.name" where it names one."""
    tree, names = ast.parse(text), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {(one.asname or one.name.partition(".")[0]): one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{one.name}" for one in node.names)
    taken = {
        f"{names[node.value.id]}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names
    }
    whole = {name for name in names.values() if not any(one.startswith(f"{name}.") for one in taken)}
    yield from (*taken, *whole)


def calling(text: str) -> set[str]:
    """What of it can open a connection."""
    return {
        one
        for one in used(text)
        if one.partition(".")[0] in CALLERS and not any(f"{one}.".startswith(f"{name}.") for name in HARMLESS)
    }


def test_nothing_opens_a_connection_but_signing_in_with_a_provider():
    found = {}
    for path in sorted((ROOT / "portal").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        allowed = ALLOWED.get(name, set())
        beyond = {one for one in calling(path.read_text()) if not _is_allowed(one, allowed)}
        if beyond:
            found[name] = sorted(beyond)
    assert found == {}
    assert all(calling(Path(ROOT / name).read_text()) for name in ALLOWED), "what nobody uses is not allowed"


def _is_allowed(one: str, allowed: set[str]) -> bool:
    return any(f"{one}.".startswith(f"{name}.") for name in allowed)


def test_whatever_the_way_it_is_imported_it_is_found():
    for text in ("import requests", "from urllib.request import urlopen", "import urllib.request as u\nu.urlopen('')"):
        assert calling(text), text
    assert not calling("from urllib.parse import urlsplit\nimport socketed")
