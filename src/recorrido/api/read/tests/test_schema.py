"""The document tells the truth: schemathesis asks everything it allows and forbids, of a served API with data."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from recorrido.api.read.document import document
from recorrido.api.read.tests.conftest import Caller


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_schemathesis_finds_nothing(shop, caller, live_server, settings):
    settings.RECORRIDO_API_RATE = 0
    settings.RECORRIDO_WEBHOOK_ALLOW = ["127.0.0.0/8"]  # addresses without encryption are schema-valid
    key = f"Authorization: Bearer {caller().secret}"
    address = f"{live_server.url}/api/v1/openapi.json"
    command = [
        "-m",
        "schemathesis.cli",
        "run",
        address,
        "-H",
        key,
        "--phases",
        "coverage,fuzzing,stateful",
        "--max-examples",
        "3",
    ]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6_000:]
    assert int(re.search(r"(\d+) generated", done.stdout)[1]) > 1_000
    operations = sum(len(methods) for methods in document()["paths"].values())
    assert int(re.search(r"Tested: +(\d+)", done.stdout)[1]) == operations
    assert set(re.findall(r"✅ +(Coverage|Fuzzing|Stateful)", done.stdout)) == {
        "Coverage",
        "Fuzzing",
        "Stateful",
    }


def test_the_document_is_openapi_in_the_readers_language(client):
    told = client.get("/api/v1/openapi.json")
    assert (told["Content-Type"], told.json()["openapi"]) == ("application/json", "3.1.0")
    english = client.get("/api/v1/openapi.json", headers={"accept-language": "en"})
    assert english.json()["paths"]["/api/v1/events/{event_id}"]["get"]["summary"] == "One event"
    assert english["ETag"] != told["ETag"]


def test_every_operation_names_its_scopes_and_its_refusals():
    for path, methods in document()["paths"].items():
        for method, one in methods.items():
            assert one["x-scopes"] and one["security"], (method, path)
            assert {"401", "403", "422", "429"} <= one["responses"].keys(), (method, path)
            refusal = one["responses"]["401"]["content"]
            assert list(refusal) == ["application/problem+json"], (method, path)


def test_no_operation_has_the_name_of_another():
    names = [one["operationId"] for methods in document()["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names)) > 30


def test_the_page_shows_every_operation_without_a_script_or_anything_from_outside(client):
    page = client.get("/api/v1/docs")
    text = page.content.decode()
    assert all(f"{path}</code>" in text for path in document()["paths"])
    scripts = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert [one for one in scripts if "//" in one] == []


@pytest.mark.django_db
def test_the_caller_of_a_private_document_needs_no_key():
    assert Caller("").get("/openapi.json").status_code == 200
