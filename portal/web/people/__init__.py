"""People: those on the cases worked on last, and everything about one of them that the reader may see."""
