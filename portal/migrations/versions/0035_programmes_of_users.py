"""programmes of users."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "user_programs",
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("program_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["program_id"], ["programs.id"], name=op.f("fk_user_programs_program_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_programs_user_id")),
        sa.PrimaryKeyConstraint("user_id", "program_id", name=op.f("pk_user_programs")),
    )
    op.create_index(op.f("ix_user_programs_program_id"), "user_programs", ["program_id"])


def downgrade():
    op.drop_table("user_programs")
