"""what is rare in the audit is found by the index over what was done."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

WATCHED = sa.text("action IN ('sensitive.reveal', 'case.export', 'case.break_glass')")


def upgrade():
    op.drop_index("ix_audit_events_watched", "audit_events")


def downgrade():
    op.create_index("ix_audit_events_watched", "audit_events", ["id"], sqlite_where=WATCHED, postgresql_where=WATCHED)
