"""Review dates: as a list and as a calendar."""
