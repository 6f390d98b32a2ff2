from __future__ import annotations

import re

import pytest

from recorrido.company import actions
from recorrido.company.models import ApiKey
from recorrido.company.queries import find_api_key

pytestmark = pytest.mark.django_db
NEW = {"name": "Web shop", "scopes": ["ingest"], "source": "shop", "user_kind": "customer", "country": "cl"}
SECRET = re.compile(r"rck_\w{8}_\w{32}")


@pytest.fixture
def key() -> ApiKey:
    return actions.make_api_key(actor=None, name="Web shop", scopes=["ingest"], source="shop")[0]


def secrets_on(answer) -> set[str]:
    return set(SECRET.findall(answer.content.decode()))


def test_a_key_is_made_and_its_secret_shown_once(signed_in, admin):
    client = signed_in(admin)
    answer = client.post("/data/keys/new/", NEW)
    (secret,) = secrets_on(answer)
    key = find_api_key(secret)
    assert (key.source, key.country) == ("shop", "CL")
    assert "no-store" in answer["Cache-Control"]
    for page in ("/data/keys/", f"/data/keys/{key.pk}/", "/company/audit/"):
        assert secrets_on(client.get(page)) == set()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"scopes": []},
        {"scopes": ["all"]},
        {"source": ""},
        {"user_kind": "A B"},
        {"country": "x"},
    ],
)
def test_a_form_with_a_mistake_comes_back_and_makes_nothing(signed_in, admin, wrong):
    assert signed_in(admin).post("/data/keys/new/", NEW | wrong).status_code == 422
    assert not ApiKey.objects.exists()


def test_a_rotation_shows_the_new_secret_and_until_when_the_old_one_works(signed_in, admin, key):
    answer = signed_in(admin).post(f"/data/keys/{key.pk}/rotate/", {"grace": "24"})
    (secret,) = secrets_on(answer)
    assert find_api_key(secret) == key and key.prefix in answer.content.decode()


def test_a_rotation_that_names_no_time_of_grace_changes_nothing(signed_in, admin, key):
    answer = signed_in(admin).post(f"/data/keys/{key.pk}/rotate/", {"grace": "5"})
    assert answer.status_code == 422
    assert ApiKey.objects.get().hash == key.hash


def test_a_revoked_key_says_so_and_offers_nothing_more(signed_in, admin, key):
    client = signed_in(admin)
    client.post(f"/data/keys/{key.pk}/revoke/")
    page = client.get(f"/data/keys/{key.pk}/").content.decode()
    assert f"/data/keys/{key.pk}/rotate/" not in page
    assert client.post(f"/data/keys/{key.pk}/rotate/", {"grace": "24"}).status_code == 302
    assert ApiKey.objects.get().revoked_at is not None


def test_the_pages_are_closed_to_all_but_administrators(signed_in, make_staff, key):
    client = signed_in(make_staff("cx_lead"))
    for page in ("", "new/", f"{key.pk}/"):
        assert client.get(f"/data/keys/{page}").status_code == 403
    for page in ("new/", f"{key.pk}/rotate/", f"{key.pk}/revoke/"):
        assert client.post(f"/data/keys/{page}", NEW).status_code == 403


def test_a_key_that_only_reads_is_told_how_to_read(signed_in, admin):
    answer = signed_in(admin).post(
        "/data/keys/new/", {"name": "R", "scopes": ["read:events"], "user_kind": "customer"}
    )
    assert "Bearer" in answer.content.decode() and "analytics" not in answer.content.decode()


def test_search_finds_by_name_source_and_beginning(signed_in, admin, key):
    actions.make_api_key(actor=None, name="Otra", scopes=["read:events"])
    for words in ("web", "SHOP", key.prefix):
        page = signed_in(admin).get("/data/keys/", {"q": words}).content.decode()
        assert "Web shop" in page and "Otra" not in page


def test_the_list_is_a_file_too(signed_in, admin, key):
    text = signed_in(admin).get("/data/keys/?format=csv").content.decode()
    assert key.prefix in text and key.hash not in text


def test_a_list_of_many_keys_asks_the_database_as_often_as_one_of_few(
    signed_in, admin, key, django_assert_num_queries
):
    for number in range(70):
        actions.make_api_key(actor=None, name=f"K{number}", scopes=["read:events"])
    client = signed_in(admin)
    with django_assert_num_queries(3):
        assert len(client.get("/data/keys/").context["page"].rows) == 50
