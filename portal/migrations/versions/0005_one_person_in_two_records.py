"""one person in two records."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STANDING = sa.text("undone_at IS NULL")


def upgrade():
    op.create_table(
        "person_merges",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("source_id", BIG_ID, nullable=False),
        sa.Column("target_id", BIG_ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", BIG_ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", BIG_ID, nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("source_id <> target_id", name=op.f("ck_person_merges_not_itself")),
        sa.ForeignKeyConstraint(["source_id"], ["people.id"], name=op.f("fk_person_merges_source_id")),
        sa.ForeignKeyConstraint(["target_id"], ["people.id"], name=op.f("fk_person_merges_target_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_person_merges_actor_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["users.id"], name=op.f("fk_person_merges_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merges")),
    )
    with op.batch_alter_table("person_merges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_merges_source_id"), ["source_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_merges_target_id"), ["target_id"], unique=False)
        batch_op.create_index(
            "uq_person_merges_standing",
            ["source_id"],
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        )


def downgrade():
    op.drop_table("person_merges")
