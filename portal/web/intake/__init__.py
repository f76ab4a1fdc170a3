"""Walk-in intake: search first, then who is here, who needs help, who is said to have done it, and what happened."""
