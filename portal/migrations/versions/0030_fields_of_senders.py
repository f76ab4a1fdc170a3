"""cases are found by the fields of their senders."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index("ix_correspondence_fields_name", table_name="correspondence_fields")
    op.create_index(
        "ix_correspondence_fields_name_value",
        "correspondence_fields",
        [sa.text("lower(name)"), sa.text("lower(substr(value, 1, 200))")],
    )


def downgrade():
    op.drop_index("ix_correspondence_fields_name_value", table_name="correspondence_fields")
    op.create_index("ix_correspondence_fields_name", "correspondence_fields", ["name"])
