"""who may see what: restrictions, broken glass, and people close to workers."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade():
    op.create_table(
        "break_glass_grants",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("case_id", BIG_ID, nullable=True),
        sa.Column("reason_code", sa.String(length=64), nullable=False),
        sa.Column("reason_text", sa.Text(), nullable=False),
        sa.Column("beyond", sa.Boolean(), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("expires_at", WHEN, nullable=False),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("notified_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_break_glass_grants_case_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_break_glass_grants_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass_grants")),
    )
    op.create_index(op.f("ix_break_glass_grants_case_id"), "break_glass_grants", ["case_id"])
    op.create_index("ix_break_glass_grants_user_id_at", "break_glass_grants", ["user_id", "at"])
    op.create_index("ix_break_glass_grants_user_id_expires_at", "break_glass_grants", ["user_id", "expires_at"])
    op.create_table(
        "restrictions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("reason_code", sa.String(length=64), nullable=False),
        sa.Column("reason_text", sa.Text(), nullable=True),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("by_id", BIG_ID, nullable=True),
        sa.Column("lifted_at", WHEN, nullable=True),
        sa.Column("lifted_by_id", BIG_ID, nullable=True),
        sa.Column("lift_text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_restrictions_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_restrictions_case_id")),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["users.id"], name=op.f("fk_restrictions_lifted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restrictions")),
    )
    op.create_index(op.f("ix_restrictions_case_id"), "restrictions", ["case_id"])
    with op.batch_alter_table("own_records", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tie", sa.String(length=64), nullable=False, server_default="self"))
        batch_op.add_column(sa.Column("at", WHEN, nullable=False, server_default="1970-01-01 00:00:00+00:00"))
        batch_op.add_column(sa.Column("declared_by_id", BIG_ID, nullable=True))
        batch_op.create_foreign_key(op.f("fk_own_records_declared_by_id"), "users", ["declared_by_id"], ["id"])
    with op.batch_alter_table("own_records", schema=None) as batch_op:
        batch_op.alter_column("tie", server_default=None)
        batch_op.alter_column("at", server_default=None)


def downgrade():
    with op.batch_alter_table("own_records", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_own_records_declared_by_id"), type_="foreignkey")
        batch_op.drop_column("declared_by_id")
        batch_op.drop_column("at")
        batch_op.drop_column("tie")
    op.drop_table("restrictions")
    op.drop_table("break_glass_grants")
