"""The application under test on a port of this machine, in this process."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log(self, *_arguments: Any) -> None:
        """Keep still."""


@contextlib.contextmanager
def served(app: Flask) -> Iterator[str]:
    """*app* in a thread of this process, on a port of its own; yields its address.

    Schemathesis calls it here, too, not over its own WSGI transport: the probes without credentials of 4.32 cannot be
    sent there.
    """
    server = make_server("127.0.0.1", 0, app, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
