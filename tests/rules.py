"""Which test proves which rule of casework: ``python -m tests.rules`` prints the table.

A rule without a test, and a test that is not there, fail the build (house/test_rules.py).
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent

CORE = "core/test_"
API = "api/interventions/test_"
WORDS = "api/correspondence/test_status_words"
SEATS = "api/constituency/test_cases"

# What the fourth contract says, sentence by sentence.
CONTRACT: dict[str, tuple[str, ...]] = {
    "Cases follow the defined lifecycle": (
        f"{CORE}lifecycle_table::test_every_action_from_every_state_by_every_role",
        f"{CORE}machine::test_whatever_is_done_by_whomever_the_rules_hold",
        f"{API}machine::test_whatever_is_called_by_whomever_the_answers_fit",
        f"{API}walk::test_a_case_from_draft_to_archive",
    ),
    "Each case has one primary vertical": (
        f"{CORE}participants::test_the_primary_vertical_and_one_that_is_there_cannot_be_added",
        "migrations/test_migrations::test_every_rule_of_the_models_is_in_the_database",
    ),
    "Consent is enforced per vertical": (
        f"{CORE}participants::test_opting_in_needs_the_subjects_consent_for_that_very_vertical",
        f"{CORE}transitions::test_missing_consent_stands_against_every_step_forward",
    ),
    "A case is opened for a verified subject with valid consent for the primary vertical": (
        f"{CORE}consents::test_opening_needs_a_verified_subject_and_consent_and_at_the_interventions_door_always",
        f"{API}refusals::test_opening_a_case_names_what_stands_against_it",
    ),
    "Transitions are validated": (
        f"{API}refusals::test_a_step_from_the_wrong_state_says_where_the_case_is_and_what_is_possible",
        f"{CORE}transitions::test_reasons_are_on_their_list_and_other_is_explained",
    ),
    "Duplicate support checks are supported and recorded as conflicts": (
        f"{CORE}conflicts::test_the_same_person_helped_twice_is_flagged_once_however_often_it_is_checked",
        f"{API}structure::test_duplicate_support_is_flagged_once_stands_against_activation_and_is_decided",
    ),
    "A case is opened as a draft, for a person or a household": (
        f"{API}walk::test_a_case_from_draft_to_archive",
        f"{API}people::test_a_household_with_its_members_is_the_subject_of_a_case",
    ),
    "A case shows its details, verticals, programme, places, status and the reason of it": (
        f"{API}walk::test_a_case_shows_exactly_what_is_documented",
    ),
    "Lists are filtered by status, vertical, programme, place and subject": (
        f"{API}walk::test_lists_are_filtered_and_paged",
    ),
    "An update takes programme, places and the end of support, and makes a version": (
        f"{API}edges::test_each_success_raises_the_version",
        f"{API}refusals::test_changes_that_do_not_fit_are_refused_with_their_field",
    ),
    "Who verified and when are claims that are checked": (
        f"{API}refusals::test_who_verified_and_when_are_claims_that_are_checked",
    ),
    "Resuming returns the case to the status it had before": (
        f"{CORE}transitions::test_resuming_returns_to_the_state_before",
    ),
    "OTHER is explained in words": (
        f"{CORE}transitions::test_reasons_are_on_their_list_and_other_is_explained",
        f"{CORE}transitions::test_other_without_words_is_taken_where_the_contract_makes_them_optional",
        f"{API}refusals::test_reasons_are_on_their_lists_and_the_list_is_told",
    ),
    "A vertical that takes part is asked, opts in for itself and is removed with a reason": (
        f"{API}structure::test_a_vertical_is_asked_opts_in_for_itself_and_is_removed",
    ),
    "Ownership is handed over with a reason, and with an approval where policy asks for one": (
        f"{API}structure::test_a_case_is_handed_over_with_consent_for_the_new_vertical",
        f"{API}structure::test_where_the_policy_asks_an_approval_of_somebody_else_is_used_once",
    ),
    "Cases are merged with a reason": (f"{API}structure::test_merging_is_a_pointer_that_can_be_undone",),
    "A case is split with a reason": (f"{API}structure::test_a_case_is_split_into_drafts",),
    "Assignments have a user, a role, a beginning and an end": (f"{API}structure::test_assignments_with_dates",),
    "Conflicts are resolved with a code and dismissed with a reason": (
        f"{CORE}conflicts::test_a_decision_asks_for_its_reason_and_is_final",
        f"{API}structure::test_a_conflict_is_resolved_with_a_code_and_notes_are_optional",
        "web/test_conflicts::test_a_decision_without_its_reason_is_refused_and_what_was_typed_is_kept",
    ),
    "Calls of the API are logged": (
        "api/base/test_door::test_a_call_is_a_row",
        "api/base/test_door::test_a_call_is_a_line_without_the_token_or_the_question",
    ),
    "Lifecycle transitions can be audited": (
        f"{CORE}units::test_a_refusal_changes_nothing_and_is_recorded_once_in_the_chain_of_who_was_refused",
        f"{CORE}machine::test_whatever_is_done_by_whomever_the_rules_hold",
    ),
}

# What holds for subjects and consents.
CONSENT: dict[str, tuple[str, ...]] = {
    "Whoever registered a person or household does not verify them": (
        f"{CORE}verification::test_whoever_registered_does_not_verify_and_an_administrator_may",
    ),
    "An identity number is verified for one person alone": (
        f"{CORE}verification::test_an_identity_number_is_claimed_by_many_and_verified_for_one",
    ),
    "People are put away and taken back, never deleted": (
        f"{CORE}verification::test_archiving_keeps_the_record_and_waits_for_open_cases",
    ),
    "Consent with evidence is active at once; without, somebody else verifies it": (
        f"{CORE}consents::test_consent_with_evidence_is_active_at_once_and_without_it_pending",
        f"{CORE}consents::test_a_pending_consent_is_verified_by_somebody_else_than_who_took_it_down",
    ),
    "One active consent for a person and a vertical": (
        f"{CORE}consents::test_one_active_consent_for_a_person_and_a_vertical",
    ),
    "Every change of a consent is a version that nobody changes": (
        f"{CORE}consents::test_every_change_is_a_version_that_nobody_changes_and_few_may_read",
    ),
    "Reasons of rejection and withdrawal are of the fixed lists": (
        f"{CORE}consents::test_a_rejected_consent_has_a_reason_of_the_fixed_list_and_is_final",
        f"{API}people::test_consent_through_its_life",
    ),
    "Withdrawal suspends every live case in the same transaction and tells the owners": (
        f"{CORE}consents::test_withdrawal_suspends_every_live_case_in_the_same_transaction_and_tells_the_owner",
        f"{CORE}consents::test_a_withdrawal_that_fails_leaves_every_case_as_it_was",
    ),
    "Beyond what one transaction takes, guards refuse at once and a job does the rest": (
        f"{CORE}consents::test_beyond_what_one_unit_takes_guards_refuse_at_once_and_the_rest_follows_by_job",
    ),
    "Consent that returns restores each case unless another reason stands": (
        f"{CORE}consents::test_consent_given_again_restores_each_case_to_where_it_was",
        f"{CORE}consents::test_another_reason_keeps_the_case_suspended_until_it_is_lifted_too",
    ),
    "Guards go by the dates of a consent, not by its label": (
        f"{CORE}consents::test_guards_read_the_clock_and_not_the_label",
        f"{API}people::test_consent_runs_out_by_the_clock",
    ),
    "In the days of grace a case is read only; a renewal lifts that, their end suspends": (
        f"{CORE}consents::test_a_renewal_inside_grace_lifts_it_without_a_suspension",
        f"{CORE}consents::test_after_grace_the_job_suspends_and_a_renewal_restores",
    ),
    "The end of a participant's consent suspends the whole case": (
        f"{CORE}consents::test_the_end_of_a_participants_consent_suspends_the_whole_case_without_saying_whose",
        f"{API}structure::test_the_withdrawal_of_a_participants_consent_suspends_and_removing_it_lifts_that",
    ),
    "A household speaks by its leader, or by every adult where policy says so": (
        f"{CORE}consents::test_a_household_speaks_by_its_leader_and_where_policy_says_so_by_every_adult",
    ),
    "What is written in a case is read by nobody once consent was withdrawn, and it is said who can lift that": (
        "web/test_hidden_case::test_after_a_withdrawal_nobody_reads_it_and_every_page_says_who_can_lift_that",
        "web/test_hidden_case::test_what_was_merged_is_hidden_by_its_own_consent",
        "api/constituency/test_withdrawn::test_afterwards_the_case_is_there_and_says_nothing",
        "api/helpline/test_reading::test_what_is_written_in_a_case_is_not_told_once_consent_was_withdrawn",
        "web/test_case_file::test_once_consent_was_withdrawn_there_is_none_and_the_reason_is_said",
    ),
    "What a withdrawal would do is shown before it is done": (
        f"{CORE}consents::test_what_a_withdrawal_would_do_is_what_it_does",
        f"{CORE}consents::test_while_another_consent_stands_a_withdrawal_stops_nothing_and_the_preview_says_so",
    ),
    "Files of a case whose consent was withdrawn are not read": (
        f"{API}files::test_the_files_of_a_case_are_not_read_once_consent_was_withdrawn",
    ),
}

# What holds for the steps of a case.
LIFECYCLE: dict[str, tuple[str, ...]] = {
    "The verifier is not the submitter": (
        f"{CORE}transitions::test_whoever_submitted_does_not_verify_but_an_administrator_may",
    ),
    "The subject is verified before a case is": (
        f"{CORE}transitions::test_an_unverified_subject_stands_against_verifying_and_activating",
    ),
    "An open conflict stands against activation": (
        f"{CORE}conflicts::test_an_open_conflict_stands_against_activation_and_the_refusal_does_not_take_it_back",
        f"{CORE}conflicts::test_activation_cannot_outrun_the_check",
    ),
    "Reasons of a suspension are added and lifted and never edited": (
        f"{CORE}consents::test_reasons_of_a_suspension_are_added_and_lifted_and_never_edited",
        f"{CORE}transitions::test_every_suspension_leaves_its_reason_and_a_second_one_is_refused",
    ),
    "The portal suspends from every live state": (
        f"{CORE}transitions::test_the_portal_suspends_from_every_live_state_and_nobody_else_does",
    ),
    "Suspended, closed and archived cases are read only": (
        f"{CORE}transitions::test_a_suspended_closed_or_archived_case_is_read_only",
    ),
    "Closing is by hand and, where consent counts, from stabilized alone": (
        f"{CORE}lifecycle_table::test_every_action_from_every_state_by_every_role",
        "web/test_lifecycle_pages::test_where_consent_is_needed_an_active_case_is_stabilized_first",
    ),
    "What is not possible says why and who can lift it": (
        f"{CORE}lifecycle_table::test_what_is_not_possible_says_why_and_who_can_lift_it",
        "web/test_lifecycle_pages::test_what_is_not_possible_says_why_and_who_can_lift_it",
    ),
    "One privileged caller can walk the whole lifecycle": (f"{API}walk::test_one_privileged_token_walks_alone",),
    "A step that is repeated is refused, and with its key gets the first answer": (
        f"{API}refusals::test_a_second_call_is_told_and_a_repeated_one_gets_the_first_answer",
    ),
    "Two at once: one step, and the other is told": (
        f"{CORE}transitions::test_two_supervisors_at_once_one_step_and_the_other_is_told",
        "web/test_lifecycle_pages::test_what_somebody_else_did_first_is_not_done_twice",
        f"{CORE}conflict_queue::test_of_two_who_decide_at_once_one_succeeds_and_the_other_is_told",
        "web/test_conflicts::test_of_two_supervisors_the_second_is_told_what_the_first_decided",
    ),
    "State, history and audit are one transaction": (f"{CORE}units::test_a_failure_inside_a_unit_leaves_nothing",),
}

# What holds for those who share a case, and for cases that are one or several.
STRUCTURE: dict[str, tuple[str, ...]] = {
    "A vertical sees nothing before it opts in": (
        f"{CORE}participants::test_a_vertical_sees_nothing_before_it_opts_in_and_the_case_afterwards",
    ),
    "Nobody opts in for another vertical": (
        f"{CORE}participants::test_nobody_opts_in_for_another_vertical_but_an_administrator_may",
    ),
    "Participants do not steer": (f"{CORE}participants::test_a_participant_writes_down_and_writes_but_never_steers",),
    "Removal is final and asks for a reason": (f"{CORE}participants::test_removal_asks_for_a_reason_and_is_final",),
    "A transfer needs consent there and a fresh look for duplicates": (
        f"{CORE}transfers::test_consent_for_the_new_vertical_is_asked_for",
        f"{CORE}transfers::test_duplicate_support_in_the_new_vertical_is_recorded_and_stands_against_it",
    ),
    "An approval is by somebody else, for this case, and used once": (
        f"{CORE}transfers::test_an_approval_by_somebody_else_is_needed_and_used_up",
        f"{CORE}transfers::test_a_rejected_one_one_for_another_vertical_or_another_case_does_not_do",
    ),
    "The new vertical's part is absorbed and the old vertical is gone": (
        f"{CORE}transfers::test_the_part_of_the_new_vertical_is_absorbed_and_the_programme_left_behind",
        f"{CORE}transfers::test_the_new_vertical_leads_and_the_old_one_is_gone",
    ),
    "A merged case points at its survivor and nothing moves": (
        f"{CORE}merging::test_a_merged_case_points_at_its_survivor_and_nothing_moves",
    ),
    "What arrives for a merged case lands on the survivor and says so": (
        f"{CORE}merging::test_what_is_written_to_a_merged_case_lands_on_the_survivor",
        "api/correspondence/test_locked_and_merged::test_a_message_for_a_merged_case_lands_on_the_survivor",
        "api/constituency/test_merges::test_what_is_written_to_a_merged_case_lands_on_its_survivor",
    ),
    "A survivor is read as one with what was merged into it, and each entry says where it happened": (
        f"{CORE}merged_view::test_the_timeline_of_a_survivor_is_that_of_all_and_each_entry_says_where_it_happened",
        "web/test_merging::test_the_pages_of_the_survivor_show_what_both_have_and_where_it_comes_from",
    ),
    "A merge is shown with every kind of child and its counts before it is confirmed": (
        f"{CORE}merged_view::test_every_table_that_belongs_to_cases_is_counted_or_said_not_to_be_content",
        "web/test_merging::test_the_preview_counts_every_kind_and_changes_nothing",
    ),
    "Merging and undoing it is the identity": (f"{CORE}merging::test_merging_and_undoing_it_is_the_identity",),
    "Itself, a chain, a cycle and a merged case are refused with a reason": (
        f"{CORE}merging::test_self_repetition_chain_cycle_and_already_merged_are_refused_with_a_reason",
    ),
    "A merge never widens who sees what": (
        f"{CORE}merging::test_a_merge_never_widens_who_sees_what",
        "web/test_merging::test_a_reader_sees_of_the_union_only_what_they_may_see",
    ),
    "Merge and split conserve counts": (
        f"{CORE}merging::test_counts_are_conserved",
        f"{CORE}splitting::test_what_is_named_moves_and_the_rest_stays",
    ),
    "New cases of a split are drafts that pass the guards of opening": (
        f"{CORE}splitting::test_new_cases_are_drafts_where_no_consent_is_asked_for_too",
        f"{CORE}splitting::test_each_new_case_passes_the_guards_of_opening",
    ),
    "One conflict for one set, however often it is checked": (
        f"{CORE}conflicts::test_what_was_decided_stays_clear_and_only_a_new_member_is_a_new_conflict",
    ),
    "A household and its member are the same support": (
        f"{CORE}conflicts::test_a_household_and_its_member_are_the_same_support",
    ),
    "Of a conflict, cases that the reader may not see are counted and not named": (
        f"{CORE}conflict_queue::test_a_case_that_the_reader_does_not_see_is_counted_and_neither_named_nor_found_by",
        "web/test_conflicts::test_a_case_that_is_not_for_the_reader_is_counted_and_nothing_else_is_said_of_it",
    ),
    "What leaves on paper was chosen, has a reason, and is in the history": (
        "web/test_case_file::test_what_is_chosen_is_in_it_and_what_is_not_is_not",
        f"{CORE}case_file::test_who_took_what_out_and_why_is_written_down_in_the_chain_of_the_case",
        "web/test_case_file::test_no_file_leaves_where_the_event_cannot_be_written",
        "web/test_case_file::test_others_make_none",
    ),
}

# What holds for the records of one person.
PEOPLE: dict[str, tuple[str, ...]] = {
    "Possible duplicate people wait in a queue, the likeliest first, for who sees both": (
        f"{CORE}people_pairs::test_the_queue_has_the_likeliest_first_and_turns_its_pages_both_ways",
        f"{CORE}people_pairs::test_who_may_not_see_both_people_is_not_told_of_the_pair",
        "web/test_people_pairs::test_a_pair_is_there_only_for_who_may_see_both_people",
    ),
    "Two people are remembered, with the reason": (
        f"{CORE}people_pairs::test_two_people_are_said_to_be_different_once_and_with_a_reason",
        "web/test_people_pairs::test_two_people_are_remembered_with_the_reason_and_can_be_asked_about_again",
    ),
    "A joined record points at the one that leads and nothing moves": (
        f"{CORE}person_merging::test_a_joined_record_points_at_the_leading_one_and_nothing_moves",
    ),
    "Joining two records and taking them apart is the identity": (
        f"{CORE}person_merging::test_joining_and_taking_apart_is_the_identity",
        f"{CORE}person_merging::test_what_nobody_had_asked_is_not_asked_after_all",
    ),
    "A record joined with itself, twice or in a circle is refused with a reason": (
        f"{CORE}person_merging::test_self_repetition_and_cycles_are_refused_with_a_reason",
    ),
    "Consent and double support are those of the person, whichever record they stand on": (
        f"{CORE}person_merging::test_a_withdrawal_on_one_record_counts_for_the_other_and_ends_with_it",
        f"{CORE}person_merging::test_a_case_that_lived_on_the_other_records_consent_is_suspended_when_they_are_apart",
        f"{CORE}person_merging::test_double_support_of_one_person_in_two_records_is_found",
    ),
    "Joining records never widens who sees what": (
        f"{CORE}person_merging::test_a_record_out_of_sight_leads_nobody_and_is_not_named",
        "web/test_people_pairs::test_a_record_whose_leader_is_out_of_sight_keeps_its_own_page",
    ),
    "Of two who join or take apart at once, one succeeds": (
        f"{CORE}person_merging::test_of_two_who_join_or_take_apart_at_the_same_moment_one_is_told_what_happened",
    ),
}

# What holds for the words of the other dialects on the one lifecycle.
STATUSES: dict[str, tuple[str, ...]] = {
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

RULES: dict[str, dict[str, tuple[str, ...]]] = {
    "Contract 004": CONTRACT,
    "Subjects and consent": CONSENT,
    "The steps of a case": LIFECYCLE,
    "Sharing, transfer, merge, split, conflicts": STRUCTURE,
    "Records of one person": PEOPLE,
    "Statuses across dialects": STATUSES,
}


def proofs() -> Iterator[tuple[str, str, str]]:
    """Each rule with each test that proves it: chapter, rule, "file::test"."""
    for chapter, rules in RULES.items():
        for rule, tests in rules.items():
            for test in tests:
                yield chapter, rule, test


def is_there(test: str) -> bool:
    """Whether the test exists."""
    file, _, name = test.partition("::")
    path = HERE / f"{file}.py"
    return path.is_file() and any(
        isinstance(node, ast.FunctionDef) and node.name == name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


def main() -> None:
    """Print the table."""
    for chapter, rules in RULES.items():
        sys.stdout.write(f"\n{chapter}\n{'=' * len(chapter)}\n")
        for rule, tests in rules.items():
            sys.stdout.write(f"{rule}\n")
            for test in tests:
                sys.stdout.write(f"    tests/{test.replace('::', '.py  ')}\n")


if __name__ == "__main__":
    main()
