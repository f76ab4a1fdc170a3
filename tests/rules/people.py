"""What holds for the records of one person."""

from tests.rules.places import CORE, RECORDS

RULES: dict[str, tuple[str, ...]] = {
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
        f"{RECORDS}joining::test_a_joined_record_points_at_the_leading_one_and_nothing_moves",
    ),
    "Joining two records and taking them apart is the identity": (
        f"{RECORDS}joining::test_joining_and_taking_apart_is_the_identity",
        f"{RECORDS}joining::test_what_nobody_had_asked_is_not_asked_after_all",
    ),
    "A record joined with itself, twice or in a circle is refused with a reason": (
        f"{RECORDS}refusals::test_self_repetition_and_cycles_are_refused_with_a_reason",
    ),
    "Consent and double support are those of the person, whichever record they stand on": (
        f"{RECORDS}one_person::test_a_withdrawal_on_one_record_counts_for_the_other_and_ends_with_it",
        f"{RECORDS}one_person::test_a_case_that_lived_on_the_other_records_consent_is_suspended_when_they_are_apart",
        f"{RECORDS}one_person::test_double_support_of_one_person_in_two_records_is_found",
    ),
    "Joining records never widens who sees what": (
        f"{RECORDS}what_is_shown::test_a_record_out_of_sight_leads_nobody_and_is_not_named",
        "web/test_people_pairs::test_a_record_whose_leader_is_out_of_sight_keeps_its_own_page",
    ),
    "Of two who join or take apart at once, one succeeds": (
        f"{RECORDS}joining::test_of_two_who_join_or_take_apart_at_the_same_moment_one_is_told_what_happened",
    ),
}
