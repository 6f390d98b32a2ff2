from __future__ import annotations

import pytest
from django.core.management import call_command

from recorrido.site.checks import address_problems, mail_problems, server_problems


def ids(problems) -> list[str]:
    return [problem.id.removeprefix("recorrido.") for problem in problems]


@pytest.mark.parametrize(
    ("url", "hosts", "debug", "expected"),
    [
        ("cx.example.com", [], False, ["E001"]),
        ("https://cx.example.com", ["localhost"], False, ["E002"]),
        ("https://cx.example.com", ["cx.example.com"], True, ["E003"]),
        ("https://cx.example.com", ["cx.example.com"], False, []),
    ],
)
def test_a_public_address_is_checked_against_the_other_settings(monkeypatch, url, hosts, debug, expected):
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/recorrido")
    assert ids(address_problems(url, hosts, debug)) == expected


def test_a_public_installation_on_the_embedded_database_is_warned(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert ids(address_problems("https://cx.example.com", ["*"], False)) == ["W001"]


@pytest.mark.parametrize(
    ("major", "encoding", "expected"),
    [(14, "UTF8", ["E004"]), (15, "UTF8", []), (18, "SQL_ASCII", ["E005"])],
)
def test_an_old_server_or_another_encoding_is_an_error(major, encoding, expected):
    assert ids(server_problems(major, encoding)) == expected


@pytest.mark.parametrize(
    ("sender", "url", "expected"),
    [
        ("", "https://cx.example.com", ["E006"]),
        ("Recorrido", "https://cx.example.com", ["E006"]),
        ("Recorrido <cx@example.com>", "", ["W002"]),
        ("cx@example.com", "https://cx.example.com", []),
    ],
)
def test_a_mail_server_needs_a_sender_and_is_better_with_links(sender, url, expected):
    assert ids(mail_problems(sender, url)) == expected


@pytest.mark.django_db
def test_this_installation_passes_its_own_checks():
    call_command("check", databases=["default"], fail_level="WARNING")
