"""Servers as they are found: encrypted, asking for a password, with a certificate nobody trusts, slow, or not there."""

from __future__ import annotations

import ssl
import subprocess
from datetime import timedelta

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from recorrido.company.actions import queue_mail, send_next_mail
from recorrido.company.models import Mail
from recorrido.company.tests.mail_servers import Post, serve
from recorrido.shared import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[str, str]:
    """A certificate for localhost that signs itself: (certificate, key)."""
    folder = tmp_path_factory.mktemp("tls")
    names = str(folder / "cert.pem"), str(folder / "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-out", names[0], "-keyout", names[1]],
        check=True, capture_output=True,
    )  # fmt: skip
    return names


@pytest.fixture
def context(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def server(settings):
    """Starts a server with these options and makes it ours: ``server(post, tls_context=…)``."""
    running = []

    def start(post: Post, **more) -> None:
        running.append(serve(post, **more))
        settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", running[-1].port
        settings.DEFAULT_FROM_EMAIL = "Recorrido <cx@example.com>"

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def locked(server, settings, context, certificate, monkeypatch) -> Post:
    """A server that wants STARTTLS and a login, whose certificate this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
    post = Post()
    server(post, tls_context=context, require_starttls=True, auth_required=True, authenticator=_knows_ana)
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = True, "ana", "se@creto"
    return post


def _knows_ana(server, session, envelope, mechanism, data) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"ana", b"se@creto")
    return AuthResult(success=right, handled=right)


def send_later(minutes: int = 0) -> Mail:
    with clock.frozen(clock.now() + timedelta(minutes=minutes)):
        while send_next_mail():
            pass
    return Mail.objects.get()


def queued() -> None:
    queue_mail(key="k", to="eva@example.com", subject="Alarma", text="Algo anda mal.")


def test_a_mail_goes_through_starttls_and_a_login(locked):
    queued()
    assert (send_later().state, len(locked.taken)) == ("sent", 1)


def test_a_wrong_password_is_told_in_the_words_of_the_server_and_the_mail_goes_once_it_is_right(
    locked, settings
):
    settings.EMAIL_HOST_PASSWORD = "no"
    queued()
    mail = send_later()
    assert (mail.state, mail.error[:3], locked.taken) == ("waiting", "535", [])
    settings.EMAIL_HOST_PASSWORD = "se@creto"
    assert (send_later(2).state, len(locked.taken)) == ("sent", 1)


def test_nothing_is_sent_to_a_server_whose_certificate_nobody_trusts(locked, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    queued()
    mail = send_later()
    assert (mail.state, "certificate" in mail.error.lower(), locked.taken) == ("waiting", True, [])


def test_nothing_is_sent_in_the_clear_where_encryption_was_asked_for(server, settings):
    post = Post()
    server(post)
    settings.EMAIL_USE_TLS = True
    queued()
    mail = send_later()
    assert (mail.state, "STARTTLS" in mail.error, post.taken) == ("waiting", True, [])


def test_a_mail_goes_through_tls_from_the_start(server, settings, context, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
    post = Post()
    server(post, ssl_context=context)
    settings.EMAIL_USE_SSL = True
    queued()
    assert (send_later().state, len(post.taken)) == ("sent", 1)


def test_a_server_that_does_not_exist_leaves_the_mail_waiting_with_the_reason(settings):
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "mail.invalid", "cx@example.com"
    queued()
    mail = send_later()
    assert (mail.state, mail.attempts, mail.error[:13]) == ("waiting", 1, "mail.invalid:")


def test_a_server_too_slow_before_the_mail_is_handed_over_is_asked_again(server, settings):
    post = Post()
    post.slow_rcpt = [2.0]
    server(post)
    settings.EMAIL_TIMEOUT = 1
    queued()
    assert send_later().state == "waiting"
    assert (send_later(2).state, len(post.taken)) == ("sent", 1)


def test_a_server_too_slow_after_it_may_have_the_mail_is_not_asked_again(server, settings):
    post = Post()
    post.slow_data = [2.0]
    server(post)
    settings.EMAIL_TIMEOUT = 1
    queued()
    assert send_later().state == "unsure"
    assert (send_later(600).state, len(post.taken)) == ("unsure", 1)
