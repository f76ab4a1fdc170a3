"""lists of the office: users by name; places that are offered no more; versions of places and codes."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_users_name", "users", ["name", "id"])
    with op.batch_alter_table("places", schema=None) as batch_op:
        batch_op.add_column(sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("version_id", sa.Integer(), server_default="1", nullable=False))
    with op.batch_alter_table("codes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version_id", sa.Integer(), server_default="1", nullable=False))


def downgrade():
    with op.batch_alter_table("codes", schema=None) as batch_op:
        batch_op.drop_column("version_id")
    with op.batch_alter_table("places", schema=None) as batch_op:
        batch_op.drop_column("version_id")
        batch_op.drop_column("active")
    op.drop_index("ix_users_name", table_name="users")
