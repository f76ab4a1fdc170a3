"""How many files come at once, and how large they may be."""

from portal import uploads

MOST_FILES = 10
LARGEST = uploads.LARGEST
TOGETHER = 3 * LARGEST
LARGEST_BODY = TOGETHER + uploads.MEBIBYTE  # the files and what is told beside them
