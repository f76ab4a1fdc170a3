"""retention."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
CLOSED = sa.text("lifecycle_status = 'closed'")
TELLING = sa.text("lifecycle_status = 'archived' AND merged_into_id IS NULL AND erased_at IS NULL")
OPEN = sa.text("lifted_at IS NULL")
TO_SWEEP = sa.text("swept_at IS NULL")


def upgrade():
    op.create_table(
        "retention_rules",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("vertical_id", BIG_ID, nullable=True),
        sa.Column("archive_months", sa.Integer(), nullable=True),
        sa.Column("erase_months", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "archive_months IS NULL OR archive_months > 0", name=op.f("ck_retention_rules_archive_months")
        ),
        sa.CheckConstraint("erase_months IS NULL OR erase_months > 0", name=op.f("ck_retention_rules_erase_months")),
        sa.CheckConstraint(
            "archive_months IS NOT NULL OR erase_months IS NOT NULL", name=op.f("ck_retention_rules_does_something")
        ),
        sa.ForeignKeyConstraint(["vertical_id"], ["verticals.id"], name=op.f("fk_retention_rules_vertical_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rules")),
        sa.UniqueConstraint("scope", name=op.f("uq_retention_rules_scope")),
    )
    op.create_index(op.f("ix_retention_rules_vertical_id"), "retention_rules", ["vertical_id"])
    op.create_table(
        "legal_holds",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("reason_text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", BIG_ID, nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", BIG_ID, nullable=True),
        sa.Column("lift_text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_legal_holds_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_legal_holds_case_id")),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["users.id"], name=op.f("fk_legal_holds_lifted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_index(op.f("ix_legal_holds_case_id"), "legal_holds", ["case_id"])
    op.create_index(
        "ix_legal_holds_open", "legal_holds", ["case_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_table(
        "case_erasures",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("rule_id", BIG_ID, nullable=False),
        sa.Column("cases", JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed", JSON, nullable=False),
        sa.Column("emptied", JSON, nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.Column("swept_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["rule_id"], ["retention_rules.id"], name=op.f("fk_case_erasures_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_erasures")),
    )
    op.create_index(op.f("ix_case_erasures_rule_id"), "case_erasures", ["rule_id"])
    op.create_index(
        "ix_case_erasures_to_sweep", "case_erasures", ["id"], sqlite_where=TO_SWEEP, postgresql_where=TO_SWEEP
    )
    op.add_column("cases", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    for name, since, where in (
        ("ix_cases_closed_vertical", "closed_at", CLOSED),
        ("ix_cases_archived_vertical", "archived_at", TELLING),
    ):
        columns = ["primary_vertical_id", since, "id"]
        op.create_index(name, "cases", columns, sqlite_where=where, postgresql_where=where)


def downgrade():
    op.drop_index("ix_cases_archived_vertical", "cases")
    op.drop_index("ix_cases_closed_vertical", "cases")
    op.drop_column("cases", "erased_at")
    op.drop_table("case_erasures")
    op.drop_table("legal_holds")
    op.drop_table("retention_rules")
