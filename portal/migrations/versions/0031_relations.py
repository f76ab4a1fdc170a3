"""relations."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

STANDING = sa.text("ended_at IS NULL")


def upgrade():
    # Nothing wrote this table before: there are no rows to put in order.
    with op.batch_alter_table("relations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("note", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("end_reason", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("reason_text", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False))
        batch_op.add_column(sa.Column("version_id", sa.Integer(), nullable=False))
        batch_op.drop_constraint(batch_op.f("ck_relations_not_oneself"), type_="check")
        batch_op.drop_constraint(batch_op.f("uq_relations_person_id_other_id_kind"), type_="unique")
        batch_op.create_check_constraint(batch_op.f("ck_relations_in_order"), "person_id < other_id")
        batch_op.create_check_constraint(
            batch_op.f("ck_relations_ended_why"), "(ended_at IS NULL) = (end_reason IS NULL)"
        )
        batch_op.create_index(
            "uq_relations_standing",
            ["person_id", "other_id", "kind"],
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        )


def downgrade():
    with op.batch_alter_table("relations", schema=None) as batch_op:
        batch_op.drop_index("uq_relations_standing")
        batch_op.drop_constraint(batch_op.f("ck_relations_ended_why"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_relations_in_order"), type_="check")
        batch_op.create_unique_constraint(
            batch_op.f("uq_relations_person_id_other_id_kind"), ["person_id", "other_id", "kind"]
        )
        batch_op.create_check_constraint(batch_op.f("ck_relations_not_oneself"), "person_id <> other_id")
        for name in ("version_id", "updated_at", "reason_text", "end_reason", "ended_at", "note"):
            batch_op.drop_column(name)
