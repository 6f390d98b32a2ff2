from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection

from recorrido.company.actions import queue_mail, retry_mail, send_next_mail
from recorrido.company.errors import BadAddress
from recorrido.company.models import AuditEntry, Mail
from recorrido.company.tests.mail_servers import Post, free_port, serve
from recorrido.shared import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(settings):
    post = Post()
    controller = serve(post)
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.DEFAULT_FROM_EMAIL = "Recorrido <cx@example.com>"
    yield post
    controller.stop()


def queued(to: str = "ana@example.com", **more) -> Mail:
    fields = {"key": f"k:{to}", "subject": "Errores en caja", "text": "Algo anda mal."}
    return queue_mail(to=to, **(fields | more))


def after(mail: Mail) -> Mail:
    mail.refresh_from_db()
    return mail


def send_all() -> None:
    while send_next_mail():
        pass


def test_a_queued_mail_arrives_once_with_its_words(post):
    queued(subject="Áreas\nBcc: otro@example.com", text="¿Qué pasa con la caja?", html="<p>¿Qué pasa?</p>")
    send_all()
    (mail,) = post.taken
    assert (mail["To"], mail["From"]) == ("ana@example.com", "Recorrido <cx@example.com>")
    assert (mail["Subject"], mail["Bcc"]) == ("Áreas Bcc: otro@example.com", None)
    assert mail.get_body(("plain",)).get_content().strip() == "¿Qué pasa con la caja?"


def test_the_same_key_twice_is_one_mail(post):
    assert queued().pk == queued(text="otra cosa").pk
    send_all()
    send_all()
    assert len(post.taken) == 1


def test_an_address_that_is_none_is_refused_with_a_sentence():
    with pytest.raises(BadAddress, match="ana at example"):
        queued("ana at example")


def test_without_a_server_mails_wait(settings):
    settings.EMAIL_HOST = ""
    mail = queued()
    assert send_next_mail() is False
    assert (after(mail).state, mail.attempts) == ("waiting", 0)


def test_a_refused_recipient_fails_with_the_words_of_the_server_and_others_go_on(post):
    post.rcpt["nobody@example.com"] = "550 No such user here"
    refused, fine = queued("nobody@example.com"), queued()
    send_all()
    assert (after(refused).state, refused.error) == ("failed", "550 No such user here")
    assert after(fine).state == "sent"


def test_a_server_that_is_away_is_asked_again_later_and_one_attempt_is_counted(settings, post):
    right, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    mail, other = queued(), queued("eva@example.com")
    send_all()
    assert (after(mail).state, mail.attempts, after(other).attempts) == ("waiting", 1, 0)
    assert "refused" in mail.error
    settings.EMAIL_PORT = right
    send_all()
    assert not post.taken
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        send_all()
    assert len(post.taken) == 2


def test_a_mail_that_is_never_taken_fails_after_a_day_and_a_half(post):
    post.rcpt["ana@example.com"] = "451 Try again later"
    mail, start = queued(), clock.now()
    for hours in range(40):
        with clock.frozen(start + timedelta(hours=hours)):
            send_all()
    assert (after(mail).state, mail.error) == ("failed", "451 Try again later")
    assert mail.attempts == 13


def test_a_mail_that_is_delayed_at_the_end_of_its_text_is_sent_later(post):
    post.data = ["452 Disk full"]
    mail = queued()
    send_all()
    assert after(mail).state == "waiting"
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        send_all()
    assert (after(mail).state, len(post.taken)) == ("sent", 1)


def test_an_alarm_that_waited_until_it_was_of_no_use_is_given_up(settings):
    settings.EMAIL_HOST = ""
    mail = queued(useful_until=clock.now() + timedelta(hours=1))
    with clock.frozen(clock.now() + timedelta(hours=2)):
        send_next_mail()
    assert after(mail).state == "failed"


def test_a_claim_of_a_sender_that_died_before_handing_over_lapses(post):
    mail = queued()
    Mail.objects.update(state="sending", attempts=1, next_try_at=clock.now() + timedelta(minutes=5))
    send_all()
    assert not post.taken
    with clock.frozen(clock.now() + timedelta(minutes=6)):
        send_all()
    assert (after(mail).state, len(post.taken)) == ("sent", 1)


@pytest.mark.django_db(transaction=True)
def test_a_sender_whose_claim_lapsed_does_not_hand_the_mail_over(post):
    queued()
    post.on_rcpt = claimed_by_another
    send_next_mail()
    assert (post.taken, Mail.objects.get().state) == ([], "sending")


def claimed_by_another() -> None:
    """While the first sender waits for the server's answer."""
    in_thread(lambda: Mail.objects.update(attempts=2)).join()


def in_thread(work: Callable[[], object]) -> Thread:
    """Run with a connection to the database of its own, closed afterwards."""

    def run() -> None:
        work()
        connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_three_senders_at_once_send_each_mail_once(post):
    for number in range(12):
        queued(f"a{number}@example.com")
    for thread in [in_thread(send_all) for _ in range(3)]:
        thread.join()
    assert sorted(mail["To"] for mail in post.taken) == sorted(
        f"a{number}@example.com" for number in range(12)
    )


def test_a_mail_perhaps_sent_goes_out_again_only_when_somebody_says_so(post, admin):
    mail = queued()
    Mail.objects.update(state="handed", attempts=1, next_try_at=clock.now() - timedelta(minutes=1))
    send_all()
    assert (after(mail).state, post.taken) == ("unsure", [])
    assert retry_mail(actor=admin, mail_id=mail.pk)
    send_all()
    assert (after(mail).state, len(post.taken)) == ("sent", 1)
    assert AuditEntry.objects.get(action="mail.retried").detail["from"] == "unsure"


def test_a_sent_mail_cannot_be_retried(post, admin):
    mail = queued()
    send_all()
    assert retry_mail(actor=admin, mail_id=mail.pk) is False
