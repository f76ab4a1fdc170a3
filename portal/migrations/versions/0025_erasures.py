"""erasures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TO_SWEEP = sa.text("swept_at IS NULL")


def upgrade():
    op.add_column("people", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "erasures",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("request_id", BIG_ID, nullable=True),
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("uuids", JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", BIG_ID, nullable=True),
        sa.Column("removed", JSON, nullable=False),
        sa.Column("emptied", JSON, nullable=False),
        sa.Column("kept", JSON, nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.Column("swept_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_erasures_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_erasures_person_id")),
        sa.ForeignKeyConstraint(["request_id"], ["subject_requests.id"], name=op.f("fk_erasures_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index("ix_erasures_to_sweep", "erasures", ["id"], sqlite_where=TO_SWEEP, postgresql_where=TO_SWEEP)
    op.create_index(op.f("ix_erasures_person_id"), "erasures", ["person_id"])


def downgrade():
    op.drop_table("erasures")
    op.drop_column("people", "erased_at")
