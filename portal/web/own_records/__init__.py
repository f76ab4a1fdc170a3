"""The records of those who work here, and of their relatives."""
