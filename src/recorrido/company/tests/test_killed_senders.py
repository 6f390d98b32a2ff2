"""Senders in processes of their own, killed in the middle: no mail is lost before, none is doubled after."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection

from recorrido.company.actions import queue_mail, send_next_mail
from recorrido.company.models import Mail
from recorrido.company.tests.mail_servers import Post, serve
from recorrido.shared import clock

pytestmark = pytest.mark.django_db(transaction=True)
SEND = "import django; django.setup(); from recorrido.company.actions import send_next_mail; send_next_mail()"


@pytest.fixture
def killing(settings):
    """A server that kills the sender's process at a point of the talk: ``killing("on_data")``."""
    post = Post()
    controller = serve(post)
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.DEFAULT_FROM_EMAIL = "cx@example.com"

    def run(point: str) -> Post:
        sender = subprocess.Popen([sys.executable, "-c", SEND], env=environment(controller.port))
        setattr(post, point, lambda: sender.send_signal(signal.SIGKILL))
        assert sender.wait(60) == -signal.SIGKILL
        setattr(post, point, lambda: None)
        return post

    yield run
    controller.stop()


def environment(port: int) -> dict[str, str]:
    facts = connection.settings_dict
    url = f"postgresql://{facts['USER']}@/{facts['NAME']}?host={quote(facts['HOST'], safe='')}"
    mail = {"RECORRIDO_SMTP_URL": f"smtp://127.0.0.1:{port}", "RECORRIDO_MAIL_FROM": "cx@example.com"}
    return os.environ | mail | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "recorrido.site.settings"}


def send_all_later() -> None:
    with clock.frozen(clock.now() + timedelta(minutes=6)):
        while send_next_mail():
            pass


def test_a_sender_killed_before_it_hands_over_loses_nothing(killing):
    queue_mail(key="k", to="ana@example.com", subject="Alarma", text="…")
    post = killing("on_rcpt")
    assert (Mail.objects.get().state, post.taken) == ("sending", [])
    send_all_later()
    assert (Mail.objects.get().state, len(post.taken)) == ("sent", 1)


def test_a_sender_killed_after_it_handed_over_doubles_nothing(killing):
    queue_mail(key="k", to="ana@example.com", subject="Alarma", text="…")
    post = killing("on_data")
    assert (Mail.objects.get().state, len(post.taken)) == ("handed", 1)
    send_all_later()
    assert (Mail.objects.get().state, len(post.taken)) == ("unsure", 1)
