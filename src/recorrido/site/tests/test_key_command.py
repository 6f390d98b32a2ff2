from __future__ import annotations

import pytest
from typer.testing import CliRunner

from recorrido.company.models import ApiKey
from recorrido.company.queries import find_api_key
from recorrido.site.cli import build

pytestmark = pytest.mark.django_db


def command(*arguments):
    return CliRunner().invoke(build(), ["key", *arguments])


def test_a_key_is_made_and_its_secret_alone_goes_to_standard_output():
    answer = command("create", "--source", "shop", "--channel", "web", "--country", "cl")
    key = find_api_key(answer.stdout.strip())
    assert (key.name, key.source, key.channel, key.country) == ("shop", "shop", "web", "CL")


@pytest.mark.parametrize("wrong", [[], ["--source", "shop", "--channel", "fax"], ["--scope", "all"]])
def test_a_key_that_makes_no_sense_is_refused(wrong):
    answer = command("create", *wrong)
    assert answer.exit_code == 2 and answer.stderr and "Traceback" not in answer.stderr
    assert not ApiKey.objects.exists()


def test_keys_are_listed_rotated_and_revoked_by_their_prefix():
    old = command("create", "--source", "shop").stdout.strip()
    new = command("rotate", ApiKey.objects.get().prefix).stdout.strip()
    key = ApiKey.objects.get()
    assert find_api_key(old) == find_api_key(new) == key
    assert f"{key.prefix}  shop  shop  ingest" in command("list").stdout
    command("revoke", key.prefix)
    assert find_api_key(new) is None and "revoked" in command("list").stdout


def test_an_unknown_prefix_is_a_sentence():
    answer = command("revoke", "rck_none")
    assert (answer.exit_code, answer.stderr) == (2, "There is no key rck_none: see `recorrido key list`.\n")


def test_an_empty_list_says_what_to_do():
    assert "recorrido key create" in command("list").stderr
