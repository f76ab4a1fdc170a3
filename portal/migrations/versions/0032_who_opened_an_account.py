"""who opened an account."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NO_CASE = sa.text("case_id IS NULL")


def upgrade():
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_id", BIG_ID, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_notices_by_id"), "users", ["by_id"], ["id"])
        batch_op.create_index(
            "ix_notices_of_no_case", ["user_id", "id"], sqlite_where=NO_CASE, postgresql_where=NO_CASE
        )
    with op.batch_alter_table("api_tokens", schema=None) as batch_op:
        batch_op.add_column(sa.Column("issued_by_id", BIG_ID, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_api_tokens_issued_by_id"), "users", ["issued_by_id"], ["id"])


def downgrade():
    with op.batch_alter_table("api_tokens", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_api_tokens_issued_by_id"), type_="foreignkey")
        batch_op.drop_column("issued_by_id")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index("ix_notices_of_no_case")
        batch_op.drop_constraint(batch_op.f("fk_notices_by_id"), type_="foreignkey")
        batch_op.drop_column("by_id")
