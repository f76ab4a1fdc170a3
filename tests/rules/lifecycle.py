"""What holds for the steps of a case."""

from tests.rules.places import API, CONSENTS, CORE

RULES: dict[str, tuple[str, ...]] = {
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
        f"{CONSENTS}withdrawing::test_reasons_of_a_suspension_are_added_and_lifted_and_never_edited",
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
