"""pairs of people who may be the same."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NOT_COMPARED = sa.text("compared_at IS NULL")


def upgrade():
    op.create_table(
        "person_pairs",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("low_id", BIG_ID, nullable=False),
        sa.Column("high_id", BIG_ID, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("explanation", JSON, nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("decided_by_id", BIG_ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_person_pairs_in_order")),
        sa.CheckConstraint("state IN ('open', 'same', 'different')", name=op.f("ck_person_pairs_state")),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_person_pairs_decided_when")),
        sa.ForeignKeyConstraint(["low_id"], ["people.id"], name=op.f("fk_person_pairs_low_id")),
        sa.ForeignKeyConstraint(["high_id"], ["people.id"], name=op.f("fk_person_pairs_high_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_person_pairs_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_pairs")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_person_pairs_low_id_high_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_person_pairs_uuid")),
    )
    with op.batch_alter_table("person_pairs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_pairs_high_id"), ["high_id"], unique=False)
        batch_op.create_index("ix_person_pairs_state_score", ["state", "score", "id"], unique=False)

    # Everybody written before is compared by the job, a part at a time.
    op.add_column("people", sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_people_to_compare",
        "people",
        ["id"],
        unique=False,
        sqlite_where=NOT_COMPARED,
        postgresql_where=NOT_COMPARED,
    )


def downgrade():
    op.drop_index("ix_people_to_compare", table_name="people")
    op.drop_column("people", "compared_at")
    with op.batch_alter_table("person_pairs", schema=None) as batch_op:
        batch_op.drop_index("ix_person_pairs_state_score")
        batch_op.drop_index(batch_op.f("ix_person_pairs_high_id"))

    op.drop_table("person_pairs")
