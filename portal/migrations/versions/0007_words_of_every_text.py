"""words of every text."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXTS = {
    "case": ("cases", "id", "summary || ' ' || narrative || ' ' || plan", "1 = 1"),
    "message": ("messages", "case_id", "subject || ' ' || text", "1 = 1"),
    "note": ("notes", "case_id", "text", "deleted_at IS NULL"),
    "attachment": (
        "attachments",
        "case_id",
        "file_name || ' ' || description",
        "state = 'stored' AND case_id IS NOT NULL",
    ),
}
SCOPES = (
    "SELECT id, 'v' || primary_vertical_id FROM cases WHERE id IN {ids}",
    "SELECT id, 'u' || owner_id FROM cases WHERE owner_id IS NOT NULL AND id IN {ids}",
    "SELECT case_id, 'u' || user_id FROM case_assignments WHERE case_id IN {ids}",
    "SELECT case_id, 'v' || vertical_id FROM case_participants WHERE status = 'opted_in' AND case_id IN {ids}",
)
BATCH = 500


def upgrade():
    op.create_table(
        "search_texts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("source_id", BIG_ID, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('case', 'message', 'note', 'attachment')", name=op.f("ck_search_texts_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_search_texts_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_texts")),
        sa.UniqueConstraint("kind", "source_id", name=op.f("uq_search_texts_kind_source_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_search_texts_case_id"), "search_texts", ["case_id"])
    if op.get_bind().dialect.name == "sqlite":
        _index_on_sqlite()
    else:
        op.execute(
            "CREATE INDEX ix_search_texts_words ON search_texts USING gin ("
            "(setweight(to_tsvector('simple', search_texts.words), 'A') || "
            "setweight(to_tsvector('simple', search_texts.scope), 'D')))"
        )
    _fill(op.get_bind())


def _index_on_sqlite():
    """An index beside the table, kept by triggers: SQLite's way to full-text search."""
    op.execute(
        "CREATE VIRTUAL TABLE search_words USING fts5(words, scope, content='search_texts', content_rowid='id', "
        "tokenize='unicode61', prefix='2 3')"
    )
    new = "INSERT INTO search_words (rowid, words, scope) VALUES (new.id, new.words, new.scope);"
    old = (
        "INSERT INTO search_words (search_words, rowid, words, scope) VALUES ('delete', old.id, old.words, old.scope);"
    )
    for when, does in (("INSERT", new), ("DELETE", old), ("UPDATE", f"{old} {new}")):
        op.execute(f"CREATE TRIGGER search_texts_{when.lower()} AFTER {when} ON search_texts BEGIN {does} END")


def _fill(connection):
    """Index what was written before: the words, and through whom each case is seen."""
    last = 0
    while (
        ids := connection.execute(
            sa.text("SELECT id FROM cases WHERE id > :last ORDER BY id LIMIT :batch"), {"last": last, "batch": BATCH}
        )
        .scalars()
        .all()
    ):
        last, among = ids[-1], f"({', '.join(map(str, ids))})"
        scopes = {}
        for query in SCOPES:
            for number, word in connection.exec_driver_sql(query.format(ids=among)):
                scopes.setdefault(number, set()).add(word)
        rows = [
            {
                "case": number,
                "kind": kind,
                "source": source,
                "words": _folded(text),
                "scope": " ".join(sorted(scopes[number])),
            }
            for kind, (table, case, columns, there) in TEXTS.items()
            for number, source, text in connection.exec_driver_sql(
                f"SELECT {case}, id, {columns} FROM {table} WHERE {there} AND {case} IN {among} ORDER BY id"  # noqa: S608 - names from above
            )
        ]
        insert = "INSERT INTO search_texts (case_id, kind, source_id, words, scope) VALUES (:case, :kind, :source, :words, :scope)"
        connection.execute(sa.text(insert), rows)


def _folded(text):
    bare = "".join(c for c in unicodedata.normalize("NFKD", (text or "")[:400_000]) if not unicodedata.combining(c))
    return " ".join(word[:100] for word in re.findall(r"[^\W_]+", bare.casefold()))


def downgrade():
    if op.get_bind().dialect.name == "sqlite":
        for when in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER search_texts_{when}")
        op.execute("DROP TABLE search_words")
    op.drop_table("search_texts")
