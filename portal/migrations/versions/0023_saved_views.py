"""views that are kept under a name."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "saved_views",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("query", sa.LargeBinary(), nullable=False),
        sa.Column("shared_with", sa.String(length=64), nullable=False),
        sa.Column("vertical_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("shared_with IN ('nobody', 'vertical', 'office')", name=op.f("ck_saved_views_shared_with")),
        sa.CheckConstraint(
            "(shared_with = 'vertical') = (vertical_id IS NOT NULL)", name=op.f("ck_saved_views_vertical_where_shared")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_saved_views_owner_id")),
        sa.ForeignKeyConstraint(["vertical_id"], ["verticals.id"], name=op.f("fk_saved_views_vertical_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_saved_views_owner_id_name")),
    )
    op.create_index("ix_saved_views_shared_with_vertical_id", "saved_views", ["shared_with", "vertical_id"])


def downgrade():
    op.drop_table("saved_views")
