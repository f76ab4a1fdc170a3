"""review feeds."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "review_feeds",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_review_feeds_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_feeds")),
        sa.UniqueConstraint("digest", name=op.f("uq_review_feeds_digest")),
        sa.UniqueConstraint("user_id", name=op.f("uq_review_feeds_user_id")),
    )


def downgrade():
    op.drop_table("review_feeds")
