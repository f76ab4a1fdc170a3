"""in which page a draft was typed, and which edit of it is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("drafts", sa.Column("page", sa.String(length=32), nullable=True))
    op.add_column("drafts", sa.Column("edit", sa.Integer(), nullable=True))


def downgrade():
    op.drop_column("drafts", "edit")
    op.drop_column("drafts", "page")
