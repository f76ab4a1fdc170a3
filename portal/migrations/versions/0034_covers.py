"""who covers for whom while somebody is away."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "covers",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("by_id", BIG_ID, nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by_id", BIG_ID, nullable=True),
        sa.Column("ended_by_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > begins_at", name=op.f("ck_covers_ends_after_start")),
        sa.CheckConstraint("user_id <> by_id", name=op.f("ck_covers_not_oneself")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_covers_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name=op.f("fk_covers_ended_by_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_covers_made_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_covers_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_covers")),
    )
    op.create_index("ix_covers_by_id_ends_at", "covers", ["by_id", "ends_at"])
    op.create_index("ix_covers_user_id_ends_at", "covers", ["user_id", "ends_at"])
    with op.batch_alter_table("notices") as batch_op:
        batch_op.add_column(sa.Column("covered_id", BIG_ID, nullable=True))
        batch_op.create_foreign_key(op.f("fk_notices_covered_id"), "users", ["covered_id"], ["id"])


def downgrade():
    with op.batch_alter_table("notices") as batch_op:
        batch_op.drop_constraint(op.f("fk_notices_covered_id"), type_="foreignkey")
        batch_op.drop_column("covered_id")
    op.drop_table("covers")
