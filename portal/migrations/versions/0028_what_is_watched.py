"""what is rare in the audit is found by an index of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

WATCHED = sa.text("action IN ('sensitive.reveal', 'case.export', 'case.break_glass')")


def upgrade():
    op.create_index("ix_audit_events_watched", "audit_events", ["id"], sqlite_where=WATCHED, postgresql_where=WATCHED)


def downgrade():
    op.drop_index("ix_audit_events_watched", "audit_events")
