"""Searching cases and people from the field at the top of every page."""
