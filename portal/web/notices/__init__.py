"""Notices: what the reader was told without having asked."""
