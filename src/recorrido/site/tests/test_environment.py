from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured

from recorrido.site import environment


@pytest.mark.parametrize(("word", "value"), [("true", True), ("Yes", True), ("0", False), ("off", False)])
def test_a_flag_reads_the_usual_words(monkeypatch, word, value):
    monkeypatch.setenv("RECORRIDO_DEBUG", word)
    assert environment.flag("RECORRIDO_DEBUG", not value) is value


def test_a_flag_that_is_not_understood_stops_the_start(monkeypatch):
    monkeypatch.setenv("RECORRIDO_DEBUG", "maybe")
    with pytest.raises(ImproperlyConfigured, match="RECORRIDO_DEBUG is 'maybe'; write true or false"):
        environment.flag("RECORRIDO_DEBUG", False)


def test_a_place_with_a_password_in_it_stops_the_start_and_is_not_repeated(monkeypatch):
    monkeypatch.setenv("RECORRIDO_EXPORT", "s3://KEYNAME:hidden@bucket/events")
    with pytest.raises(ImproperlyConfigured, match="AWS_SECRET_ACCESS_KEY") as told:
        environment.place("RECORRIDO_EXPORT")
    assert "hidden" not in str(told.value)
    monkeypatch.setenv("RECORRIDO_EXPORT", "abfs://lake@account.dfs.core.windows.net/events")
    assert environment.place("RECORRIDO_EXPORT").startswith("abfs://lake@")


def test_an_address_of_a_database_is_taken_apart(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://ana:s%40l@db.example:6432/cx?sslmode=require")
    found = environment.database(tmp_path)
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == (
        "ana",
        "s@l",
        "db.example",
        "6432",
    )
    assert (found["NAME"], found["OPTIONS"]) == ("cx", {"sslmode": "require"})


@pytest.mark.parametrize("url", ["mysql://db/x", "postgresql://db", "db.example"])
def test_an_address_that_is_none_of_postgresql_stops_the_start(monkeypatch, tmp_path, url):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must look like"):
        environment.database(tmp_path)


def test_the_password_of_a_bad_address_is_not_repeated(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "mysql://ana:secreto@db/x")
    with pytest.raises(ImproperlyConfigured) as refusal:
        environment.database(tmp_path)
    assert "secreto" not in str(refusal.value)


def test_a_secret_key_is_made_once_and_kept_private(monkeypatch, tmp_path):
    monkeypatch.delenv("RECORRIDO_SECRET_KEY", raising=False)
    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(lambda _number: environment.secret_key(tmp_path), range(8)))
    assert len(keys) == 1 and len(keys.pop()) > 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_the_engine_is_handed_to_the_library_and_a_strange_one_stops_the_start(monkeypatch):
    monkeypatch.setenv("TRAYECTO_ENGINE", "local")
    monkeypatch.setenv("RECORRIDO_ENGINE", "ray://head:10001")
    environment.engine("RECORRIDO_ENGINE")
    assert os.environ["TRAYECTO_ENGINE"] == "ray://head:10001"
    monkeypatch.setenv("RECORRIDO_ENGINE", "spark")
    with pytest.raises(ImproperlyConfigured, match="write local, ray or ray://HOST:PORT"):
        environment.engine("RECORRIDO_ENGINE")
