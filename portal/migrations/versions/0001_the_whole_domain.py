"""the whole domain."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade():
    op.create_table(
        "api_calls",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dialect", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=255), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("principal", sa.String(length=64), nullable=False),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_calls")),
    )
    with op.batch_alter_table("api_calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_calls_at"), ["at"], unique=False)

    op.create_table(
        "audit_chains",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_audit_chains")),
    )
    with op.batch_alter_table("audit_chains", schema=None) as batch_op:
        batch_op.create_index(
            "ix_audit_chains_unsealed",
            ["key"],
            unique=False,
            sqlite_where=sa.text("seq > sealed_seq"),
            postgresql_where=sa.text("seq > sealed_seq"),
        )

    op.create_table(
        "audit_checkpoints",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checkpoints")),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("chain_key", sa.String(length=255), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=64), nullable=False),
        sa.Column("actor_id", BIG_ID, nullable=True),
        sa.Column("actor_name", sa.String(length=255), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("case_id", BIG_ID, nullable=True),
        sa.Column("details", JSON, nullable=False),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
        sa.UniqueConstraint("chain_key", "seq", name=op.f("uq_audit_events_chain_key_seq")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.create_index("ix_audit_events_action", ["action", "id"], unique=False)
        batch_op.create_index("ix_audit_events_actor", ["actor_kind", "actor_id", "id"], unique=False)
        batch_op.create_index("ix_audit_events_at", ["at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_events_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_audit_events_not_done",
            ["id"],
            unique=False,
            sqlite_where=sa.text("outcome <> 'done'"),
            postgresql_where=sa.text("outcome <> 'done'"),
        )

    op.create_table(
        "codes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("list_name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("review_in_days", sa.Integer(), nullable=True),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codes")),
        sa.UniqueConstraint("list_name", "value", name=op.f("uq_codes_list_name_value")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("principal", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("principal", "method", "route", "key", name=op.f("pk_idempotency_keys")),
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_keys_created_at"), ["created_at"], unique=False)

    op.create_table(
        "job_leases",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_run_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_leases")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("priority_map", JSON, nullable=False),
        sa.Column("priority_confirmed", sa.Boolean(), nullable=False),
        sa.Column("defaults", JSON, nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("armed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("armed_address", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('installation', 'partner', 'service')", name=op.f("ck_organisations_kind")),
        sa.CheckConstraint("status IN ('pending', 'active', 'inactive')", name=op.f("ck_organisations_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("uuid", name=op.f("uq_organisations_uuid")),
    )
    op.create_table(
        "places",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("parent_id", BIG_ID, nullable=True),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["places.id"], name=op.f("fk_places_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        sa.UniqueConstraint("code", name=op.f("uq_places_code")),
        sa.UniqueConstraint("uuid", name=op.f("uq_places_uuid")),
    )
    with op.batch_alter_table("places", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_places_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_places_path"), ["path"], unique=False)

    op.create_table(
        "rate_limits",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_limits")),
    )
    op.create_table(
        "settings",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_settings")),
    )
    op.create_table(
        "verticals",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("reference_prefix", sa.String(length=64), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("default_for", sa.String(length=24), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verticals")),
        sa.UniqueConstraint("code", name=op.f("uq_verticals_code")),
        sa.UniqueConstraint("default_for", name=op.f("uq_verticals_default_for")),
        sa.UniqueConstraint("uuid", name=op.f("uq_verticals_uuid")),
    )
    op.create_table(
        "audit_checkpoint_heads",
        sa.Column("checkpoint_id", BIG_ID, nullable=False),
        sa.Column("chain_key", sa.String(length=255), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["audit_checkpoints.id"], name=op.f("fk_audit_checkpoint_heads_checkpoint_id")
        ),
        sa.PrimaryKeyConstraint("checkpoint_id", "chain_key", name=op.f("pk_audit_checkpoint_heads")),
    )
    op.create_table(
        "audit_values",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("event_id", BIG_ID, nullable=False),
        sa.Column("field", sa.String(length=255), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("after", sa.LargeBinary(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["audit_events.id"], name=op.f("fk_audit_values_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_values")),
    )
    with op.batch_alter_table("audit_values", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_values_event_id"), ["event_id"], unique=False)

    op.create_table(
        "code_mappings",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("list_name", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_code_mappings_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_mappings")),
        sa.UniqueConstraint(
            "organisation_id", "list_name", "raw", name=op.f("uq_code_mappings_organisation_id_list_name_raw")
        ),
    )
    with op.batch_alter_table("code_mappings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_mappings_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "inboxes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("vertical_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["vertical_id"], ["verticals.id"], name=op.f("fk_inboxes_vertical_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inboxes")),
        sa.UniqueConstraint("address", name=op.f("uq_inboxes_address")),
    )
    with op.batch_alter_table("inboxes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inboxes_vertical_id"), ["vertical_id"], unique=False)

    op.create_table(
        "policy_packs",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("vertical_id", BIG_ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("consent_mode", sa.String(length=24), nullable=False),
        sa.Column("lawful_basis", sa.Text(), nullable=False),
        sa.Column("auto_intake", sa.Boolean(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("transfer_requires_approval", sa.Boolean(), nullable=False),
        sa.Column("every_adult_consents", sa.Boolean(), nullable=False),
        sa.Column("role_matrix", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "consent_mode = 'required' OR lawful_basis <> ''", name=op.f("ck_policy_packs_lawful_basis_without_consent")
        ),
        sa.CheckConstraint("consent_mode IN ('required', 'not_required')", name=op.f("ck_policy_packs_consent_mode")),
        sa.CheckConstraint("grace_days BETWEEN 0 AND 90", name=op.f("ck_policy_packs_grace_days")),
        sa.ForeignKeyConstraint(["vertical_id"], ["verticals.id"], name=op.f("fk_policy_packs_vertical_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_packs")),
        sa.UniqueConstraint("vertical_id", "version", name=op.f("uq_policy_packs_vertical_id_version")),
    )
    with op.batch_alter_table("policy_packs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_policy_packs_vertical_id"), ["vertical_id"], unique=False)
        batch_op.create_index(
            "uq_policy_packs_current",
            ["vertical_id"],
            unique=True,
            sqlite_where=sa.text("current"),
            postgresql_where=sa.text("current"),
        )

    op.create_table(
        "programs",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("vertical_id", BIG_ID, nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["vertical_id"], ["verticals.id"], name=op.f("fk_programs_vertical_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programs")),
        sa.UniqueConstraint("code", name=op.f("uq_programs_code")),
        sa.UniqueConstraint("uuid", name=op.f("uq_programs_uuid")),
    )
    with op.batch_alter_table("programs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programs_vertical_id"), ["vertical_id"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("agent_code", sa.String(length=32), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("locale", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'service')", name=op.f("ck_users_kind")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_users_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("agent_code", name=op.f("uq_users_agent_code")),
        sa.UniqueConstraint("uuid", name=op.f("uq_users_uuid")),
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_users_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "api_tokens",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("jti", sa.String(length=64), nullable=False),
        sa.Column("family", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("audience", sa.String(length=24), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("organisation_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("family_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("slides", sa.Boolean(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(user_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_api_tokens_one_holder")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_api_tokens_expires_after_creation")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_api_tokens_organisation_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_tokens_digest")),
        sa.UniqueConstraint("jti", name=op.f("uq_api_tokens_jti")),
    )
    with op.batch_alter_table("api_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_tokens_family"), ["family"], unique=False)
        batch_op.create_index(batch_op.f("ix_api_tokens_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_api_tokens_user_id"), ["user_id"], unique=False)

    op.create_table(
        "drafts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_drafts_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("user_id", "form", "key", name=op.f("uq_drafts_user_id_form_key")),
    )
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drafts_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "people",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("full_name", sa.String(length=255), nullable=False),
        sa.Column("given_name", sa.String(length=255), nullable=True),
        sa.Column("family_name", sa.String(length=255), nullable=True),
        sa.Column("organisation_name", sa.String(length=255), nullable=True),
        sa.Column("name_known", sa.String(length=24), nullable=False),
        sa.Column("name_key", sa.String(length=255), nullable=False),
        sa.Column("dob", sa.Date(), nullable=True),
        sa.Column("dob_raw", sa.String(length=64), nullable=True),
        sa.Column("age_value", sa.Integer(), nullable=True),
        sa.Column("age_unit", sa.String(length=24), nullable=True),
        sa.Column("age_at", sa.Date(), nullable=True),
        sa.Column("age_group", sa.String(length=64), nullable=True),
        sa.Column("age_group_label", sa.String(length=255), nullable=True),
        sa.Column("sex", sa.String(length=64), nullable=True),
        sa.Column("sex_label", sa.String(length=255), nullable=True),
        sa.Column("nationality", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=64), nullable=True),
        sa.Column("tribe", sa.String(length=64), nullable=True),
        sa.Column("location", sa.String(length=64), nullable=True),
        sa.Column("landmark", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("blanks", JSON, nullable=False),
        sa.Column("verification_status", sa.String(length=24), nullable=False),
        sa.Column("verified_by_id", BIG_ID, nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registered_by_id", BIG_ID, nullable=True),
        sa.Column("registered_vertical_id", BIG_ID, nullable=True),
        sa.Column("organisation_id", BIG_ID, nullable=True),
        sa.Column("root_id", BIG_ID, nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'organisation')", name=op.f("ck_people_kind")),
        sa.CheckConstraint(
            "verification_status <> 'verified' OR verified_at IS NOT NULL", name=op.f("ck_people_verified_when")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_people_organisation_id")),
        sa.ForeignKeyConstraint(["registered_by_id"], ["users.id"], name=op.f("fk_people_registered_by_id")),
        sa.ForeignKeyConstraint(
            ["registered_vertical_id"], ["verticals.id"], name=op.f("fk_people_registered_vertical_id")
        ),
        sa.ForeignKeyConstraint(["root_id"], ["people.id"], name=op.f("fk_people_root_id")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["users.id"], name=op.f("fk_people_verified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("uuid", name=op.f("uq_people_uuid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index("ix_people_name_key", ["name_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_registered_vertical_id"), ["registered_vertical_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_root_id"), ["root_id"], unique=False)

    op.create_table(
        "tags",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("text", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_tags_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
    )
    op.create_table(
        "user_places",
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("place_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_user_places_place_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_places_user_id")),
        sa.PrimaryKeyConstraint("user_id", "place_id", name=op.f("pk_user_places")),
    )
    with op.batch_alter_table("user_places", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_places_place_id"), ["place_id"], unique=False)

    op.create_table(
        "vertical_members",
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("vertical_id", BIG_ID, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_vertical_members_user_id")),
        sa.ForeignKeyConstraint(["vertical_id"], ["verticals.id"], name=op.f("fk_vertical_members_vertical_id")),
        sa.PrimaryKeyConstraint("user_id", "vertical_id", name=op.f("pk_vertical_members")),
    )
    with op.batch_alter_table("vertical_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vertical_members_vertical_id"), ["vertical_id"], unique=False)

    op.create_table(
        "workflow_instances",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("target_type", sa.String(length=64), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("to_vertical_id", BIG_ID, nullable=True),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("requested_by_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_workflow_instances_requested_by_id")),
        sa.ForeignKeyConstraint(
            ["to_vertical_id"], ["verticals.id"], name=op.f("fk_workflow_instances_to_vertical_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_instances")),
        sa.UniqueConstraint("uuid", name=op.f("uq_workflow_instances_uuid")),
    )
    with op.batch_alter_table("workflow_instances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_workflow_instances_target_id"), ["target_id"], unique=False)

    op.create_table(
        "approvals",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", BIG_ID, nullable=False),
        sa.Column("approver_id", BIG_ID, nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("reason_code", sa.String(length=64), nullable=True),
        sa.Column("reason_text", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("decision IN ('approved', 'rejected')", name=op.f("ck_approvals_decision")),
        sa.ForeignKeyConstraint(["approver_id"], ["users.id"], name=op.f("fk_approvals_approver_id")),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow_instances.id"], name=op.f("fk_approvals_workflow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("uuid", name=op.f("uq_approvals_uuid")),
    )
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approvals_workflow_id"), ["workflow_id"], unique=False)

    op.create_table(
        "consents",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("vertical_id", BIG_ID, nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grace_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by_id", BIG_ID, nullable=True),
        sa.Column("captured_by_id", BIG_ID, nullable=True),
        sa.Column("capture_mode", sa.String(length=64), nullable=False),
        sa.Column("reason_code", sa.String(length=64), nullable=True),
        sa.Column("reason_text", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status <> 'withdrawn' OR withdrawn_at IS NOT NULL", name=op.f("ck_consents_withdrawn_when")
        ),
        sa.CheckConstraint(
            "active_until IS NULL OR active_until > active_from", name=op.f("ck_consents_ends_after_start")
        ),
        sa.ForeignKeyConstraint(["captured_by_id"], ["users.id"], name=op.f("fk_consents_captured_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_consents_person_id")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["users.id"], name=op.f("fk_consents_verified_by_id")),
        sa.ForeignKeyConstraint(["vertical_id"], ["verticals.id"], name=op.f("fk_consents_vertical_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint("uuid", name=op.f("uq_consents_uuid")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_consents_status_active_until", ["status", "active_until"], unique=False)
        batch_op.create_index(
            "ix_consents_unsettled",
            ["id"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_consents_vertical_id"), ["vertical_id"], unique=False)
        batch_op.create_index(
            "uq_consents_active",
            ["person_id", "vertical_id"],
            unique=True,
            sqlite_where=sa.text("status = 'active'"),
            postgresql_where=sa.text("status = 'active'"),
        )

    op.create_table(
        "households",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("leader_id", BIG_ID, nullable=False),
        sa.Column("place_id", BIG_ID, nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("verification_status", sa.String(length=24), nullable=False),
        sa.Column("verified_by_id", BIG_ID, nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registered_by_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "verification_status <> 'verified' OR verified_at IS NOT NULL", name=op.f("ck_households_verified_when")
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["people.id"], name=op.f("fk_households_leader_id")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_households_place_id")),
        sa.ForeignKeyConstraint(["registered_by_id"], ["users.id"], name=op.f("fk_households_registered_by_id")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["users.id"], name=op.f("fk_households_verified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households")),
        sa.UniqueConstraint("uuid", name=op.f("uq_households_uuid")),
    )
    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_households_leader_id"), ["leader_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_households_place_id"), ["place_id"], unique=False)

    op.create_table(
        "own_records",
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_own_records_person_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_own_records_user_id")),
        sa.PrimaryKeyConstraint("user_id", "person_id", name=op.f("pk_own_records")),
    )
    with op.batch_alter_table("own_records", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_own_records_person_id"), ["person_id"], unique=False)

    op.create_table(
        "person_contacts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("contact_type", sa.String(length=64), nullable=True),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("blind", sa.String(length=64), nullable=True),
        sa.Column("blind_suffix", sa.String(length=64), nullable=True),
        sa.Column("safe", sa.String(length=64), nullable=False),
        sa.Column("wish", sa.String(length=255), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_contacts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_contacts")),
    )
    with op.batch_alter_table("person_contacts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_contacts_blind"), ["blind"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_contacts_blind_suffix"), ["blind_suffix"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_contacts_person_id"), ["person_id"], unique=False)

    op.create_table(
        "person_external_ids",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_person_external_ids_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_external_ids_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_external_ids")),
    )
    with op.batch_alter_table("person_external_ids", schema=None) as batch_op:
        batch_op.create_index(
            "ix_person_external_ids_organisation_id_value", ["organisation_id", "value"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_person_external_ids_person_id"), ["person_id"], unique=False)

    op.create_table(
        "person_identifiers",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("blind", sa.String(length=64), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_identifiers_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_identifiers")),
    )
    with op.batch_alter_table("person_identifiers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_identifiers_blind"), ["blind"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_identifiers_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_person_identifiers_verified",
            ["kind", "blind"],
            unique=True,
            sqlite_where=sa.text("verified_at IS NOT NULL"),
            postgresql_where=sa.text("verified_at IS NOT NULL"),
        )

    op.create_table(
        "person_keys",
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column(
            "key", sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_keys_person_id")),
        sa.PrimaryKeyConstraint("person_id", "kind", "key", name=op.f("pk_person_keys")),
    )
    with op.batch_alter_table("person_keys", schema=None) as batch_op:
        batch_op.create_index("ix_person_keys_kind_key", ["kind", "key", "person_id"], unique=False)

    op.create_table(
        "relations",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("other_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("person_id <> other_id", name=op.f("ck_relations_not_oneself")),
        sa.ForeignKeyConstraint(["other_id"], ["people.id"], name=op.f("fk_relations_other_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_relations_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relations")),
        sa.UniqueConstraint("person_id", "other_id", "kind", name=op.f("uq_relations_person_id_other_id_kind")),
    )
    with op.batch_alter_table("relations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relations_other_id"), ["other_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_relations_person_id"), ["person_id"], unique=False)

    op.create_table(
        "cases",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("origin", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("lifecycle_status", sa.String(length=24), nullable=False),
        sa.Column("prior_status", sa.String(length=24), nullable=True),
        sa.Column("status_reason", sa.String(length=64), nullable=True),
        sa.Column("status_text", sa.Text(), nullable=True),
        sa.Column("work_state", sa.String(length=24), nullable=False),
        sa.Column("external_status", sa.String(length=64), nullable=True),
        sa.Column("reported_status", sa.String(length=64), nullable=True),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        sa.Column("escalated_to_id", BIG_ID, nullable=True),
        sa.Column("needs_triage", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.String(length=24), nullable=False),
        sa.Column("priority_raw", sa.String(length=64), nullable=True),
        sa.Column("immediate_danger", sa.String(length=24), nullable=False),
        sa.Column("gbv", sa.String(length=24), nullable=False),
        sa.Column("primary_vertical_id", BIG_ID, nullable=False),
        sa.Column("program_id", BIG_ID, nullable=True),
        sa.Column("subject_person_id", BIG_ID, nullable=True),
        sa.Column("subject_household_id", BIG_ID, nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("narrative", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=True),
        sa.Column("case_type", sa.String(length=64), nullable=True),
        sa.Column("contact_type", sa.String(length=64), nullable=True),
        sa.Column("justice", sa.String(length=64), nullable=True),
        sa.Column("assessment", sa.String(length=64), nullable=True),
        sa.Column("know_about", sa.String(length=64), nullable=True),
        sa.Column("disposition", sa.String(length=64), nullable=True),
        sa.Column("custom_fields", JSON, nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", BIG_ID, nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by_id", BIG_ID, nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stabilized_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner_id", BIG_ID, nullable=True),
        sa.Column("review_date", sa.Date(), nullable=True),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("merged_into_id", BIG_ID, nullable=True),
        sa.Column("root_id", BIG_ID, nullable=True),
        sa.Column("last_actioned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(lifecycle_status = 'suspended') = (prior_status IS NOT NULL)",
            name=op.f("ck_cases_suspended_remembers_prior"),
        ),
        sa.CheckConstraint(
            "lifecycle_status <> 'archived' OR archived_at IS NOT NULL", name=op.f("ck_cases_archived_when")
        ),
        sa.CheckConstraint("lifecycle_status <> 'closed' OR closed_at IS NOT NULL", name=op.f("ck_cases_closed_when")),
        sa.CheckConstraint(
            "lifecycle_status IN ('draft', 'submitted', 'verified', 'active', 'suspended', 'stabilized', 'closed', 'reopened', 'archived')",
            name=op.f("ck_cases_lifecycle_status"),
        ),
        sa.CheckConstraint(
            "merged_into_id IS NULL OR lifecycle_status = 'archived'", name=op.f("ck_cases_merged_is_archived")
        ),
        sa.CheckConstraint(
            "prior_status IS NULL OR prior_status NOT IN ('suspended', 'closed', 'archived')",
            name=op.f("ck_cases_prior"),
        ),
        sa.CheckConstraint(
            "active_until IS NULL OR active_from IS NULL OR active_until > active_from",
            name=op.f("ck_cases_ends_after_start"),
        ),
        sa.CheckConstraint(
            "merged_into_id IS NULL OR merged_into_id <> id", name=op.f("ck_cases_not_merged_into_itself")
        ),
        sa.CheckConstraint(
            "subject_person_id IS NULL OR subject_household_id IS NULL", name=op.f("ck_cases_one_subject")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_cases_created_by_id")),
        sa.ForeignKeyConstraint(["escalated_to_id"], ["users.id"], name=op.f("fk_cases_escalated_to_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["cases.id"], name=op.f("fk_cases_merged_into_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_cases_organisation_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_cases_owner_id")),
        sa.ForeignKeyConstraint(["primary_vertical_id"], ["verticals.id"], name=op.f("fk_cases_primary_vertical_id")),
        sa.ForeignKeyConstraint(["program_id"], ["programs.id"], name=op.f("fk_cases_program_id")),
        sa.ForeignKeyConstraint(["root_id"], ["cases.id"], name=op.f("fk_cases_root_id")),
        sa.ForeignKeyConstraint(
            ["subject_household_id"], ["households.id"], name=op.f("fk_cases_subject_household_id")
        ),
        sa.ForeignKeyConstraint(["subject_person_id"], ["people.id"], name=op.f("fk_cases_subject_person_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["users.id"], name=op.f("fk_cases_submitted_by_id")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["users.id"], name=op.f("fk_cases_verified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("reference", name=op.f("uq_cases_reference")),
        sa.UniqueConstraint("uuid", name=op.f("uq_cases_uuid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index("ix_cases_actioned", ["last_actioned_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_index(
            "ix_cases_open_actioned",
            ["last_actioned_at", "id"],
            unique=False,
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.create_index(
            "ix_cases_open_number",
            ["id"],
            unique=False,
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.create_index(
            "ix_cases_open_priority",
            ["priority", "last_actioned_at", "id"],
            unique=False,
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.create_index(
            "ix_cases_open_review",
            ["review_date", "id"],
            unique=False,
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.create_index(
            "ix_cases_open_vertical_actioned",
            ["primary_vertical_id", "last_actioned_at", "id"],
            unique=False,
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.create_index(
            "ix_cases_open_vertical_number",
            ["primary_vertical_id", "id"],
            unique=False,
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.create_index(
            "ix_cases_open_vertical_priority",
            ["primary_vertical_id", "priority", "last_actioned_at", "id"],
            unique=False,
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.create_index(
            "ix_cases_open_vertical_review",
            ["primary_vertical_id", "review_date", "id"],
            unique=False,
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.create_index(batch_op.f("ix_cases_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_cases_owner_actioned", ["owner_id", "last_actioned_at", "id"], unique=False)
        batch_op.create_index("ix_cases_owner_review", ["owner_id", "review_date"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_program_id"), ["program_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_root_id"), ["root_id"], unique=False)
        batch_op.create_index(
            "ix_cases_status_vertical", ["lifecycle_status", "primary_vertical_id", "last_actioned_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_cases_subject_household_id"), ["subject_household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_subject_person_id"), ["subject_person_id"], unique=False)
        batch_op.create_index(
            "ix_cases_unassigned",
            ["primary_vertical_id", "priority", "last_actioned_at", "id"],
            unique=False,
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived') AND owner_id IS NULL"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived') AND owner_id IS NULL"),
        )
        batch_op.create_index("ix_cases_updated", ["updated_at", "id"], unique=False)
        batch_op.create_index(
            "ix_cases_vertical_actioned", ["primary_vertical_id", "last_actioned_at", "id"], unique=False
        )

    op.create_table(
        "consent_versions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("consent_id", BIG_ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason_code", sa.String(length=64), nullable=True),
        sa.Column("reason_text", sa.Text(), nullable=True),
        sa.Column("actor_id", BIG_ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_consent_versions_actor_id")),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name=op.f("fk_consent_versions_consent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_versions")),
        sa.UniqueConstraint("consent_id", "version", name=op.f("uq_consent_versions_consent_id_version")),
    )
    with op.batch_alter_table("consent_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_versions_consent_id"), ["consent_id"], unique=False)

    op.create_table(
        "household_members",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("household_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("relationship_type", sa.String(length=64), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_until", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "effective_until IS NULL OR effective_until >= effective_from",
            name=op.f("ck_household_members_ends_after_start"),
        ),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_household_members_household_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_household_members_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_members")),
        sa.UniqueConstraint("uuid", name=op.f("uq_household_members_uuid")),
    )
    with op.batch_alter_table("household_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_household_members_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_household_members_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_household_members_current",
            ["household_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("effective_until IS NULL"),
            postgresql_where=sa.text("effective_until IS NULL"),
        )

    op.create_table(
        "case_assignments",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("assigned_role", sa.String(length=64), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("end_reason", sa.String(length=64), nullable=True),
        sa.Column("assigned_by_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "effective_until IS NULL OR effective_until >= effective_from",
            name=op.f("ck_case_assignments_ends_after_start"),
        ),
        sa.ForeignKeyConstraint(["assigned_by_id"], ["users.id"], name=op.f("fk_case_assignments_assigned_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_assignments_case_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_case_assignments_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_assignments")),
        sa.UniqueConstraint("uuid", name=op.f("uq_case_assignments_uuid")),
    )
    with op.batch_alter_table("case_assignments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_assignments_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_case_assignments_user_id_until", ["user_id", "effective_until", "case_id"], unique=False
        )

    op.create_table(
        "case_merges",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("source_id", BIG_ID, nullable=False),
        sa.Column("target_id", BIG_ID, nullable=False),
        sa.Column("prior_status", sa.String(length=64), nullable=False),
        sa.Column("prior_reason", sa.String(length=64), nullable=True),
        sa.Column("prior_text", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.String(length=64), nullable=False),
        sa.Column("reason_text", sa.Text(), nullable=True),
        sa.Column("actor_id", BIG_ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("source_id <> target_id", name=op.f("ck_case_merges_not_itself")),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_case_merges_actor_id")),
        sa.ForeignKeyConstraint(["source_id"], ["cases.id"], name=op.f("fk_case_merges_source_id")),
        sa.ForeignKeyConstraint(["target_id"], ["cases.id"], name=op.f("fk_case_merges_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_merges")),
    )
    with op.batch_alter_table("case_merges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_merges_source_id"), ["source_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_merges_target_id"), ["target_id"], unique=False)
        batch_op.create_index(
            "uq_case_merges_standing",
            ["source_id"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )

    op.create_table(
        "case_participants",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("vertical_id", BIG_ID, nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("added_by_id", BIG_ID, nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opted_in_by_id", BIG_ID, nullable=True),
        sa.Column("opted_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consent_id", BIG_ID, nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason_code", sa.String(length=64), nullable=True),
        sa.Column("reason_text", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status <> 'removed' OR removed_at IS NOT NULL", name=op.f("ck_case_participants_removed_when")
        ),
        sa.ForeignKeyConstraint(["added_by_id"], ["users.id"], name=op.f("fk_case_participants_added_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_participants_case_id")),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name=op.f("fk_case_participants_consent_id")),
        sa.ForeignKeyConstraint(["opted_in_by_id"], ["users.id"], name=op.f("fk_case_participants_opted_in_by_id")),
        sa.ForeignKeyConstraint(["vertical_id"], ["verticals.id"], name=op.f("fk_case_participants_vertical_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_participants")),
    )
    with op.batch_alter_table("case_participants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_participants_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_case_participants_vertical_id_status", ["vertical_id", "status", "case_id"], unique=False
        )
        batch_op.create_index(
            "uq_case_participants_live",
            ["case_id", "vertical_id"],
            unique=True,
            sqlite_where=sa.text("status <> 'removed'"),
            postgresql_where=sa.text("status <> 'removed'"),
        )

    op.create_table(
        "case_people",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("concerning_id", BIG_ID, nullable=True),
        sa.Column("relationship_code", sa.String(length=64), nullable=True),
        sa.Column("shares_home", sa.String(length=64), nullable=True),
        sa.Column("health", sa.LargeBinary(), nullable=True),
        sa.Column("employment", sa.String(length=64), nullable=True),
        sa.Column("marital", sa.String(length=64), nullable=True),
        sa.Column("guardian_name", sa.LargeBinary(), nullable=True),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('reporter', 'client', 'perpetrator', 'other')", name=op.f("ck_case_people_role")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_people_case_id")),
        sa.ForeignKeyConstraint(["concerning_id"], ["case_people.id"], name=op.f("fk_case_people_concerning_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_case_people_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_people")),
        sa.UniqueConstraint("case_id", "role", "person_id", name=op.f("uq_case_people_case_id_role_person_id")),
    )
    with op.batch_alter_table("case_people", schema=None) as batch_op:
        batch_op.create_index("ix_case_people_case_id_role", ["case_id", "role", "position"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_people_concerning_id"), ["concerning_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_people_person_id"), ["person_id"], unique=False)

    op.create_table(
        "case_places",
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("place_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_places_case_id")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_case_places_place_id")),
        sa.PrimaryKeyConstraint("case_id", "place_id", name=op.f("pk_case_places")),
    )
    with op.batch_alter_table("case_places", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_places_place_id"), ["place_id"], unique=False)

    op.create_table(
        "case_restrictions",
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("added_by_id", BIG_ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["users.id"], name=op.f("fk_case_restrictions_added_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_restrictions_case_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_case_restrictions_user_id")),
        sa.PrimaryKeyConstraint("case_id", "user_id", name=op.f("pk_case_restrictions")),
    )
    with op.batch_alter_table("case_restrictions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_restrictions_user_id"), ["user_id"], unique=False)

    op.create_table(
        "case_splits",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("source_id", BIG_ID, nullable=False),
        sa.Column("new_case_id", BIG_ID, nullable=False),
        sa.Column("reason_code", sa.String(length=64), nullable=False),
        sa.Column("reason_text", sa.Text(), nullable=True),
        sa.Column("actor_id", BIG_ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_case_splits_actor_id")),
        sa.ForeignKeyConstraint(["new_case_id"], ["cases.id"], name=op.f("fk_case_splits_new_case_id")),
        sa.ForeignKeyConstraint(["source_id"], ["cases.id"], name=op.f("fk_case_splits_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_splits")),
        sa.UniqueConstraint("new_case_id", name=op.f("uq_case_splits_new_case_id")),
    )
    with op.batch_alter_table("case_splits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_splits_source_id"), ["source_id"], unique=False)

    op.create_table(
        "case_status_history",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("from_status", sa.String(length=24), nullable=True),
        sa.Column("to_status", sa.String(length=24), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("reason_code", sa.String(length=64), nullable=True),
        sa.Column("reason_text", sa.Text(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("actor_id", BIG_ID, nullable=True),
        sa.Column("actor_name", sa.String(length=255), nullable=False),
        sa.Column("claims", JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_case_status_history_actor_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_status_history_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_status_history")),
    )
    with op.batch_alter_table("case_status_history", schema=None) as batch_op:
        batch_op.create_index("ix_case_status_history_case_id_id", ["case_id", "id"], unique=False)

    op.create_table(
        "case_suspensions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("reason_code", sa.String(length=64), nullable=False),
        sa.Column("reason_text", sa.Text(), nullable=True),
        sa.Column("source_vertical_id", BIG_ID, nullable=True),
        sa.Column("by_system", sa.Boolean(), nullable=False),
        sa.Column("actor_id", BIG_ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_case_suspensions_actor_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_suspensions_case_id")),
        sa.ForeignKeyConstraint(
            ["source_vertical_id"], ["verticals.id"], name=op.f("fk_case_suspensions_source_vertical_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_suspensions")),
    )
    with op.batch_alter_table("case_suspensions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_suspensions_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_tags",
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("tag_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_tags_case_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_case_tags_tag_id")),
        sa.PrimaryKeyConstraint("case_id", "tag_id", name=op.f("pk_case_tags")),
    )
    with op.batch_alter_table("case_tags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_tags_tag_id"), ["tag_id"], unique=False)

    op.create_table(
        "case_transfers",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("from_vertical_id", BIG_ID, nullable=False),
        sa.Column("to_vertical_id", BIG_ID, nullable=False),
        sa.Column("reason_code", sa.String(length=64), nullable=False),
        sa.Column("reason_text", sa.Text(), nullable=True),
        sa.Column("approval_id", BIG_ID, nullable=True),
        sa.Column("actor_id", BIG_ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_case_transfers_actor_id")),
        sa.ForeignKeyConstraint(["approval_id"], ["approvals.id"], name=op.f("fk_case_transfers_approval_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_transfers_case_id")),
        sa.ForeignKeyConstraint(
            ["from_vertical_id"], ["verticals.id"], name=op.f("fk_case_transfers_from_vertical_id")
        ),
        sa.ForeignKeyConstraint(["to_vertical_id"], ["verticals.id"], name=op.f("fk_case_transfers_to_vertical_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_transfers")),
        sa.UniqueConstraint("approval_id", name=op.f("uq_case_transfers_approval_id")),
    )
    with op.batch_alter_table("case_transfers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_transfers_case_id"), ["case_id"], unique=False)

    op.create_table(
        "conflicts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("set_key", sa.String(length=255), nullable=False),
        sa.Column("primary_case_id", BIG_ID, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason_code", sa.String(length=64), nullable=True),
        sa.Column("resolution_code", sa.String(length=64), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("decided_by_id", BIG_ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'open') = (decided_at IS NULL)", name=op.f("ck_conflicts_decided_when")),
        sa.CheckConstraint("status IN ('open', 'resolved', 'dismissed')", name=op.f("ck_conflicts_status")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_conflicts_decided_by_id")),
        sa.ForeignKeyConstraint(["primary_case_id"], ["cases.id"], name=op.f("fk_conflicts_primary_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflicts")),
        sa.UniqueConstraint("set_key", name=op.f("uq_conflicts_set_key")),
        sa.UniqueConstraint("uuid", name=op.f("uq_conflicts_uuid")),
    )
    with op.batch_alter_table("conflicts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflicts_primary_case_id"), ["primary_case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflicts_status"), ["status"], unique=False)

    op.create_table(
        "contacts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("phone_blind", sa.String(length=64), nullable=True),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("case_id", BIG_ID, nullable=True),
        sa.Column("vertical_id", BIG_ID, nullable=False),
        sa.Column("agent_id", BIG_ID, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("draft_key", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(outcome = 'case_created') = (case_id IS NOT NULL)", name=op.f("ck_contacts_case_when_created")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["users.id"], name=op.f("fk_contacts_agent_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_contacts_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_contacts_person_id")),
        sa.ForeignKeyConstraint(["vertical_id"], ["verticals.id"], name=op.f("fk_contacts_vertical_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("agent_id", "draft_key", name=op.f("uq_contacts_agent_id_draft_key")),
        sa.UniqueConstraint("uuid", name=op.f("uq_contacts_uuid")),
    )
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contacts_agent_id"), ["agent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contacts_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contacts_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contacts_phone_blind"), ["phone_blind"], unique=False)
        batch_op.create_index(batch_op.f("ix_contacts_vertical_id"), ["vertical_id"], unique=False)

    op.create_table(
        "correspondence_cases",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("case_uid", sa.String(length=255), nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("inbox", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=64), nullable=True),
        sa.Column("priority", sa.String(length=64), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("external_created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("external_updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_correspondence_cases_case_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_correspondence_cases_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondence_cases")),
        sa.UniqueConstraint(
            "organisation_id", "case_uid", name=op.f("uq_correspondence_cases_organisation_id_case_uid")
        ),
    )
    with op.batch_alter_table("correspondence_cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correspondence_cases_case_id"), ["case_id"], unique=False)

    op.create_table(
        "intake_receipts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("src", sa.String(length=255), nullable=False),
        sa.Column("src_uid", sa.String(length=255), nullable=False),
        sa.Column("src_uid2", sa.String(length=255), nullable=False),
        sa.Column("src_address", sa.LargeBinary(), nullable=False),
        sa.Column("src_usr", sa.String(length=255), nullable=False),
        sa.Column("src_vector", sa.String(length=255), nullable=False),
        sa.Column("src_callid", sa.String(length=255), nullable=False),
        sa.Column("src_ts", sa.String(length=64), nullable=False),
        sa.Column("retry_key", sa.String(length=255), nullable=True),
        sa.Column("payload_digest", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_intake_receipts_case_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_intake_receipts_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_receipts")),
        sa.UniqueConstraint(
            "organisation_id",
            "retry_key",
            "payload_digest",
            name=op.f("uq_intake_receipts_organisation_id_retry_key_payload_digest"),
        ),
    )
    with op.batch_alter_table("intake_receipts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_receipts_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_intake_receipts_organisation_id_src_uid", ["organisation_id", "src_uid"], unique=False
        )

    op.create_table(
        "message_seen",
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("up_to", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_message_seen_case_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_message_seen_user_id")),
        sa.PrimaryKeyConstraint("user_id", "case_id", name=op.f("pk_message_seen")),
    )
    with op.batch_alter_table("message_seen", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_seen_case_id"), ["case_id"], unique=False)

    op.create_table(
        "notes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("author_id", BIG_ID, nullable=True),
        sa.Column("author_name", sa.String(length=255), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_notes_author_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notes_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sa.UniqueConstraint("uuid", name=op.f("uq_notes_uuid")),
    )
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.create_index("ix_notes_case_id_at", ["case_id", "at", "id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("case_id", BIG_ID, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notices_case_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_notices_user_id_cleared_at", ["user_id", "cleared_at", "created_at"], unique=False)

    op.create_table(
        "reviews",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("time", sa.Time(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("assigned_to_id", BIG_ID, nullable=True),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["assigned_to_id"], ["users.id"], name=op.f("fk_reviews_assigned_to_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reviews_case_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_reviews_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("uuid", name=op.f("uq_reviews_uuid")),
    )
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_index("ix_reviews_assigned_to_id_date", ["assigned_to_id", "date"], unique=False)
        batch_op.create_index(batch_op.f("ix_reviews_case_id"), ["case_id"], unique=False)

    op.create_table(
        "services",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_services_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("uuid", name=op.f("uq_services_uuid")),
    )
    with op.batch_alter_table("services", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_services_case_id"), ["case_id"], unique=False)

    op.create_table(
        "unmapped_codes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("list_name", sa.String(length=64), nullable=False),
        sa.Column("field", sa.String(length=255), nullable=False),
        sa.Column("raw", sa.String(length=255), nullable=False),
        sa.Column("note", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_unmapped_codes_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmapped_codes")),
    )
    with op.batch_alter_table("unmapped_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unmapped_codes_case_id"), ["case_id"], unique=False)

    op.create_table(
        "conflict_cases",
        sa.Column("conflict_id", BIG_ID, nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_conflict_cases_case_id")),
        sa.ForeignKeyConstraint(["conflict_id"], ["conflicts.id"], name=op.f("fk_conflict_cases_conflict_id")),
        sa.PrimaryKeyConstraint("conflict_id", "case_id", name=op.f("pk_conflict_cases")),
    )
    with op.batch_alter_table("conflict_cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflict_cases_case_id"), ["case_id"], unique=False)

    op.create_table(
        "correspondence_fields",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("correspondence_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["correspondence_id"], ["correspondence_cases.id"], name=op.f("fk_correspondence_fields_correspondence_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondence_fields")),
        sa.UniqueConstraint("correspondence_id", "name", name=op.f("uq_correspondence_fields_correspondence_id_name")),
    )
    with op.batch_alter_table("correspondence_fields", schema=None) as batch_op:
        batch_op.create_index("ix_correspondence_fields_name", ["name"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("correspondence_id", BIG_ID, nullable=True),
        sa.Column("message_uid", sa.String(length=255), nullable=True),
        sa.Column("direction", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=255), nullable=False),
        sa.Column("sender", JSON, nullable=False),
        sa.Column("recipients", JSON, nullable=False),
        sa.Column("recipient_id", BIG_ID, nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("attachment_refs", JSON, nullable=False),
        sa.Column("delivery", sa.String(length=24), nullable=False),
        sa.Column("author_id", BIG_ID, nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_messages_author_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_messages_case_id")),
        sa.ForeignKeyConstraint(
            ["correspondence_id"], ["correspondence_cases.id"], name=op.f("fk_messages_correspondence_id")
        ),
        sa.ForeignKeyConstraint(["recipient_id"], ["people.id"], name=op.f("fk_messages_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("correspondence_id", "message_uid", name=op.f("uq_messages_correspondence_id_message_uid")),
        sa.UniqueConstraint("uuid", name=op.f("uq_messages_uuid")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("ix_messages_case_id_sent_at", ["case_id", "sent_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_recipient_id"), ["recipient_id"], unique=False)

    op.create_table(
        "attachments",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("case_id", BIG_ID, nullable=True),
        sa.Column("message_id", BIG_ID, nullable=True),
        sa.Column("target_type", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=255), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=True),
        sa.Column("classification", sa.String(length=64), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state <> 'stored' OR checksum IS NOT NULL", name=op.f("ck_attachments_stored_has_checksum")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'stored', 'quarantined', 'removed')", name=op.f("ck_attachments_state")
        ),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_attachments_size")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_attachments_case_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_attachments_message_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_attachments_organisation_id")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["users.id"], name=op.f("fk_attachments_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("uuid", name=op.f("uq_attachments_uuid")),
    )
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachments_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachments_checksum"), ["checksum"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachments_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachments_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "message_versions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("message_id", BIG_ID, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_message_versions_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_versions")),
    )
    with op.batch_alter_table("message_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_versions_message_id"), ["message_id"], unique=False)

    op.create_table(
        "consent_evidence",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("consent_id", BIG_ID, nullable=False),
        sa.Column("attachment_id", BIG_ID, nullable=True),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachments.id"], name=op.f("fk_consent_evidence_attachment_id")),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name=op.f("fk_consent_evidence_consent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_evidence")),
    )
    with op.batch_alter_table("consent_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_evidence_consent_id"), ["consent_id"], unique=False)

    # Autogenerate cannot compare indexes on expressions; they are written by hand.
    op.create_index("uq_organisations_name_ci", "organisations", [sa.text("lower(name)")], unique=True)
    op.create_index("uq_users_email_ci", "users", [sa.text("lower(email)")], unique=True)
    op.create_index("uq_tags_text_ci", "tags", [sa.text("lower(text)")], unique=True)


def downgrade():
    for name, table in (
        ("uq_tags_text_ci", "tags"),
        ("uq_users_email_ci", "users"),
        ("uq_organisations_name_ci", "organisations"),
    ):
        op.drop_index(name, table_name=table)
    with op.batch_alter_table("consent_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_evidence_consent_id"))

    op.drop_table("consent_evidence")
    with op.batch_alter_table("message_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_versions_message_id"))

    op.drop_table("message_versions")
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachments_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_attachments_message_id"))
        batch_op.drop_index(batch_op.f("ix_attachments_checksum"))
        batch_op.drop_index(batch_op.f("ix_attachments_case_id"))

    op.drop_table("attachments")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_recipient_id"))
        batch_op.drop_index("ix_messages_case_id_sent_at")

    op.drop_table("messages")
    with op.batch_alter_table("correspondence_fields", schema=None) as batch_op:
        batch_op.drop_index("ix_correspondence_fields_name")

    op.drop_table("correspondence_fields")
    with op.batch_alter_table("conflict_cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conflict_cases_case_id"))

    op.drop_table("conflict_cases")
    with op.batch_alter_table("unmapped_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unmapped_codes_case_id"))

    op.drop_table("unmapped_codes")
    with op.batch_alter_table("services", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_services_case_id"))

    op.drop_table("services")
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reviews_case_id"))
        batch_op.drop_index("ix_reviews_assigned_to_id_date")

    op.drop_table("reviews")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index("ix_notices_user_id_cleared_at")
        batch_op.drop_index(batch_op.f("ix_notices_case_id"))

    op.drop_table("notices")
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.drop_index("ix_notes_case_id_at")

    op.drop_table("notes")
    with op.batch_alter_table("message_seen", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_seen_case_id"))

    op.drop_table("message_seen")
    with op.batch_alter_table("intake_receipts", schema=None) as batch_op:
        batch_op.drop_index("ix_intake_receipts_organisation_id_src_uid")
        batch_op.drop_index(batch_op.f("ix_intake_receipts_case_id"))

    op.drop_table("intake_receipts")
    with op.batch_alter_table("correspondence_cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_correspondence_cases_case_id"))

    op.drop_table("correspondence_cases")
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contacts_vertical_id"))
        batch_op.drop_index(batch_op.f("ix_contacts_phone_blind"))
        batch_op.drop_index(batch_op.f("ix_contacts_person_id"))
        batch_op.drop_index(batch_op.f("ix_contacts_case_id"))
        batch_op.drop_index(batch_op.f("ix_contacts_agent_id"))

    op.drop_table("contacts")
    with op.batch_alter_table("conflicts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conflicts_status"))
        batch_op.drop_index(batch_op.f("ix_conflicts_primary_case_id"))

    op.drop_table("conflicts")
    with op.batch_alter_table("case_transfers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_transfers_case_id"))

    op.drop_table("case_transfers")
    with op.batch_alter_table("case_tags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_tags_tag_id"))

    op.drop_table("case_tags")
    with op.batch_alter_table("case_suspensions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_suspensions_case_id"))

    op.drop_table("case_suspensions")
    with op.batch_alter_table("case_status_history", schema=None) as batch_op:
        batch_op.drop_index("ix_case_status_history_case_id_id")

    op.drop_table("case_status_history")
    with op.batch_alter_table("case_splits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_splits_source_id"))

    op.drop_table("case_splits")
    with op.batch_alter_table("case_restrictions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_restrictions_user_id"))

    op.drop_table("case_restrictions")
    with op.batch_alter_table("case_places", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_places_place_id"))

    op.drop_table("case_places")
    with op.batch_alter_table("case_people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_people_person_id"))
        batch_op.drop_index(batch_op.f("ix_case_people_concerning_id"))
        batch_op.drop_index("ix_case_people_case_id_role")

    op.drop_table("case_people")
    with op.batch_alter_table("case_participants", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_case_participants_live",
            sqlite_where=sa.text("status <> 'removed'"),
            postgresql_where=sa.text("status <> 'removed'"),
        )
        batch_op.drop_index("ix_case_participants_vertical_id_status")
        batch_op.drop_index(batch_op.f("ix_case_participants_case_id"))

    op.drop_table("case_participants")
    with op.batch_alter_table("case_merges", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_case_merges_standing",
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_case_merges_target_id"))
        batch_op.drop_index(batch_op.f("ix_case_merges_source_id"))

    op.drop_table("case_merges")
    with op.batch_alter_table("case_assignments", schema=None) as batch_op:
        batch_op.drop_index("ix_case_assignments_user_id_until")
        batch_op.drop_index(batch_op.f("ix_case_assignments_case_id"))

    op.drop_table("case_assignments")
    with op.batch_alter_table("household_members", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_household_members_current",
            sqlite_where=sa.text("effective_until IS NULL"),
            postgresql_where=sa.text("effective_until IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_household_members_person_id"))
        batch_op.drop_index(batch_op.f("ix_household_members_household_id"))

    op.drop_table("household_members")
    with op.batch_alter_table("consent_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_versions_consent_id"))

    op.drop_table("consent_versions")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("ix_cases_vertical_actioned")
        batch_op.drop_index("ix_cases_updated")
        batch_op.drop_index(
            "ix_cases_unassigned",
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived') AND owner_id IS NULL"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived') AND owner_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_cases_subject_person_id"))
        batch_op.drop_index(batch_op.f("ix_cases_subject_household_id"))
        batch_op.drop_index("ix_cases_status_vertical")
        batch_op.drop_index(batch_op.f("ix_cases_root_id"))
        batch_op.drop_index(batch_op.f("ix_cases_program_id"))
        batch_op.drop_index("ix_cases_owner_review")
        batch_op.drop_index("ix_cases_owner_actioned")
        batch_op.drop_index(batch_op.f("ix_cases_organisation_id"))
        batch_op.drop_index(
            "ix_cases_open_vertical_review",
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.drop_index(
            "ix_cases_open_vertical_priority",
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.drop_index(
            "ix_cases_open_vertical_number",
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.drop_index(
            "ix_cases_open_vertical_actioned",
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.drop_index(
            "ix_cases_open_review",
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.drop_index(
            "ix_cases_open_priority",
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.drop_index(
            "ix_cases_open_number",
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.drop_index(
            "ix_cases_open_actioned",
            sqlite_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
            postgresql_where=sa.text("lifecycle_status NOT IN ('closed', 'archived')"),
        )
        batch_op.drop_index(batch_op.f("ix_cases_merged_into_id"))
        batch_op.drop_index("ix_cases_actioned")

    op.drop_table("cases")
    with op.batch_alter_table("relations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_relations_person_id"))
        batch_op.drop_index(batch_op.f("ix_relations_other_id"))

    op.drop_table("relations")
    with op.batch_alter_table("person_keys", schema=None) as batch_op:
        batch_op.drop_index("ix_person_keys_kind_key")

    op.drop_table("person_keys")
    with op.batch_alter_table("person_identifiers", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_person_identifiers_verified",
            sqlite_where=sa.text("verified_at IS NOT NULL"),
            postgresql_where=sa.text("verified_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_person_identifiers_person_id"))
        batch_op.drop_index(batch_op.f("ix_person_identifiers_blind"))

    op.drop_table("person_identifiers")
    with op.batch_alter_table("person_external_ids", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_external_ids_person_id"))
        batch_op.drop_index("ix_person_external_ids_organisation_id_value")

    op.drop_table("person_external_ids")
    with op.batch_alter_table("person_contacts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_contacts_person_id"))
        batch_op.drop_index(batch_op.f("ix_person_contacts_blind_suffix"))
        batch_op.drop_index(batch_op.f("ix_person_contacts_blind"))

    op.drop_table("person_contacts")
    with op.batch_alter_table("own_records", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_own_records_person_id"))

    op.drop_table("own_records")
    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_households_place_id"))
        batch_op.drop_index(batch_op.f("ix_households_leader_id"))

    op.drop_table("households")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_consents_active",
            sqlite_where=sa.text("status = 'active'"),
            postgresql_where=sa.text("status = 'active'"),
        )
        batch_op.drop_index(batch_op.f("ix_consents_vertical_id"))
        batch_op.drop_index(
            "ix_consents_unsettled",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.drop_index("ix_consents_status_active_until")
        batch_op.drop_index(batch_op.f("ix_consents_person_id"))

    op.drop_table("consents")
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approvals_workflow_id"))

    op.drop_table("approvals")
    with op.batch_alter_table("workflow_instances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_workflow_instances_target_id"))

    op.drop_table("workflow_instances")
    with op.batch_alter_table("vertical_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vertical_members_vertical_id"))

    op.drop_table("vertical_members")
    with op.batch_alter_table("user_places", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_places_place_id"))

    op.drop_table("user_places")
    op.drop_table("tags")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_root_id"))
        batch_op.drop_index(batch_op.f("ix_people_registered_vertical_id"))
        batch_op.drop_index(batch_op.f("ix_people_organisation_id"))
        batch_op.drop_index("ix_people_name_key")

    op.drop_table("people")
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drafts_expires_at"))

    op.drop_table("drafts")
    with op.batch_alter_table("api_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_tokens_user_id"))
        batch_op.drop_index(batch_op.f("ix_api_tokens_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_api_tokens_family"))

    op.drop_table("api_tokens")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_users_organisation_id"))

    op.drop_table("users")
    with op.batch_alter_table("programs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programs_vertical_id"))

    op.drop_table("programs")
    with op.batch_alter_table("policy_packs", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_policy_packs_current", sqlite_where=sa.text("current"), postgresql_where=sa.text("current")
        )
        batch_op.drop_index(batch_op.f("ix_policy_packs_vertical_id"))

    op.drop_table("policy_packs")
    with op.batch_alter_table("inboxes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inboxes_vertical_id"))

    op.drop_table("inboxes")
    with op.batch_alter_table("code_mappings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_code_mappings_organisation_id"))

    op.drop_table("code_mappings")
    with op.batch_alter_table("audit_values", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_values_event_id"))

    op.drop_table("audit_values")
    op.drop_table("audit_checkpoint_heads")
    op.drop_table("verticals")
    op.drop_table("settings")
    op.drop_table("rate_limits")
    with op.batch_alter_table("places", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_places_path"))
        batch_op.drop_index(batch_op.f("ix_places_parent_id"))

    op.drop_table("places")
    op.drop_table("organisations")
    op.drop_table("job_leases")
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_keys_created_at"))

    op.drop_table("idempotency_keys")
    op.drop_table("codes")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_audit_events_not_done",
            sqlite_where=sa.text("outcome <> 'done'"),
            postgresql_where=sa.text("outcome <> 'done'"),
        )
        batch_op.drop_index(batch_op.f("ix_audit_events_case_id"))
        batch_op.drop_index("ix_audit_events_at")
        batch_op.drop_index("ix_audit_events_actor")
        batch_op.drop_index("ix_audit_events_action")

    op.drop_table("audit_events")
    op.drop_table("audit_checkpoints")
    with op.batch_alter_table("audit_chains", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_audit_chains_unsealed",
            sqlite_where=sa.text("seq > sealed_seq"),
            postgresql_where=sa.text("seq > sealed_seq"),
        )

    op.drop_table("audit_chains")
    with op.batch_alter_table("api_calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_calls_at"))

    op.drop_table("api_calls")
