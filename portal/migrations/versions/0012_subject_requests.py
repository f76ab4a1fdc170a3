"""subject requests."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("state = 'open'")


def upgrade():
    op.create_table(
        "subject_requests",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(length=255), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("recorded_by_id", BIG_ID, nullable=True),
        sa.Column("decided_by_id", BIG_ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_subject_requests_decided_when")),
        sa.CheckConstraint(
            "kind IN ('export', 'rectification', 'restriction', 'erasure')", name=op.f("ck_subject_requests_kind")
        ),
        sa.CheckConstraint("state IN ('open', 'granted', 'refused')", name=op.f("ck_subject_requests_state")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_subject_requests_decided_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_subject_requests_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_subject_requests_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_requests")),
        sa.UniqueConstraint("uuid", name=op.f("uq_subject_requests_uuid")),
    )
    op.create_index(
        "ix_subject_requests_open", "subject_requests", ["due_on", "id"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index(op.f("ix_subject_requests_person_id"), "subject_requests", ["person_id"])


def downgrade():
    op.drop_table("subject_requests")
