"""reports that wait to be looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WAITING = sa.text("lifecycle_status NOT IN ('closed', 'archived') AND needs_triage")


def upgrade():
    op.create_index(
        "ix_cases_open_triage",
        "cases",
        ["priority", "last_actioned_at", "id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def downgrade():
    op.drop_index("ix_cases_open_triage", table_name="cases")
