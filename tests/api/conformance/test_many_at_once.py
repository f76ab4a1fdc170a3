"""Many callers at the same moment, against the real server with two processes, on both engines."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from portal.config import ROOT
from portal.core import audit
from portal.core.models import Case, Message
from portal.core.vocabulary import Dialect
from tests.api.conformance.doors import DOORS

CALLS, KEYS = 50, 10
BY_POST = [Dialect.CONSTITUENCY, Dialect.HELPLINE, Dialect.INTERVENTIONS]  # correspondence creates by PUT

pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return request.param


@pytest.fixture
def server(office, installation, tmp_path) -> Iterator[str]:
    """The portal as it is served in production, over the database of the test: gunicorn with two workers."""
    settings = installation.settings
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "PORTAL_ENVIRONMENT": settings.environment,
        "PORTAL_DATA_DIR": str(settings.data_dir),
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORT": str(port),
        "WEB_CONCURRENCY": "2",
    }
    command = [str(Path(sys.executable).parent / "gunicorn"), "--config", "python:portal.serving", "wsgi:app"]
    with (tmp_path / "server.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_until_ready(process, f"http://127.0.0.1:{port}", tmp_path / "server.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=40)


def _wait_until_ready(process: subprocess.Popen, address: str, log: Path) -> None:
    for _ in range(600):
        try:
            if httpx.get(f"{address}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-4000:]}")


def at_once(calls: list[Callable[[httpx.Client], Any]]) -> list[Any]:
    """Make all calls at the same moment, each over a connection of its own."""
    gate = threading.Barrier(len(calls))

    def one(call: Callable[[httpx.Client], Any]) -> Any:
        with httpx.Client(timeout=60) as client:
            gate.wait()
            return call(client)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def test_fifty_posts_with_ten_keys_are_ten_cases_and_one_answer_for_each_key_in_every_dialect(office, server, ground):
    """One server answers them all: to start it takes longer than to ask it."""
    for dialect in BY_POST:
        before = ground.count(Case)
        answers = at_once([_post(office, server, dialect, 1 + number % KEYS) for number in range(CALLS)])
        assert {answer.status_code for _, answer in answers} == {201}, dialect
        assert len({(number, answer.content) for number, answer in answers}) == KEYS, dialect
        replayed = [answer for _, answer in answers if answer.headers.get("Idempotency-Replayed") == "true"]
        assert len(replayed) == CALLS - KEYS, dialect
        assert ground.count(Case) == before + KEYS, dialect
    with ground.seen() as session:
        assert list(audit.verify(session)) == []


def _post(office, server: str, dialect: Dialect, number: int) -> Callable[[httpx.Client], tuple[int, httpx.Response]]:
    method, path, body = DOORS[dialect].create(number, office.facts)
    headers = {"Authorization": f"Bearer {office.tokens['worker', dialect]}", "Idempotency-Key": f"key-{number}"}
    return lambda client: (number, client.request(method, server + path, json=body, headers=headers))


def test_fifty_replies_to_one_case_are_fifty_messages_and_a_chain_without_gaps(office, server, ground):
    dialect = Dialect.CORRESPONDENCE
    [(case, _)] = office.seed(dialect, 1)
    headers = {"Authorization": f"Bearer {office.tokens['worker', dialect]}"}

    def reply(number: int) -> Callable[[httpx.Client], httpx.Response]:
        body = {**case["messages"][0], "caseUid": case["caseUid"], "messageUid": f"reply-{number}"}
        return lambda client: client.post(f"{server}/v1/case/messages", json=body, headers=headers)

    answers = at_once([reply(number) for number in range(CALLS)])
    assert {answer.status_code for answer in answers} == {200}
    with ground.seen() as session:
        uids = set(session.scalars(sa.select(Message.message_uid)))
        assert uids == {"msg-1", *(f"reply-{number}" for number in range(CALLS))}
        assert session.scalar(sa.select(sa.func.count(Message.id))) == CALLS + 1
        chain = session.scalars(
            sa.select(audit.AuditEvent.seq)
            .where(audit.AuditEvent.action == "message.receive")
            .order_by(audit.AuditEvent.seq)
        ).all()
        assert len(chain) == CALLS + 1
        assert list(chain) == list(range(chain[0], chain[0] + CALLS + 1))
        assert list(audit.verify(session)) == []
