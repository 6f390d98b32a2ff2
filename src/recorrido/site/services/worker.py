from __future__ import annotations

import logging

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from recorrido.site.services import followers


def work(concurrency: int) -> None:
    """Run queued jobs and followers until SIGTERM or Ctrl-C; a running job gets ten seconds to end."""
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    stop_followers = followers.start()
    try:
        with app.replace_connector(connector.get_worker_connector()) as worker_app:
            worker_app.run_worker(
                name="recorrido",
                concurrency=concurrency,
                fetch_job_polling_interval=1.0,  # besides LISTEN: a lost notification costs a second, not a job
                shutdown_graceful_timeout=10.0,
            )
    finally:
        stop_followers()
