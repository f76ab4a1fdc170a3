"""Two libraries for finding duplicates, with the settings of their own published examples for these data sets.

recordlinkage: the guides "Data deduplication" (FEBRL 1) and "Link two datasets" (FEBRL 4), which agree but for the
files. splink: the examples "Deduplicating the febrl3 dataset" and "Linking the febrl4 datasets", whose last, extended
model is the strongest. For the sets that have no example, the one for the same task is taken.
"""

import recordlinkage
import splink.comparison_level_library as level
import splink.comparison_library as comparison
from pyarrow import Table
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from bench.febrl import FebrlSet, Pair

RECORDLINKAGE_THRESHOLD = 3  # more than so many fields agree
SPLINK_THRESHOLD = 0.2  # the probability from which the examples keep a pair

_TYPO_OF_SWITCHED = (
    "jaro_winkler_similarity(given_name_l, surname_r) + jaro_winkler_similarity(surname_l, given_name_r) >= {}"
)


def by_recordlinkage(febrl: FebrlSet) -> dict[Pair, float]:
    """Every pair of one given name, with the number of fields that agree."""
    index = recordlinkage.Index()
    index.block("given_name")
    pairs = index.index(*febrl.files)
    compare = recordlinkage.Compare()
    compare.exact("given_name", "given_name")
    compare.string("surname", "surname", method="jarowinkler", threshold=0.85)
    compare.exact("date_of_birth", "date_of_birth")
    compare.exact("suburb", "suburb")
    compare.exact("state", "state")
    compare.string("address_1", "address_1", threshold=0.85)
    sums = compare.compute(pairs, *febrl.files).sum(axis=1)
    return {frozenset(pair): float(number) for pair, number in sums.items()}


def by_splink(febrl: FebrlSet) -> dict[Pair, float]:
    """Every pair of the blocking rules, with its probability."""
    return _deduplicated(febrl) if len(febrl.files) == 1 else _linked(febrl, _detailed())


def by_splink_extended(febrl: FebrlSet) -> dict[Pair, float]:
    """The same with the extended model for linking, which looks at both names together."""
    return _linked(febrl, _extended())


def _deduplicated(febrl: FebrlSet) -> dict[Pair, float]:
    settings = SettingsCreator(
        unique_id_column_name="rec_id",
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on(column) for column in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")
        ],
        comparisons=[
            comparison.NameComparison("given_name"),
            comparison.NameComparison("surname"),
            comparison.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            comparison.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
            comparison.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            comparison.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
    )
    linker = _linker(febrl, settings)
    sure = [
        block_on("soc_sec_id"),
        block_on("given_name", "surname", "date_of_birth"),
        "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth",
    ]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.9)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=2)
    for column in ("date_of_birth", "postcode"):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(column))
    return _predicted(linker)


def _linked(febrl: FebrlSet, comparisons: list) -> dict[Pair, float]:
    settings = SettingsCreator(
        unique_id_column_name="rec_id",
        link_type="link_only",
        blocking_rules_to_generate_predictions=[
            block_on("given_name", "surname"),
            "l.given_name = r.surname and l.surname = r.given_name",
            block_on("date_of_birth"),
            block_on("soc_sec_id"),
            block_on("state", "address_1"),
            block_on("street_number", "address_1"),
            block_on("postcode"),
        ],
        comparisons=comparisons,
    )
    linker = _linker(febrl, settings)
    sure = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.8)
    # As many pairs as both examples recommend; the detailed model takes fewer "for the purpose of this demo".
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=2)
    for column in ("date_of_birth", "postcode"):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(column), estimate_without_term_frequencies=True
        )
    return _predicted(linker)


def _born():
    return comparison.DateOfBirthComparison(
        "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
    )


def _detailed() -> list:
    return [
        comparison.NameComparison("given_name").configure(term_frequency_adjustments=True),
        comparison.NameComparison("surname").configure(term_frequency_adjustments=True),
        _born(),
        comparison.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        comparison.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        comparison.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
    ]


def _extended() -> list:
    neither = "(given_name_l IS NULL OR given_name_r IS NULL) and (surname_l IS NULL OR surname_r IS NULL)"
    crossed = "given_name_l = surname_r OR surname_l = given_name_r"
    names = [
        {"sql_condition": neither, "label_for_charts": "neither", "is_null_level": True},
        level.ExactMatchLevel("full_name", term_frequency_adjustments=True),
        level.JaroWinklerLevel("full_name", 0.9),
        level.JaroWinklerLevel("full_name", 0.7),
        level.ColumnsReversedLevel("given_name", "surname"),
        *[{"sql_condition": _TYPO_OF_SWITCHED.format(least), "label_for_charts": least} for least in ("1.8", "1.4")],
        level.ExactMatchLevel("given_name", term_frequency_adjustments=True),
        level.ExactMatchLevel("surname", term_frequency_adjustments=True),
        {"sql_condition": crossed, "label_for_charts": "crossed"},
        level.JaroWinklerLevel("given_name", 0.9),
        level.JaroWinklerLevel("surname", 0.9),
        level.ElseLevel(),
    ]
    others = {"soc_sec_id": (1, 2), "street_number": (1,), "postcode": (1, 2)}
    return [
        {"output_column_name": "full_name", "comparison_levels": names},
        _born(),
        *[{"output_column_name": column, "comparison_levels": _levels(column, *far)} for column, far in others.items()],
    ]


def _levels(column: str, *distances: int) -> list:
    return [
        level.NullLevel(column),
        level.ExactMatchLevel(column, term_frequency_adjustments=True),
        *[level.DamerauLevenshteinLevel(column, distance) for distance in distances],
        level.ElseLevel(),
    ]


def _linker(febrl: FebrlSet, settings: SettingsCreator) -> Linker:
    tables = []
    for file in febrl.files:
        named = file.reset_index().assign(full_name=file.given_name.array + "_" + file.surname.array)
        tables.append(Table.from_pandas(named, preserve_index=False))
    database = DuckDBAPI()
    return Linker([database.register(table) for table in tables], settings)


def _predicted(linker: Linker) -> dict[Pair, float]:
    rows = linker.inference.predict().as_duckdbpyrelation().select("rec_id_l, rec_id_r, match_probability").fetchall()
    return {frozenset((one, other)): probability for one, other, probability in rows}
