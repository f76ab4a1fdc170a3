"""review dates by day."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OPEN = sa.text("done_at IS NULL")


def upgrade():
    op.create_index("ix_reviews_open", "reviews", ["date", "id"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade():
    op.drop_index("ix_reviews_open", table_name="reviews")
