"""what waits for an answer."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ESCALATED = sa.text("lifecycle_status NOT IN ('closed', 'archived') AND escalated")
NOT_ANSWERED = sa.text("status = 'pending_opt_in'")
ASKED = sa.text("status = 'pending'")


def upgrade():
    for name, table, column, where in (
        ("ix_cases_open_escalated", "cases", "escalated_to_id", ESCALATED),
        ("ix_case_participants_pending", "case_participants", "case_id", NOT_ANSWERED),
        ("ix_workflow_instances_pending", "workflow_instances", "target_id", ASKED),
    ):
        op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def downgrade():
    op.drop_index("ix_workflow_instances_pending", table_name="workflow_instances")
    op.drop_index("ix_case_participants_pending", table_name="case_participants")
    op.drop_index("ix_cases_open_escalated", table_name="cases")
