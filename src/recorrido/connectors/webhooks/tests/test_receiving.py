"""A real receiver in a process of its own, which verifies with the standard's library."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.db import connection

from recorrido.connectors.webhooks import actions
from recorrido.connectors.webhooks.actions import collect, rotate_secret
from recorrido.connectors.webhooks.follower import Sender
from recorrido.connectors.webhooks.models import Delivery, DeliveryAttempt, Endpoint, EndpointSecret
from recorrido.connectors.webhooks.posting import poster
from recorrido.connectors.webhooks.tests.receivers import wait_until
from recorrido.connectors.webhooks.tests.telling import HAND, happen, listen_with_secret, the_delivery
from recorrido.shared import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sender(settings):
    sender = Sender(poster(["127.0.0.0/8"]))
    yield sender
    sender.close()


def send_all(sender: Sender) -> None:
    while sender.step():
        pass


def test_a_message_arrives_signed_within_twenty_kilobytes(receiver, sender):
    _endpoint, secret = listen_with_secret("order.*", url=receiver.url)
    receiver.knows(secret)
    happen("order.placed")
    collect()
    send_all(sender)
    (told,) = receiver.received
    assert told["verified"] == [0] and told["size"] < 20_000
    assert (told["id"], told["path"]) == (the_delivery().message.public_id, "/hooks?a=1")
    assert set(told["body"]) == {"type", "timestamp", "data"}


def test_two_hundred_messages_arrive_once_each(receiver, sender):
    _endpoint, secret = listen_with_secret("*", url=receiver.url)
    receiver.knows(secret)
    happen(*["order.placed"] * 200)
    collect()
    send_all(sender)
    ids = [told["id"] for told in receiver.received]
    assert len(ids) == len(set(ids)) == 200
    assert all(told["verified"] for told in receiver.received)


def test_what_was_answered_is_written_down(receiver, sender):
    listen_with_secret("*", url=receiver.url)
    receiver.answers("503 Retry-After: 60", "200")
    happen("order.placed")
    collect()
    send_all(sender)
    attempt = DeliveryAttempt.objects.get()
    assert (attempt.status, attempt.code) == (503, "answered")
    assert attempt.excerpt.startswith("thank you")
    assert the_delivery().next_at - clock.now() > timedelta(seconds=50)


def test_during_a_rotation_both_secrets_sign_then_only_the_new_one(receiver, sender):
    endpoint, old = listen_with_secret("*", url=receiver.url)
    new = rotate_secret(hand=HAND, endpoint=endpoint)
    receiver.knows(old, new)
    happen("order.placed")
    collect()
    send_all(sender)
    EndpointSecret.objects.filter(ends_at__isnull=False).update(ends_at=clock.now())
    happen("order.shipped")
    collect()
    send_all(sender)
    assert [told["verified"] for told in receiver.received] == [[0, 1], [1]]
    assert [len(told["signatures"]) for told in receiver.received] == [2, 1]


def test_a_third_secret_ends_the_first(receiver):
    endpoint, _first = listen_with_secret("*", url=receiver.url)
    rotate_secret(hand=HAND, endpoint=endpoint)
    rotate_secret(hand=HAND, endpoint=endpoint)
    assert EndpointSecret.objects.count() == 2


def test_identifiers_and_properties_come_only_where_they_are_asked_for(receiver, sender):
    for asked in (False, True):
        listen_with_secret("*", url=receiver.url, with_identifiers=asked, with_properties=asked)
    happen("order.placed", identifiers=(("email", "ana@example.cl"),), amount=42_000)
    collect()
    send_all(sender)
    plain, full = sorted((told["body"]["data"] for told in receiver.received), key=len)
    assert "ana@" not in json.dumps(plain) and "properties" not in plain
    assert full["identifiers"] == [{"kind": "email", "value": "ana@example.cl"}]
    assert full["properties"] == {"amount": 42_000}


def test_properties_that_are_too_large_are_left_out_and_named(receiver, sender):
    listen_with_secret("*", url=receiver.url, with_identifiers=True, with_properties=True)
    happen("order.placed", note="ñ" * 30_000)
    collect()
    send_all(sender)
    (told,) = receiver.received
    assert told["size"] < 20_000
    assert told["body"]["data"]["left_out"] == ["properties"]
    assert told["body"]["data"]["identifiers"]


def test_a_test_message_reaches_its_endpoint_alone(receiver, sender):
    endpoint, secret = listen_with_secret("order.placed", url=receiver.url)
    listen_with_secret("*", url=receiver.url)
    receiver.knows(secret)
    actions.send_test(hand=HAND, endpoint=endpoint)
    send_all(sender)
    (told,) = receiver.received
    assert (told["body"]["type"], told["verified"]) == ("webhook.test", [0])


SENDER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "recorrido.site.settings_tests"
import django
django.setup()
from datetime import timedelta
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from recorrido.connectors.webhooks.follower import Sender
from recorrido.connectors.webhooks.posting import poster
sender = Sender(poster(["127.0.0.0/8"]), lease=timedelta(seconds=float(sys.argv[2])))
while True:
    sender.step()
"""


def start_sender(lease: float) -> subprocess.Popen:
    source = str(next(path for path in map(str, sys.path) if path.endswith("src")))
    environment = os.environ | {"PYTHONPATH": source, "RECORRIDO_SECRET_KEY": configured.SECRET_KEY}
    name = connection.settings_dict["NAME"]
    return subprocess.Popen([sys.executable, "-c", SENDER, name, str(lease)], env=environment)


def test_a_sender_killed_before_it_could_mark_sends_the_same_id_again(receiver):
    _endpoint, secret = listen_with_secret("*", url=receiver.url)
    receiver.knows(secret)
    receiver.answers("slow 30", "200")
    happen("order.placed")
    collect()
    first = start_sender(1.0)
    wait_until(lambda: receiver.received)
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = start_sender(1.0)
    try:
        wait_until(lambda: the_delivery().state == "delivered")
    finally:
        second.kill()
        second.wait()
    ids = [told["id"] for told in receiver.received]
    assert len(ids) >= 2 and len(set(ids)) == 1
    assert all(told["verified"] for told in receiver.received)


def test_senders_killed_at_random_lose_nothing(receiver):
    _endpoint, secret = listen_with_secret("*", url=receiver.url)
    receiver.knows(secret)
    happen(*["order.placed"] * 300)
    collect()
    for _ in range(5):
        before = len(receiver.received)
        sender = start_sender(1.0)
        wait_until(lambda before=before: len(receiver.received) >= min(before + 20, 300))
        sender.kill()
        sender.wait()
    last = start_sender(1.0)
    try:
        wait_until(lambda: not Delivery.objects.exclude(state="delivered").exists(), 60)
    finally:
        last.kill()
        last.wait()
    assert len({told["id"] for told in receiver.received}) == 300
    assert Endpoint.objects.get().is_active
