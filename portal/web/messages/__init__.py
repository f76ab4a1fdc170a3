"""The thread of a case: messages to clients, and notes that never leave the team."""
