"""The files of a case: what lies there, adding to it, and looking at what a page can show."""
