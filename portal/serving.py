"""How gunicorn serves the portal: ``gunicorn --config python:portal.serving wsgi:app``.

Threads read a request's body as slowly as the client sends it, so in production a buffering proxy stands in front.
"""

import os

bind = f"{os.environ.get('PORTAL_BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4

# On SIGTERM requests under way may end; a worker that gives no sign of life for longer than `timeout` is replaced.
graceful_timeout = 30
timeout = 60

# Addresses of pages name people and cases; gunicorn's access log would keep them.
accesslog = None

# Which proxies are believed is settled in one place, PORTAL_TRUSTED_PROXIES; gunicorn by itself believes none.
forwarded_allow_ips = ""

# gunicorn would otherwise open a control socket in the home directory, one for all installations of the same user.
control_socket_disable = True


def post_worker_init(worker) -> None:
    """Let each worker take its turn at the periodic work, in a thread of its own; a lease keeps it to one at a time."""
    from portal import jobs_in_server  # noqa: PLC0415 - settings are read before the application may be imported

    jobs_in_server.start(worker.wsgi)
