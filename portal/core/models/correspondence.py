"""The correspondence dialect's own facts of a case (contract 003), apart from the case they belong to.

A sender overwrites its own row and the messages it brought, never another's: two senders may speak of one case.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.models.base import Base, Code, Id, Moment, Name, ref
from portal.core.models.case import Case

# By what custom fields are found: whatever their case, and of long values the beginning, as an index holds no more.
# Numbers stand in the words of the index itself: one that is handed over apart would not be known again.
_LONGEST = 200
_name = sa.func.lower(sa.literal_column("name"))
_value = sa.func.lower(sa.func.substr(sa.literal_column("value"), sa.text("1"), sa.text(str(_LONGEST))))


def field_says(name: str, value: str) -> sa.ColumnElement[bool]:
    """The custom fields of that name and value, by their index."""
    return sa.and_(_name == name.lower(), _value == sa.func.lower(value[:_LONGEST]))


class CorrespondenceCase(Base):
    """What one organisation calls ``caseUid``, with the fields it last sent."""

    __tablename__ = "correspondence_cases"

    id: Mapped[Id]
    organisation_id: Mapped[int] = ref("organisations.id", index=False)
    case_uid: Mapped[Name]
    case_id: Mapped[int] = ref("cases.id")
    source: Mapped[Name]
    inbox: Mapped[Name | None]
    status: Mapped[Code | None]
    priority: Mapped[Code | None]
    subject: Mapped[str]
    tags: Mapped[list[Any]] = mapped_column(default=list)
    external_created: Mapped[dt.datetime]
    external_updated: Mapped[dt.datetime]
    received_at: Mapped[Moment]

    case: Mapped[Case] = relationship()
    fields: Mapped[list["CorrespondenceField"]] = relationship(
        cascade="all, delete-orphan", order_by="CorrespondenceField.id"
    )

    __table_args__ = (sa.UniqueConstraint("organisation_id", "case_uid"),)


class CorrespondenceField(Base):
    """A custom field, indexed so that cases can be filtered by it (contract 003)."""

    __tablename__ = "correspondence_fields"

    id: Mapped[Id]
    correspondence_id: Mapped[int] = ref("correspondence_cases.id", index=False)
    name: Mapped[Name]
    value: Mapped[str]

    __table_args__ = (
        sa.UniqueConstraint("correspondence_id", "name"),
        sa.Index("ix_correspondence_fields_name_value", _name, _value),
    )


class Inbox(Base):
    """An inbox name that senders use, and the vertical that answers it."""

    __tablename__ = "inboxes"

    id: Mapped[Id]
    address: Mapped[Name] = mapped_column(unique=True)
    vertical_id: Mapped[int] = ref("verticals.id")
