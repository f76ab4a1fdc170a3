"""A case file as PDF. It is made in memory, by another process, and is never on a disk of ours."""

import json
import logging
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from portal.web.case_file.document import Document

logger = logging.getLogger(__name__)
SECONDS = 60
_PROGRAM = Path(__file__).parent / "typesetter.py"
_one_at_a_time = threading.Lock()  # in each worker, so that their memory is known however many ask


class NotMade(RuntimeError):
    """The file takes more memory or time than one file is granted."""


def made_from(document: Document) -> bytes:
    """The PDF of a document. Raises NotMade."""
    told = json.dumps(asdict(document)).encode()
    with _one_at_a_time:
        try:
            # One fixed program; nothing that was typed is among its arguments.
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-I", str(_PROGRAM)], input=told, capture_output=True, timeout=SECONDS, check=True
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as failure:
            # Not with its traceback: what the typesetter says of its input may quote it.
            logger.error("a case file could not be typeset", extra={"failure": type(failure).__name__})
            raise NotMade from None
    return done.stdout
