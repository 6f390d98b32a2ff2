"""What follows from an answer, with an injected transport and a clock that is held."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from recorrido.company.models import AuditEntry, Mail
from recorrido.connectors.webhooks import actions
from recorrido.connectors.webhooks.actions.delivering import DELAYS
from recorrido.connectors.webhooks.models import Delivery, DeliveryAttempt, Endpoint, EndpointSecret
from recorrido.connectors.webhooks.tests.telling import HAND, answered, happen, listen, the_delivery
from recorrido.events.models import Event
from recorrido.shared import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now():
    """A moment well after the endpoint was made, held."""
    with clock.frozen(clock.now() + timedelta(minutes=1)) as moment:
        yield moment


def told(*patterns: str, **fields: object):
    endpoint = listen(*patterns, **fields)
    happen("order.placed")
    actions.collect()
    return endpoint


def try_once(outcome) -> bool:
    """One try of what is due; whether there was any."""
    jobs = actions.claim_due(busy={}, limit=10)
    for job in jobs:
        actions.conclude(job=job, outcome=outcome)
    return bool(jobs)


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_answer_of_two_hundred_is_success(now, status):
    told()
    try_once(answered(status))
    assert (the_delivery().state, the_delivery().last_status) == ("delivered", status)


@pytest.mark.parametrize("status", [301, 302, 400, 404, 500, 503])
def test_everything_else_is_tried_again(now, status):
    told()
    try_once(answered(status))
    delivery = the_delivery()
    assert (delivery.state, delivery.tries) == ("waiting", 1)
    assert timedelta(seconds=5) <= delivery.next_at - now <= timedelta(seconds=6)


def test_ten_tries_later_and_later_then_it_has_failed():
    told()
    moment, waits = clock.now(), []
    for _ in range(10):
        with clock.frozen(moment):
            assert try_once(answered(500))
            following = the_delivery().next_at or moment
        waits.append(following - moment)
        moment = following
    assert the_delivery().state == "failed"
    assert all(delay <= wait <= 1.2 * delay for delay, wait in zip(DELAYS[1:], waits, strict=False))


def test_an_endpoint_that_failed_for_three_days_is_disabled_and_the_ledger_is_told():
    endpoint = told()
    moment = clock.now()
    for _ in range(10):
        with clock.frozen(moment):
            try_once(answered(500))
            moment = the_delivery().next_at or moment
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.reason) == ("disabled", "failing")
    assert Event.objects.filter(type__name="webhook.disabled").count() == 1
    assert AuditEntry.objects.filter(action="webhook.disabled", actor=None).count() == 1


def test_one_message_that_is_refused_does_not_stop_an_endpoint_that_takes_others():
    endpoint = told()
    moment = clock.now()
    for _ in range(10):
        with clock.frozen(moment):
            try_once(answered(500))
            happen("order.shipped")
            actions.collect()
            try_once(answered(200))
            moment = Delivery.objects.order_by("id").first().next_at or moment
    endpoint.refresh_from_db()
    assert endpoint.is_active
    assert Delivery.objects.order_by("id").first().state == "failed"


def test_gone_disables_the_endpoint_at_once_and_whoever_can_mend_it_gets_a_mail(now, make_staff):
    make_staff("admin"), make_staff("analyst")
    endpoint = told()
    try_once(answered(410))
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.reason, the_delivery().state) == ("disabled", "gone", "failed")
    (mail,) = Mail.objects.all()
    assert mail.to == "admin@example.com" and endpoint.url in mail.text


@pytest.mark.parametrize("status", [429, 502, 504])
def test_an_overrun_endpoint_rests_with_everything_that_waits_for_it(now, status):
    told()
    try_once(answered(status))
    happen("order.shipped")
    actions.collect()
    assert not try_once(answered(200))
    with clock.frozen(now + timedelta(seconds=31)):
        assert try_once(answered(200))


def test_a_pause_that_is_asked_for_is_kept_up_to_a_day(now):
    told()
    try_once(answered(503, retry_after=3_600))
    assert the_delivery().next_at - now == timedelta(hours=1)
    with clock.frozen(now + timedelta(hours=1)):
        try_once(answered(503, retry_after=10**9))
    assert the_delivery().next_at - now == timedelta(hours=25)


def test_a_success_that_was_on_its_way_does_not_end_a_pause_that_was_asked_for(now):
    told()
    happen("order.shipped")
    actions.collect()
    first, second = actions.claim_due(busy={}, limit=2)
    actions.conclude(job=first, outcome=answered(429, retry_after=600))
    actions.conclude(job=second, outcome=answered(200))
    with clock.frozen(now + timedelta(seconds=599)):
        happen("order.shipped")
        actions.collect()
        assert not actions.claim_due(busy={}, limit=10)
    with clock.frozen(now + timedelta(seconds=601)):
        assert actions.claim_due(busy={}, limit=10)


def test_nothing_goes_out_unsigned(now):
    endpoint = told()
    EndpointSecret.objects.filter(endpoint=endpoint).delete()
    assert not actions.claim_due(busy={}, limit=10)


def test_what_a_killed_sender_held_is_due_again_after_the_lease(now):
    told()
    (first,) = actions.claim_due(busy={}, limit=10)
    assert not actions.claim_due(busy={}, limit=10)
    with clock.frozen(now + timedelta(seconds=61)):
        (second,) = actions.claim_due(busy={}, limit=10)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_a_late_failure_does_not_undo_a_success_of_another_sender(now):
    told()
    (job,) = actions.claim_due(busy={}, limit=10)
    actions.conclude(job=job, outcome=answered(200))
    actions.conclude(job=job, outcome=answered(500))
    assert the_delivery().state == "delivered"
    assert DeliveryAttempt.objects.count() == 2


def test_an_endpoint_gets_four_at_a_time_and_one_while_it_fails(now):
    endpoint = told()
    happen(*["order.shipped"] * 10)
    actions.collect()
    assert len(actions.claim_due(busy={}, limit=30)) == 4
    assert len(actions.claim_due(busy={endpoint.pk: 3}, limit=30)) == 1
    type(endpoint).objects.update(failing_since=now)
    assert len(actions.claim_due(busy={}, limit=30)) == 1


def test_an_endpoint_that_hangs_leaves_the_others_their_turn(now):
    listen("*", url="https://slow.example/")
    quick = listen("*", url="https://quick.example/")
    happen(*["order.placed"] * 50)
    actions.collect()
    urls = [job.url for job in actions.claim_due(busy={}, limit=32)]
    assert urls.count(quick.url) == 4


def test_dozens_that_fail_leave_their_turn_to_those_that_answer(now):
    for number in range(40):
        listen("*", url=f"https://gone{number}.example/")
    Endpoint.objects.update(failing_since=now)
    quick = listen("*", url="https://quick.example/")
    happen("order.placed")
    actions.collect()
    jobs = actions.claim_due(busy={}, limit=32)
    assert [job.endpoint_id for job in jobs].count(quick.pk) == 1 and len(jobs) == 9
    busy = {job.endpoint_id: 1 for job in jobs}
    assert not actions.claim_due(busy=busy, limit=32 - len(jobs))


def test_who_has_the_fewest_on_their_way_comes_next(now):
    endpoints = [listen("*", url=f"https://shop{number}.example/") for number in range(10)]
    happen(*["order.placed"] * 10)
    actions.collect()
    first = Counter(job.endpoint_id for job in actions.claim_due(busy={}, limit=32))
    assert set(first) == {one.pk for one in endpoints} and set(first.values()) == {3, 4}
    busy = first - Counter({endpoints[0].pk: 3})
    (following,) = actions.claim_due(busy=busy, limit=1)
    assert following.endpoint_id == endpoints[0].pk


def test_replaying_sends_the_same_id_with_all_its_tries_again(now):
    told()
    (job,) = actions.claim_due(busy={}, limit=10)
    actions.conclude(job=job, outcome=answered(410))
    actions.enable_endpoint(hand=HAND, endpoint=the_delivery().endpoint)
    actions.replay(hand=HAND, delivery=the_delivery())
    (again,) = actions.claim_due(busy={}, limit=10)
    assert again.headers["webhook-id"] == job.headers["webhook-id"]
    assert the_delivery().tries == 0


def test_all_that_failed_since_a_moment_is_replayed(now):
    endpoint = told()
    Delivery.objects.update(state="failed", next_at=None)
    hour = timedelta(hours=1)
    with clock.frozen(now + 2 * hour):
        assert actions.replay_period(hand=HAND, endpoint=endpoint, since=now + hour) == 0
        assert actions.replay_period(hand=HAND, endpoint=endpoint, since=now - hour, until=now) == 0
        assert actions.replay_period(hand=HAND, endpoint=endpoint, since=now - hour) == 1
    assert the_delivery().state == "waiting"


def test_everything_of_a_period_is_replayed_for_a_receiver_that_lost_it(now):
    endpoint = told()
    try_once(answered(200))
    period = {"since": now, "until": now + timedelta(seconds=1)}
    assert actions.replay_period(hand=HAND, endpoint=endpoint, **period) == 0
    assert actions.replay_period(hand=HAND, endpoint=endpoint, **period, everything=True) == 1
    assert try_once(answered(200))
    assert DeliveryAttempt.objects.count() == 2


def test_old_messages_are_forgotten_with_their_deliveries_and_attempts(now):
    told()
    try_once(answered(200))
    with clock.frozen(now + timedelta(days=31)):
        assert actions.forget_old_messages() == 1
    assert not Delivery.objects.exists() and not DeliveryAttempt.objects.exists()
