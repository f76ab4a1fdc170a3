"""Holding a case, so that no rule archives or erases it."""
