"""Where tests stand that prove several rules, below ``tests``."""

CORE = "core/test_"
CONSENTS = "core/consents/test_"
RECORDS = "core/person_merging/test_"
API = "api/interventions/test_"
WORDS = "api/correspondence/test_status_words"
SEATS = "api/constituency/test_cases"
