"""Users: people who sign in, and service users that hold tokens."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from portal.core import clock
from portal.core.models.base import Base, Code, Id, Name, PublicId, Stamped, UtcDateTime, ref
from portal.core.models.organisation import Organisation
from portal.core.vocabulary import Role


class User(Stamped, Base):
    """Somebody who works here. ``agent_code`` is what the helpline dialect calls ``src_usr``."""

    __tablename__ = "users"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisations.id", default=1)
    email: Mapped[Name]
    name: Mapped[Name]
    role: Mapped[Role]
    kind: Mapped[Code] = mapped_column(default="person")  # person, service
    agent_code: Mapped[str | None] = mapped_column(sa.String(32), unique=True)
    password_hash: Mapped[str | None]
    locale: Mapped[Code] = mapped_column(default="en")
    active: Mapped[bool] = mapped_column(default=True)
    shortcuts: Mapped[bool] = mapped_column(default=True)  # whether single keys do something in the browser
    guided_intake: Mapped[bool] = mapped_column(default=False)  # whether a new intake asks one question a page
    last_activity_at: Mapped[dt.datetime | None]
    # Raised to end every session of this user at once.
    session_epoch: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship()
    memberships: Mapped[list["VerticalMember"]] = relationship(  # noqa: F821 - resolved by name when mappers configure
        back_populates="user", cascade="all, delete-orphan", lazy="raise_on_sql"
    )

    __table_args__ = (
        sa.Index("uq_users_email_ci", sa.func.lower(sa.literal_column("email")), unique=True),
        sa.Index("ix_users_name", "name", "id"),
        sa.CheckConstraint("kind IN ('person', 'service')", name="kind"),
    )

    @property
    def initials(self) -> str:
        """First letters of the first and the last word of the name."""
        words = self.name.split()
        return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper() if words else "?"


def _link(name: str) -> tuple[sa.ColumnClause, ...]:
    return sa.column("user_id"), sa.column(name)


def _listed(value: sa.ColumnElement[str], link: sa.TableClause, of: sa.TableClause, number: sa.ColumnClause):
    """A value of each row that a user is linked with, with spaces between, loaded where it is asked for."""
    found = sa.select(sa.func.aggregate_strings(value, " ")).select_from(link.join(of, of.c.id == number))
    found = found.where(link.c.user_id == User.__table__.c.id).correlate_except(link, of)
    return column_property(found.scalar_subquery(), deferred=True)


# Loaded with whoever signs in, so that those of whom nothing of it was ever written cost no statement more.
_closed = sa.table("own_records", sa.column("user_id"))
_opened = sa.table("break_glass_grants", sa.column("user_id"), sa.column("expires_at", UtcDateTime))
User.has_bounds = column_property(
    sa.or_(
        sa.exists().where(_closed.c.user_id == User.__table__.c.id).correlate_except(_closed),
        sa.exists()
        .where(
            _opened.c.user_id == User.__table__.c.id,
            _opened.c.expires_at > sa.bindparam("at", callable_=clock.now, type_=UtcDateTime, unique=True),
        )
        .correlate_except(_opened),
    ),
    deferred=True,
)

# The ways through the tree to the places to which a user's work is limited, and the programmes as vertical:programme;
# None for those whom nothing limits. remits.py reads them.
_places, _of_place = sa.table("places", sa.column("id"), sa.column("path")), sa.table("user_places", *_link("place_id"))
_programs = sa.table("programs", sa.column("id", sa.BigInteger), sa.column("vertical_id", sa.BigInteger))
_of_program = sa.table("user_programs", *_link("program_id"))
User.working_places = _listed(_places.c.path, _of_place, _places, _of_place.c.place_id)
User.working_programs = _listed(
    sa.cast(_programs.c.vertical_id, sa.String) + ":" + sa.cast(_programs.c.id, sa.String),
    _of_program,
    _programs,
    _of_program.c.program_id,
)
