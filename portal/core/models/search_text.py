"""What full-text search reads: the words of a case, a message, a note or the name of a file, and who may be told."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, BigId, Code, Id, ref


class SearchText(Base):
    """The words of one text, folded: without accents, case and punctuation. Written beside the text in one transaction.

    ``scope`` has a word for each vertical and each worker through whom the case is seen, so that a search reads little
    of what it must not show; ``visible_cases`` decides all the same. Rows come in the order of time, and so do hits.
    """

    __tablename__ = "search_texts"

    id: Mapped[Id]
    case_id: Mapped[int] = ref("cases.id")
    kind: Mapped[Code]  # case, message, note, attachment
    source_id: Mapped[int] = mapped_column(BigId)
    words: Mapped[str]
    scope: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        sa.UniqueConstraint("kind", "source_id"),
        sa.CheckConstraint("kind IN ('case', 'message', 'note', 'attachment')", name="kind"),
        {"sqlite_autoincrement": True},
    )
