"""Backup and restore: database and attachments in one file, consistent while the portal serves.

The keys are not in it: a stolen backup shows neither phone numbers nor health. It carries values by which the keys can
be checked, and a restore looks at them before it touches anything.
"""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa
from cryptography.fernet import InvalidToken

from portal.core import clock
from portal.core.keys import audit_digest, blind_index, keyring

FORMAT = 1
ATTACHMENTS = "attachments"
_PHRASE = "the keys of this backup"
_TOOLS = "PostgreSQL's own {} is needed and was not found. On Debian: apt-get install postgresql-client"


class BackupError(RuntimeError):
    """The backup cannot be made, or this file cannot be restored here; the text says why. Nothing was changed."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself, before anything in it is used."""

    format: int
    made_at: str
    environment: str
    engine: str
    migration: str
    data_check: str
    index_check: str
    audit_check: str


def make(engine: sa.Engine, data_dir: Path, file: Path, *, environment: str) -> Manifest:
    """Write a backup to *file* (mode 0600). Raises BackupError; no half file is left under that name.

    The database is taken first and the files after it: they are written once and never changed, so every file that
    the database speaks of is there.
    """
    manifest = _manifest_of(engine, environment)
    part = file.with_name(file.name + ".part")
    try:
        with _private(part) as raw, tarfile.open(fileobj=raw, mode="w") as archive:
            _add_text(archive, "manifest.json", json.dumps(asdict(manifest), indent=1))
            with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as work:
                copy = Path(work) / "database"
                _copy_out(engine, copy)
                archive.add(copy, arcname="database")
            if (data_dir / ATTACHMENTS).is_dir():
                archive.add(data_dir / ATTACHMENTS, arcname=ATTACHMENTS)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def restore(engine: sa.Engine, data_dir: Path, file: Path, *, environment: str) -> Manifest:
    """Replace database and attachments by those of *file*. Raises BackupError before anything is touched."""
    try:
        with tarfile.open(file, "r:") as archive, tempfile.TemporaryDirectory(dir=data_dir, prefix=".restore-") as work:
            manifest = _read_manifest(archive)
            _require_fitting(manifest, engine, environment)
            archive.extractall(work, filter="data")
            _copy_in(engine, Path(work) / "database")
            if (Path(work) / ATTACHMENTS).is_dir():
                shutil.copytree(Path(work) / ATTACHMENTS, data_dir / ATTACHMENTS, dirs_exist_ok=True)
    except (tarfile.TarError, EOFError) as damaged:
        raise BackupError(f"{file} is not a whole backup: {damaged}") from damaged
    return manifest


def describe(file: Path) -> Manifest:
    """What *file* says of itself. Raises BackupError when it is no backup."""
    try:
        with tarfile.open(file, "r:") as archive:
            return _read_manifest(archive)
    except tarfile.TarError as damaged:
        raise BackupError(f"{file} is not a backup: {damaged}") from damaged


def _manifest_of(engine: sa.Engine, environment: str) -> Manifest:
    with engine.connect() as connection:
        migration = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return Manifest(
        format=FORMAT,
        made_at=clock.now().isoformat(timespec="seconds"),
        environment=environment,
        engine=engine.dialect.name,
        migration=migration or "",
        data_check=keyring().data.encrypt(_PHRASE.encode()).decode(),
        index_check=blind_index(_PHRASE),
        audit_check=audit_digest(_PHRASE.encode()),
    )


def _read_manifest(archive: tarfile.TarFile) -> Manifest:
    try:
        manifest = Manifest(**json.load(archive.extractfile("manifest.json")))
    except (KeyError, TypeError, ValueError) as missing:
        raise BackupError("This file is not a backup of the portal.") from missing
    if manifest.format != FORMAT:
        raise BackupError(f"This backup has format {manifest.format}; this portal reads format {FORMAT}.")
    return manifest


def _require_fitting(manifest: Manifest, engine: sa.Engine, environment: str) -> None:
    """Raise unless this installation can read the backup and may hold it."""
    wrong = [name for name, fits in _key_checks(manifest) if not fits]
    if wrong:
        raise BackupError(f"This backup was made with other keys: {', '.join(wrong)}. Nothing was changed.")
    if manifest.engine != engine.dialect.name:
        raise BackupError(f"This backup is of {manifest.engine}, this database is {engine.dialect.name}.")
    rehearsals = ("demo", "test")
    if (manifest.environment in rehearsals) != (environment in rehearsals):
        raise BackupError(f"This backup is of a {manifest.environment} installation; this one is {environment}.")


def _key_checks(manifest: Manifest) -> Iterator[tuple[str, bool]]:
    try:
        readable = keyring().data.decrypt(manifest.data_check.encode()).decode() == _PHRASE
    except InvalidToken:
        readable = False
    yield "PORTAL_DATA_KEYS", readable
    yield "PORTAL_INDEX_KEY", blind_index(_PHRASE) == manifest.index_check
    yield "PORTAL_AUDIT_KEY", audit_digest(_PHRASE.encode()) == manifest.audit_check


def _copy_out(engine: sa.Engine, copy: Path) -> None:
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(engine.url.database)) as live, closing(sqlite3.connect(copy)) as out:
            live.backup(out)
    else:
        _postgres("pg_dump", engine.url, "--format=custom", "--no-owner", "--no-privileges", f"--file={copy}")


def _copy_in(engine: sa.Engine, copy: Path) -> None:
    """Put the copy in place of what is there: processes that have the database open go on with the restored one."""
    engine.dispose()
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(copy)) as kept, closing(sqlite3.connect(engine.url.database)) as live:
            kept.backup(live)
    else:
        options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        _postgres("pg_restore", engine.url, *options, "--dbname", engine.url.database, str(copy))


def _postgres(tool: str, url: sa.URL, *arguments: str) -> None:
    program = shutil.which(tool)
    if program is None:
        raise BackupError(_TOOLS.format(tool))
    query = {name: value for name, value in url.query.items() if isinstance(value, str)}
    address = {
        "PGHOST": url.host or query.get("host"),
        "PGPORT": str(url.port) if url.port else query.get("port"),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,  # in the environment: an argument could be read by every user of the machine
        "PGDATABASE": url.database,
        "PGSSLMODE": query.get("sslmode"),
    }
    environment = {**os.environ, **{name: str(value) for name, value in address.items() if value}}
    done = subprocess.run(  # noqa: S603 - the program is PostgreSQL's own, the arguments are ours
        [program, "--no-password", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BackupError(f"{tool} failed: {done.stderr.strip()}")


@contextmanager
def _private(path: Path) -> Iterator[io.BufferedWriter]:
    """A new file that its owner alone can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    data = text.encode()
    entry.size = len(data)
    entry.mtime = int(clock.now().timestamp())
    archive.addfile(entry, io.BytesIO(data))
