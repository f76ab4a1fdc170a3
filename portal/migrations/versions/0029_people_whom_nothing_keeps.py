"""people whom nothing keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNKEPT = sa.text("unkept_since IS NOT NULL AND erased_at IS NULL AND root_id IS NULL")


def upgrade():
    op.add_column("people", sa.Column("unkept_since", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_people_unkept", "people", ["unkept_since", "id"], sqlite_where=UNKEPT, postgresql_where=UNKEPT)
    with op.batch_alter_table("erasures") as batch_op:
        batch_op.add_column(sa.Column("rule_id", BIG_ID, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_erasures_rule_id"), "retention_rules", ["rule_id"], ["id"])


def downgrade():
    with op.batch_alter_table("erasures") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_erasures_rule_id"), type_="foreignkey")
        batch_op.drop_column("rule_id")
    op.drop_index("ix_people_unkept", "people")
    op.drop_column("people", "unkept_since")
