"""files of people and households."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person_id", BIG_ID, nullable=True))
        batch_op.add_column(sa.Column("household_id", BIG_ID, nullable=True))
        batch_op.create_index(batch_op.f("ix_attachments_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachments_person_id"), ["person_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_attachments_household_id"), "households", ["household_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_attachments_person_id"), "people", ["person_id"], ["id"])

    with op.batch_alter_table("consent_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_evidence_attachment_id"), ["attachment_id"], unique=False)


def downgrade():
    with op.batch_alter_table("consent_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_evidence_attachment_id"))

    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_attachments_person_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_attachments_household_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_attachments_person_id"))
        batch_op.drop_index(batch_op.f("ix_attachments_household_id"))
        batch_op.drop_column("household_id")
        batch_op.drop_column("person_id")
