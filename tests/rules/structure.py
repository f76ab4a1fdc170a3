"""What holds for those who share a case, and for cases that are one or several."""

from tests.rules.places import CORE

RULES: dict[str, tuple[str, ...]] = {
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
        "web/merging/test_survivor::test_the_pages_of_the_survivor_show_what_both_have_and_where_it_comes_from",
    ),
    "A merge is shown with every kind of child and its counts before it is confirmed": (
        f"{CORE}merged_view::test_every_table_that_belongs_to_cases_is_counted_or_said_not_to_be_content",
        "web/merging/test_confirming::test_the_preview_counts_every_kind_and_changes_nothing",
    ),
    "Merging and undoing it is the identity": (f"{CORE}merging::test_merging_and_undoing_it_is_the_identity",),
    "Itself, a chain, a cycle and a merged case are refused with a reason": (
        f"{CORE}merging::test_self_repetition_chain_cycle_and_already_merged_are_refused_with_a_reason",
    ),
    "A merge never widens who sees what": (
        f"{CORE}merging::test_a_merge_never_widens_who_sees_what",
        "web/merging/test_survivor::test_a_reader_sees_of_the_union_only_what_they_may_see",
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
