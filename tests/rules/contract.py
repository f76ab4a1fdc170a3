"""What the fourth contract says, sentence by sentence."""

from tests.rules.places import API, CONSENTS, CORE

RULES: dict[str, tuple[str, ...]] = {
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
        f"{CONSENTS}whose_consent::test_opening_needs_a_verified_subject_and_consent_and_at_the_interventions_door_always",
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
