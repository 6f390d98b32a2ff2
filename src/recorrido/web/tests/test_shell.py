from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_a_stranger_is_sent_to_the_sign_in_page(client):
    assert client.get("/").headers["Location"] == "/account/sign-in/?next=/"


def test_the_policy_forbids_everything_inline_and_foreign(client):
    policy = client.get("/account/sign-in/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy


def test_pages_may_not_be_framed_or_sniffed(client):
    headers = client.get("/account/sign-in/").headers
    assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"]) == ("DENY", "nosniff")


def test_an_administrator_sees_staff_and_audit_in_the_bar(signed_in, admin):
    page = signed_in(admin).get("/company/staff/").content.decode()
    assert 'href="/company/staff/" aria-current="page"' in page and 'href="/company/audit/"' in page


def test_an_analyst_sees_neither(signed_in, analyst):
    page = signed_in(analyst).get("/account/password/").content.decode()
    assert "/company/" not in page


def test_an_unknown_page_says_so(signed_in, analyst):
    response = signed_in(analyst).get("/nowhere/")
    assert response.status_code == 404
    assert 'class="bar"' in response.content.decode()


def test_the_service_says_that_it_is_healthy(client):
    assert client.get("/healthy").content == b"ok\n"


def test_it_says_so_to_a_load_balancer_that_calls_it_by_number_and_without_encryption(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthy", headers={"Host": "10.1.2.3:8000"}).content == b"ok\n"
    assert client.get("/account/sign-in/", headers={"Host": "10.1.2.3:8000"}).status_code == 400
