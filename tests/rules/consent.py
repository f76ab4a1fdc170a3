"""What holds for subjects and consents."""

from tests.rules.places import API, CONSENTS, CORE

RULES: dict[str, tuple[str, ...]] = {
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
        f"{CONSENTS}giving::test_consent_with_evidence_is_active_at_once_and_without_it_pending",
        f"{CONSENTS}giving::test_a_pending_consent_is_verified_by_somebody_else_than_who_took_it_down",
    ),
    "One active consent for a person and a vertical": (
        f"{CONSENTS}giving::test_one_active_consent_for_a_person_and_a_vertical",
    ),
    "Every change of a consent is a version that nobody changes": (
        f"{CONSENTS}giving::test_every_change_is_a_version_that_nobody_changes_and_few_may_read",
    ),
    "Reasons of rejection and withdrawal are of the fixed lists": (
        f"{CONSENTS}giving::test_a_rejected_consent_has_a_reason_of_the_fixed_list_and_is_final",
        f"{API}people::test_consent_through_its_life",
    ),
    "Withdrawal suspends every live case in the same transaction and tells the owners": (
        f"{CONSENTS}withdrawing::test_withdrawal_suspends_every_live_case_in_the_same_transaction_and_tells_the_owner",
        f"{CONSENTS}withdrawing::test_a_withdrawal_that_fails_leaves_every_case_as_it_was",
    ),
    "Beyond what one transaction takes, guards refuse at once and a job does the rest": (
        f"{CONSENTS}withdrawing::test_beyond_what_one_unit_takes_guards_refuse_at_once_and_the_rest_follows_by_job",
    ),
    "Consent that returns restores each case unless another reason stands": (
        f"{CONSENTS}withdrawing::test_consent_given_again_restores_each_case_to_where_it_was",
        f"{CONSENTS}withdrawing::test_another_reason_keeps_the_case_suspended_until_it_is_lifted_too",
    ),
    "Guards go by the dates of a consent, not by its label": (
        f"{CONSENTS}running_out::test_guards_read_the_clock_and_not_the_label",
        f"{API}people::test_consent_runs_out_by_the_clock",
    ),
    "In the days of grace a case is read only; a renewal lifts that, their end suspends": (
        f"{CONSENTS}running_out::test_a_renewal_inside_grace_lifts_it_without_a_suspension",
        f"{CONSENTS}running_out::test_after_grace_the_job_suspends_and_a_renewal_restores",
    ),
    "The end of a participant's consent suspends the whole case": (
        f"{CONSENTS}whose_consent::test_the_end_of_a_participants_consent_suspends_the_whole_case_without_saying_whose",
        f"{API}structure::test_the_withdrawal_of_a_participants_consent_suspends_and_removing_it_lifts_that",
    ),
    "A household speaks by its leader, or by every adult where policy says so": (
        f"{CONSENTS}whose_consent::test_a_household_speaks_by_its_leader_and_where_policy_says_so_by_every_adult",
    ),
    "What is written in a case is read by nobody once consent was withdrawn, and it is said who can lift that": (
        "web/test_hidden_case::test_after_a_withdrawal_nobody_reads_it_and_every_page_says_who_can_lift_that",
        "web/test_hidden_case::test_what_was_merged_is_hidden_by_its_own_consent",
        "api/constituency/test_withdrawn::test_afterwards_the_case_is_there_and_says_nothing",
        "api/helpline/test_reading::test_what_is_written_in_a_case_is_not_told_once_consent_was_withdrawn",
        "web/test_case_file::test_once_consent_was_withdrawn_there_is_none_and_the_reason_is_said",
    ),
    "What a withdrawal would do is shown before it is done": (
        f"{CONSENTS}withdrawing::test_what_a_withdrawal_would_do_is_what_it_does",
        f"{CONSENTS}withdrawing::test_while_another_consent_stands_a_withdrawal_stops_nothing_and_the_preview_says_so",
    ),
    "Files of a case whose consent was withdrawn are not read": (
        f"{API}files::test_the_files_of_a_case_are_not_read_once_consent_was_withdrawn",
    ),
}
