"""The official browser libraries, unmodified, in Chromium, on a site of another origin than the open door."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from tests.clients.installation import Installation, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# With the address of the installation alone: where events go, the library learns from its settings.
LOAD = """
async ([key, url, delivery]) => {
  window.said = []
  const integrations = delivery ? {'Segment.io': {deliveryStrategy: delivery}} : {}
  const loaded = AnalyticsNext.AnalyticsBrowser.load({writeKey: key, cdnURL: url}, {integrations})
  loaded.on('error', (error) => window.said.push(String(error.code)))
  const [analytics] = await loaded
  window.analytics = analytics
}
"""
LOAD_RUDDERSTACK = """
async ([key, url, delivery]) => {
  window.analytics = new rudderanalytics.RudderAnalytics()
  analytics.load(key, url, {configUrl: url, logLevel: 'ERROR', ...delivery})
  await new Promise((resolve) => analytics.ready(resolve))
}
"""
STEPS = """
async ([count, pause]) => {
  for (let number = 0; number < count; number++) {
    analytics.track('Step', {number})
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}
"""


@pytest.fixture(scope="module")
def shop(node_modules) -> Iterator[str]:
    """The address of a shop's page that has the libraries."""

    class Site(SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            page = Path(__file__).parent / "node" / "site.html"
            return str(page) if path == "/" else super().translate_path(path)

        def log_message(self, *told: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Site, directory=str(node_modules)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(installation, shop, chromium) -> Iterator[Callable]:
    """Open the shop with the library loaded for a source: ``visit("source", delivery={…})``."""
    contexts = []

    def open_shop(source: str, delivery: dict | None = None, load: str = LOAD):
        key = installation.make_keys(source)[source]
        contexts.append(chromium.new_context())
        page = contexts[-1].new_page()
        page.goto(shop)
        page.evaluate(load, [key, installation.url, delivery])
        return page

    yield open_shop
    for context in contexts:
        context.close()


def source_name() -> str:
    return f"browser-{os.urandom(4).hex()}"


def counted(installation: Installation, source: str) -> dict[str, int]:
    rows = installation.ask(
        "SELECT t.name, count(*) FROM events_event e JOIN events_eventtype t ON t.id = e.type_id"
        " JOIN events_source s ON s.id = e.source_id WHERE s.name = %s GROUP BY 1",
        source,
    )
    return dict(rows)


def assert_arrived(installation: Installation, source: str, count: int) -> None:
    """Each number from 0 to ``count`` comes, and comes once."""
    with suppress(AssertionError):  # the comparison behind it says what is missing
        wait_for(lambda: len(installation.numbers_of(source)) >= count)
    assert installation.numbers_of(source) == Counter(range(count))


def test_each_call_of_the_browser_library_becomes_its_event(installation, visit):
    source = source_name()
    page = visit(source)
    page.evaluate(
        """async () => {
            await analytics.page('Inicio')
            await analytics.track('Product Viewed', {product_id: '11'})
            await analytics.identify('C-9', {email: 'eva@example.cl'})
            await analytics.track('Order Completed', {order_id: 'O-9'})
            await analytics.group('G-9', {name: 'Acme'})
            await analytics.alias('C-9', 'before-9')
            await analytics.screen('Carro')
        }"""
    )
    names = ("page", "Product Viewed", "identify", "Order Completed", "group", "alias", "screen")
    wait_for(lambda: counted(installation, source) == dict.fromkeys(names, 1))
    assert page.evaluate("window.said") == []
    channels = installation.ask(
        "SELECT DISTINCT e.channel FROM events_event e JOIN events_source s ON s.id = e.source_id"
        " JOIN events_eventtype t ON t.id = e.type_id WHERE s.name = %s AND t.name <> 'screen'",
        source,
    )
    assert channels == [("web",)]


def test_who_visited_before_signing_in_is_the_same_person(installation, visit):
    source = source_name()
    page = visit(source)
    page.evaluate("async () => { await analytics.page(); await analytics.identify('C-88') }")
    wait_for(lambda: sum(counted(installation, source).values()) == 2)
    persons = installation.ask(
        "SELECT DISTINCT i.person_id FROM events_event e JOIN events_source s ON s.id = e.source_id"
        " JOIN people_identifier i ON i.id = e.leaf_id WHERE s.name = %s",
        source,
    )
    assert len(persons) == 1


@pytest.mark.parametrize(
    "delivery",
    [None, {"strategy": "batching", "config": {"size": 20, "timeout": 300}}],
    ids=["single", "batches"],
)
def test_nothing_is_lost_or_double_though_the_server_is_killed_under_the_browser(
    installation, visit, delivery
):
    source, count = source_name(), 120
    page = visit(source, delivery)
    page.evaluate(f"() => {{ window.sending = ({STEPS})([{count}, 20]) }}")
    wait_for(lambda: installation.numbers_of(source).total() > count / 4)
    installation.kill_server()
    installation.start()
    assert_arrived(installation, source, count)
    assert page.evaluate("window.said") == []


def test_what_waits_in_the_page_is_sent_when_the_visitor_leaves(installation, visit):
    source = source_name()
    page = visit(source, {"strategy": "batching", "config": {"size": 50, "timeout": 60_000}})
    page.evaluate(
        """() => Promise.all([0, 1, 2, 3, 4, 5, 6].map((number) => analytics.track('Step', {number})))"""
    )
    page.goto("about:blank")
    assert_arrived(installation, source, 7)


def test_each_call_of_rudderstacks_browser_library_becomes_its_event(installation, visit):
    source = source_name()
    page = visit(source, load=LOAD_RUDDERSTACK)
    page.evaluate(
        """() => {
            analytics.page('Inicio')
            analytics.identify('C-7', {email: 'leo@example.cl'})
            analytics.track('Order Completed', {order_id: 'O-7'})
            analytics.group('G-7', {name: 'Acme'})
            analytics.alias('C-7', 'before-7')
        }"""
    )
    names = ("page", "identify", "Order Completed", "group", "alias")
    wait_for(lambda: counted(installation, source) == dict.fromkeys(names, 1))


def test_rudderstacks_browser_library_loses_and_doubles_nothing_though_the_server_is_killed(
    installation, visit
):
    source, count = source_name(), 100
    page = visit(source, load=LOAD_RUDDERSTACK)
    page.evaluate(f"() => {{ window.sending = ({STEPS})([{count}, 20]) }}")
    wait_for(lambda: installation.numbers_of(source).total() > count / 4)
    installation.kill_server()
    installation.start()
    assert_arrived(installation, source, count)


def test_beacons_of_rudderstacks_browser_library_are_taken(installation, visit):
    source, sent = source_name(), []
    page = visit(source, {"useBeacon": True}, LOAD_RUDDERSTACK)
    page.on("request", lambda request: sent.append(request.url))
    page.evaluate(STEPS, [30, 0])
    assert_arrived(installation, source, 30)
    assert sent and all("/beacon/v1/batch" in url for url in sent)
