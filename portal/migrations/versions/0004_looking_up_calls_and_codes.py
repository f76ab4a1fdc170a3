"""looking up calls and codes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LOOKED_FOR = ("dialect", "method", "route", "status", "principal")
ENDED = {"refused": "status >= 400 AND status < 500", "failed": "status >= 500"}


def upgrade():
    with op.batch_alter_table("api_calls", schema=None) as batch_op:
        for name in LOOKED_FOR:
            batch_op.create_index(f"ix_api_calls_{name}_at", [name, "at"], unique=False)
        batch_op.create_index("ix_api_calls_correlation_id", ["correlation_id"], unique=False)
        for how, words in ENDED.items():
            where = sa.text(words)
            batch_op.create_index(
                f"ix_api_calls_{how}", ["at"], unique=False, sqlite_where=where, postgresql_where=where
            )

    with op.batch_alter_table("unmapped_codes", schema=None) as batch_op:
        batch_op.create_index("ix_unmapped_codes_list_name_raw", ["list_name", "raw"], unique=False)


def downgrade():
    with op.batch_alter_table("unmapped_codes", schema=None) as batch_op:
        batch_op.drop_index("ix_unmapped_codes_list_name_raw")

    with op.batch_alter_table("api_calls", schema=None) as batch_op:
        for how in ENDED:
            batch_op.drop_index(f"ix_api_calls_{how}")
        batch_op.drop_index("ix_api_calls_correlation_id")
        for name in LOOKED_FOR:
            batch_op.drop_index(f"ix_api_calls_{name}_at")
