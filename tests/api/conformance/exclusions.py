"""What schemathesis finds and we answer so on purpose: each with its reason. Everything else fails the run.

One of a dialect's own that no longer happens fails it as well.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schemathesis.core.failures import Failure

from portal.core.vocabulary import Dialect

# Beside the statuses that schemathesis expects by itself. What fits a shape may still be refused for what it says (400)
# or for what it weighs (413); what is longer than its shape allows is 413 where the contract has that.
EXPECTED_BESIDE = {
    "positive_data_acceptance": ["400", "413"],
    "negative_data_rejection": ["413"],
}


@dataclass(frozen=True)
class Exclusion:
    """A finding that is no fault: the kind of failure; where it holds for one alone, dialect and operation."""

    kind: str
    reason: str
    dialect: Dialect | None = None
    operation: str | None = None
    when: Callable[[Any], bool] = lambda _case: True  # of the case that was sent

    def covers(self, dialect: Dialect, failure: Failure, case: Any) -> bool:
        """Whether this is such a finding."""
        return (
            type(failure).__name__ == self.kind
            and self.dialect in (None, dialect)
            and self.operation in (None, case.operation.label)
            and self.when(case)
        )


# How schemathesis describes a request that it made to fit.
_FITTING = (
    "positive test case",
    "valid object",
    "object with valid",
    "object with only required",
    "object with all required",
)


def _fits_by_its_own_word(case: Any) -> bool:
    return getattr(case.meta.phase.data, "description", "").lower().startswith(_FITTING) if case.meta else False


EXCLUSIONS = (
    Exclusion(
        "AcceptedNegativeData",
        "Schemathesis counts some requests among the wrong ones and calls them right in the same breath: without a "
        "body where none is required, and with files, of which any bytes are one.",
        when=_fits_by_its_own_word,
    ),
    Exclusion(
        "AllowHeaderMismatch",
        "Any caseUid makes an address: a case that its sender calls 'messages' is read and changed under this one, so "
        "GET and PATCH are allowed here beside PUT and POST.",
        dialect=Dialect.CORRESPONDENCE,
        operation="POST /v1/case/messages",
    ),
)
