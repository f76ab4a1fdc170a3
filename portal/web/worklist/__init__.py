"""The work-list: where everybody begins."""
