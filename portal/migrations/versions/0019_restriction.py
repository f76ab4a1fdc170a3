"""restriction."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("people", sa.Column("restricted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column("people", "restricted_at")
