"""The official libraries, unmodified, deliver every event exactly once, whatever is killed meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest
from tests.clients.installation import Installation, wait_for

from recorrido.web.keys.snippets import snippets_for

LIBRARIES = (
    "segment-python",
    "segment-python-gzip",
    "rudder-python",
    "segment-node",
    "analytics-node",
    "rudder-node",
)
COUNT = 400
ONCE = Counter(range(COUNT))


@pytest.fixture
def streams(installation, begin_sending) -> dict:
    """One client of each library, sending numbered events for some seconds, each to a source of its own."""
    keys = installation.make_keys(*(f"{library}-{os.urandom(4).hex()}" for library in LIBRARIES))
    return {
        source: begin_sending(library, key, count=COUNT, pause=10)
        for library, (source, key) in zip(LIBRARIES, keys.items(), strict=True)
    }


def arrived(installation: Installation, source: str) -> int:
    return installation.numbers_of(source).total()


def assert_all_delivered(installation: Installation, streams: dict) -> None:
    for source, client in streams.items():
        said = client.communicate(timeout=120)[1]
        assert client.returncode == 0, f"{source}: {said}"
        found = installation.numbers_of(source)
        assert found == ONCE, f"{source}: missing {ONCE - found}, double {found - ONCE}"


@pytest.mark.slow
@pytest.mark.parametrize("library", LIBRARIES)
def test_each_call_of_each_library_becomes_its_event(installation, begin_sending, library):
    source = f"{library}-calls"
    client = begin_sending(library, installation.make_keys(source)[source])
    assert (client.communicate(timeout=60)[1], client.returncode) == ("", 0)
    rows = installation.ask(
        """
        SELECT t.name, e.properties, (SELECT array_agg(i.kind || '=' || i.value ORDER BY o.place)
            FROM unnest(e.leaf_ids) WITH ORDINALITY o (id, place) JOIN people_identifier i ON i.id = o.id),
          (SELECT array_agg(r.kind || '=' || r.external_id) FROM events_objectref r WHERE r.id = ANY(e.object_ids)),
          e.original_at IS NOT NULL AND e.sent_at IS NOT NULL
        FROM events_event e JOIN events_eventtype t ON t.id = e.type_id JOIN events_source s ON s.id = e.source_id
        WHERE s.name = %s ORDER BY t.name
        """,
        source,
    )
    found = {name: (leaves, objects) for name, _, leaves, objects, _ in rows}
    assert found == {
        "Order Completed": (["customer=C-1"], ["order=O-1"]),
        "alias": (["customer=C-1", "anonymous=anonymous-1"], None),
        "group": (["customer=C-1"], ["organization=G-1"]),
        "identify": (["customer=C-1", "email=ana@example.cl"], None),
        "page": (["customer=C-1"], None),
        "screen": (["customer=C-1"], None),
    }
    assert len(rows) == 6 and all(timed for *_, timed in rows)
    assert {name: told.get("name") for name, told, *_ in rows if name in ("page", "screen")} == {
        "page": "Inicio",
        "screen": "Carro",
    }


@pytest.mark.slow
def test_nothing_is_lost_or_double_though_the_server_is_killed_midway(installation, streams):
    for share in (0.2, 0.6):
        wait_for(lambda share=share: all(arrived(installation, one) > share * COUNT for one in streams))
        installation.kill_server()
        installation.start()
    assert_all_delivered(installation, streams)


@pytest.mark.slow
def test_nothing_is_lost_or_double_though_the_database_is_killed_midway(installation, streams):
    for share in (0.2, 0.6):
        wait_for(lambda share=share: all(arrived(installation, one) > share * COUNT for one in streams))
        installation.kill_database()
        installation.start_database()
    assert_all_delivered(installation, streams)


@pytest.mark.slow
def test_a_server_that_is_stopped_finishes_what_it_was_sent(installation, streams):
    wait_for(lambda: all(arrived(installation, one) > 0.2 * COUNT for one in streams))
    assert installation.stop_server() == 0
    installation.start()
    assert_all_delivered(installation, streams)


@pytest.mark.slow
def test_on_the_common_port_of_a_small_shop_nothing_is_lost_when_anything_is_killed(
    small_shop, begin_sending
):
    keys = small_shop.make_keys("python", "node")
    libraries = {"python": "segment-python", "node": "segment-node"}
    streams = {
        source: begin_sending(libraries[source], key, to=small_shop, count=COUNT, pause=10)
        for source, key in keys.items()
    }
    for share, kill in ((0.2, lambda: small_shop.kill_child("web")), (0.5, small_shop.kill_database)):
        wait_for(lambda share=share: all(arrived(small_shop, one) > share * COUNT for one in streams))
        kill()
    assert_all_delivered(small_shop, streams)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "command"),
    [(0, [sys.executable, "-c"]), (1, ["node", "-e"]), (3, ["bash", "-c"])],
    ids=["python", "node", "terminal"],
)
def test_what_the_page_of_keys_offers_to_paste_works_as_it_stands(installation, request, place, command):
    source = f"pasted-{place}"
    key = installation.make_keys(source)[source]
    snippet = snippets_for(address=installation.url, key=key, scopes=["ingest"])[place]
    environment = installation.environment
    if command[0] == "node":
        environment = environment | {"NODE_PATH": str(request.getfixturevalue("node_modules"))}
    subprocess.run([*command, snippet.code], env=environment, check=True, timeout=60, capture_output=True)
    orders = "SELECT e.properties->>'order_id' FROM events_event e JOIN events_source s ON s.id = e.source_id"
    assert installation.ask(f"{orders} WHERE s.name = %s", source) == [("1007",)]
