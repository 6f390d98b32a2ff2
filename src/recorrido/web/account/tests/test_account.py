from __future__ import annotations

import pytest
from django.test import Client

from conftest import PASSWORD
from recorrido.company.models import SignInAttempt

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/sign-in/"


def sign_in(client, password=PASSWORD, headers=None, **more):
    form = {"email": "analyst@example.com", "password": password, **more}
    return client.post(SIGN_IN, form, headers=headers)


def test_signing_in_leads_to_the_page_that_was_asked_for(client, analyst):
    assert sign_in(client, next="/account/password/").headers["Location"] == "/account/password/"


def test_signing_in_never_leads_to_another_site(client, analyst):
    assert sign_in(client, next="https://evil.example/").headers["Location"] == "/"


def test_a_wrong_password_gets_a_sentence(client, analyst):
    response = sign_in(client, "wrong")
    assert response.status_code == 422
    assert "no es correct" in response.content.decode()


def test_guessing_is_stopped_with_a_sentence(client, analyst):
    for _ in range(5):
        sign_in(client, "wrong")
    assert "Demasiados intentos" in sign_in(client).content.decode()


def test_an_empty_installation_says_how_to_make_the_first_administrator(client):
    assert "recorrido user create" in client.get(SIGN_IN).content.decode()


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("10.0.0.1, 203.0.113.7:4711", "203.0.113.7"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("unknown", None),
    ],
)
def test_a_proxy_may_write_the_address_as_it_likes(client, analyst, settings, told, kept):
    settings.RECORRIDO_BEHIND_PROXY = True
    sign_in(client, "wrong", headers={"X-Forwarded-For": told})
    assert SignInAttempt.objects.get().address == kept


def test_signing_out_needs_a_post(signed_in, analyst):
    assert signed_in(analyst).get("/account/sign-out/").status_code == 405


def test_a_form_without_its_token_is_refused(analyst):
    assert sign_in(Client(enforce_csrf_checks=True)).status_code == 403


def test_after_signing_out_pages_are_closed(signed_in, analyst):
    client = signed_in(analyst)
    client.post("/account/sign-out/")
    assert client.get("/account/password/").status_code == 302


def test_a_changed_password_ends_the_other_sessions_only(signed_in, analyst):
    other = Client()
    other.force_login(analyst)
    client = signed_in(analyst)
    new = "una-clave-nueva"
    client.post("/account/password/", {"old": PASSWORD, "new": new, "again": new})
    assert client.get("/account/password/").status_code == 200
    assert other.get("/account/password/").status_code == 302


def test_two_different_new_passwords_are_refused(signed_in, analyst):
    response = signed_in(analyst).post("/account/password/", {"old": PASSWORD, "new": "a" * 12, "again": "b"})
    assert response.status_code == 422


@pytest.mark.parametrize(("language", "word"), [("es", "Iniciar sesión"), ("en", "Sign in")])
def test_a_strangers_language_is_kept_in_a_cookie(client, language, word):
    client.post("/account/preferences/", {"language": language, "next": SIGN_IN})
    assert word in client.get(SIGN_IN).content.decode()


def test_the_language_of_staff_follows_them_to_another_browser(signed_in, analyst):
    signed_in(analyst).post("/account/preferences/", {"language": "en"})
    other = Client()
    other.force_login(analyst)
    assert '<html lang="en"' in other.get("/account/password/").content.decode()


def test_a_chosen_theme_marks_the_page(signed_in, analyst):
    client = signed_in(analyst)
    client.post("/account/preferences/", {"theme": "dark"})
    assert 'data-theme="dark"' in client.get("/account/password/").content.decode()


def test_an_unknown_theme_changes_nothing(signed_in, analyst):
    client = signed_in(analyst)
    client.post("/account/preferences/", {"theme": "pink"})
    assert 'data-theme="system"' in client.get("/account/password/").content.decode()


def test_alarms_by_mail_are_switched_off_and_on_again(signed_in, analyst):
    client = signed_in(analyst)
    for fields, expected in (({}, False), ({"alarms": "on"}, True)):
        assert client.post("/account/", fields).status_code == 302
        analyst.refresh_from_db()
        assert analyst.alarms is expected
