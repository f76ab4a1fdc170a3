"""why an approval is asked."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("workflow_instances", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason_code", sa.String(64), nullable=True))
        batch_op.add_column(sa.Column("reason_text", sa.Text(), nullable=True))


def downgrade():
    with op.batch_alter_table("workflow_instances", schema=None) as batch_op:
        batch_op.drop_column("reason_text")
        batch_op.drop_column("reason_code")
