from __future__ import annotations

import pytest

from recorrido.company.actions import queue_mail
from recorrido.company.models import Mail

pytestmark = pytest.mark.django_db
MAILS = "/company/mails/"


def queue(number: int) -> Mail:
    return queue_mail(key=f"k{number}", to=f"a{number}@example.com", subject=f"Alarma {number}", text="…")


def test_without_a_mail_server_the_page_says_that_mails_wait(signed_in, admin, settings):
    settings.EMAIL_HOST = ""
    queue(1)
    page = signed_in(admin).get(MAILS).content.decode()
    assert "RECORRIDO_SMTP_URL" in page and "Alarma 1" in page


def test_a_search_finds_mails_by_recipient_and_subject(signed_in, admin):
    queue(1), queue(2)
    for words in ("a2@", "ALARMA 2"):
        rows = signed_in(admin).get(MAILS, {"q": words}).context["page"].rows
        assert [mail.to for mail in rows] == ["a2@example.com"]


def test_a_failed_mail_is_tried_again_from_the_page(signed_in, admin):
    mail = queue(1)
    Mail.objects.update(state="failed", error="550 No such user")
    client = signed_in(admin)
    assert "550 No such user" in client.get(MAILS).content.decode()
    client.post(f"{MAILS}{mail.pk}/retry/")
    assert Mail.objects.get().state == "waiting"


def test_a_test_mail_goes_to_the_one_who_asks(signed_in, admin):
    signed_in(admin).post(f"{MAILS}test/")
    assert Mail.objects.get().to == admin.email


def test_the_list_of_mails_needs_as_many_queries_for_many_as_for_one(
    signed_in, admin, django_assert_num_queries
):
    for number in range(30):
        queue(number)
    client = signed_in(admin)
    with django_assert_num_queries(4):  # session, signed-in staff, the page, how many wait
        client.get(MAILS)


def test_the_mails_are_a_file_too(signed_in, admin):
    queue(1)
    assert "a1@example.com" in signed_in(admin).get(MAILS, {"format": "csv"}).content.decode()
