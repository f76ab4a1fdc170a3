"""The declarative base and the column types every model shares."""

import datetime as dt
import enum
import uuid
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry

from portal.core import clock
from portal.core.keys import keyring

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Json = sa.JSON().with_variant(JSONB, "postgresql")


class UtcDateTime(sa.TypeDecorator):
    """An aware moment, stored and returned in UTC; a naive one is refused rather than guessed at."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value, dialect):
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class EncryptedText(sa.TypeDecorator):
    """Text that is readable only with the installation's data keys. Not searchable: see ``keys.blind_index``."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return None if value is None else keyring().data.encrypt(value.encode())

    def process_result_value(self, value, dialect):
        return None if value is None else keyring().data.decrypt(bytes(value)).decode()


# A word list is stored as its words in a plain column: adding a word needs no migration.
_Words = sa.Enum(
    enum.StrEnum, native_enum=False, length=24, values_callable=lambda words: [word.value for word in words]
)


class Base(DeclarativeBase):
    """The base of all models; its metadata names every constraint, so that migrations can find them again."""

    metadata = sa.MetaData(naming_convention=NAMING)
    registry = registry(
        type_annotation_map={
            dt.datetime: UtcDateTime,
            # Two instances: what watches for changes is told apart by the instance of the type.
            dict[str, Any]: MutableDict.as_mutable(Json.copy()),
            list[Any]: MutableList.as_mutable(Json.copy()),
            str: sa.Text,
            uuid.UUID: sa.Uuid,
            enum.StrEnum: _Words,
        }
    )

    def __repr__(self) -> str:
        identity = sa.inspect(self).identity
        return f"<{type(self).__name__} {identity[0] if identity else 'new'}>"  # ids, never names: reprs reach logs


Id = Annotated[int, mapped_column(BigId, primary_key=True)]
PublicId = Annotated[uuid.UUID, mapped_column(unique=True, default=uuid.uuid4)]
Moment = Annotated[dt.datetime, mapped_column(default=clock.now)]
Code = Annotated[str, mapped_column(sa.String(64))]
Name = Annotated[str, mapped_column(sa.String(255))]


def ref(target: str, **options: Any) -> Any:
    """A foreign key column; indexed unless told otherwise, because every parent is asked for its children."""
    options.setdefault("index", True)
    return mapped_column(BigId, sa.ForeignKey(target), **options)


class Stamped:
    """Rows that people edit: when they were made, last changed, and a version that rises with each change."""

    created_at: Mapped[Moment]
    updated_at: Mapped[dt.datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    version_id: Mapped[int] = mapped_column(sa.Integer, default=1)


class Versioned(Stamped):
    """Stamped rows of which two editors could overwrite one another: the second one is told (StaleDataError)."""

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        """Let every UPDATE ask for the version that was read, and raise it."""
        return {"version_id_col": cls.version_id}
