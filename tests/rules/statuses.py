"""What holds for the words of the other dialects on the one lifecycle."""

from tests.rules.places import CORE, SEATS, WORDS

RULES: dict[str, tuple[str, ...]] = {
    "Closing from outside is each step of it, with a history row": (
        f"{CORE}words::test_each_step_that_a_word_stands_for_is_a_history_row",
        f"{SEATS}::test_closing_and_coming_back_are_whole_walks",
    ),
    "A composite move is refused as a whole": (
        f"{CORE}words::test_a_walk_that_is_refused_half_way_moves_nothing_even_when_the_caller_goes_on",
        f"{SEATS}::test_a_refused_closing_takes_the_other_changes_back",
    ),
    "Waiting is a live case that waits, never a suspended one": (
        "api/constituency/test_create_case::test_waiting_is_a_live_case_that_waits",
        f"{CORE}words::test_waiting_brings_a_closed_case_back_and_lets_it_wait",
    ),
    "No word of a dialect opens a lock": (f"{CORE}words::test_no_word_opens_a_lock",),
    "Every state has its status in the constituency dialect": (
        f"{SEATS}::test_every_state_has_its_status_here_and_is_found_by_it",
    ),
    "A word of the correspondence dialect moves the case and is echoed": (
        f"{WORDS}::test_a_word_moves_the_case_and_is_echoed",
    ),
    "Without the scope to close the word waits for a caseworker": (
        f"{WORDS}::test_without_the_scope_to_close_the_word_waits_for_a_caseworker_once",
    ),
    "A suspended case keeps a message and refuses the rest": (
        "api/correspondence/test_locked_and_merged::test_a_locked_case_takes_new_messages_and_keeps_the_rest",
    ),
    "A report by web form waits to be looked at": (
        "api/helpline/test_webform::test_what_a_partner_says_of_the_state_is_shown_and_not_obeyed",
    ),
    "Priority 1 is high until a partner is confirmed to mean otherwise": (
        "api/helpline/test_create_case::test_priorities_mean_what_the_contract_says",
        f"{CORE}organisations::test_priorities_mean_what_the_contract_says_until_somebody_confirms_otherwise",
    ),
    "A deleted case is absent outside and kept in the record": (
        f"{SEATS}::test_a_deleted_case_is_absent_here_and_kept_in_the_record",
    ),
    "A token of one dialect is refused on another": (
        "api/conformance/test_doors_stay_shut::test_a_token_of_another_dialect_is_refused_on_every_route",
    ),
}
