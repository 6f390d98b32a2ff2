from __future__ import annotations

from datetime import timedelta

import pytest

from recorrido.company import actions
from recorrido.company.errors import Forbidden, KeyRefused
from recorrido.company.keyring import RING
from recorrido.company.models import ApiKey, AuditEntry
from recorrido.company.queries import find_api_key
from recorrido.shared import clock

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def made(admin):
    """A write key and its secret."""
    return actions.make_api_key(actor=admin, name="Web shop", scopes=["ingest"], source="shop", country="CL")


def test_a_key_is_found_by_its_secret_and_keeps_only_a_hash(made):
    key, secret = made
    assert find_api_key(secret) == key
    kept = " ".join(str(value) for value in ApiKey.objects.values_list().get())
    assert secret not in kept and secret.startswith(key.prefix)


def test_making_a_key_is_written_down_without_its_secret(made, admin):
    key, secret = made
    entry = AuditEntry.objects.latest("id")
    assert (entry.actor, entry.action, entry.subject_id) == (admin, "key.made", str(key.pk))
    assert key.prefix in str(entry.detail) and secret not in str(entry.detail)


@pytest.mark.parametrize(
    "secret", ["", "wrong", "rck_wrong", "rck_" + "x" * 10_000, "rck_\ud800", "rck_\x00"]
)
def test_what_is_no_secret_finds_nothing(made, secret):
    assert find_api_key(secret) is None


def test_after_a_rotation_both_secrets_work_until_the_grace_is_over(made, admin):
    key, old = made
    new = actions.rotate_api_key(actor=admin, key=key, grace=DAY)
    assert find_api_key(old) == find_api_key(new) == key
    with clock.frozen(clock.now() + 2 * DAY):
        assert (find_api_key(old), find_api_key(new)) == (None, key)


def test_a_rotation_without_grace_ends_the_old_secret_at_once(made, admin):
    key, old = made
    new = actions.rotate_api_key(actor=admin, key=key, grace=timedelta())
    assert (find_api_key(old), find_api_key(new)) == (None, key)


def test_a_revoked_key_opens_nothing_and_cannot_be_rotated(made, admin):
    key, secret = made
    actions.revoke_api_key(actor=admin, key=key)
    assert find_api_key(secret) is None
    with pytest.raises(KeyRefused):
        actions.rotate_api_key(actor=admin, key=key, grace=DAY)


def test_a_key_is_revoked_once(made, admin):
    for _ in range(2):
        actions.revoke_api_key(actor=admin, key=made[0])
    assert AuditEntry.objects.filter(action="key.revoked").count() == 1


def test_only_administrators_manage_keys(made, analyst):
    key, _ = made
    with pytest.raises(Forbidden):
        actions.make_api_key(actor=analyst, name="X", scopes=["read:events"])
    with pytest.raises(Forbidden):
        actions.rotate_api_key(actor=analyst, key=key, grace=DAY)
    with pytest.raises(Forbidden):
        actions.revoke_api_key(actor=analyst, key=key)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"source": ""},
        {"user_kind": "The Customer"},
        {"country": "Chile"},
    ],
)
def test_a_key_that_makes_no_sense_is_refused_with_a_sentence(wrong):
    sound = {"name": "Till", "scopes": ["ingest"], "source": "pos"}
    with pytest.raises(KeyRefused, match=r"\.$"):
        actions.make_api_key(actor=None, **sound | wrong)


def test_the_use_of_a_key_is_noted_once_a_minute(made):
    key, _ = made
    moments = []
    for wait in (timedelta(), timedelta(seconds=30), timedelta(minutes=2)):
        with clock.frozen(clock.now() + wait):
            actions.note_api_key_used(key=key)
        key.refresh_from_db()
        moments.append(key.last_used_at)
    assert moments[0] == moments[1] < moments[2]


def test_a_million_forged_keys_cost_few_reads(made, django_assert_max_num_queries):
    find_api_key(made[1])
    with django_assert_max_num_queries(3):
        for number in range(1_000):
            assert find_api_key(f"rck_forged{number}") is None


def test_what_another_process_changed_is_seen_within_seconds(made):
    key, secret = made
    assert find_api_key(secret) == key
    ApiKey.objects.update(revoked_at=clock.now())
    assert find_api_key(secret) == key  # from memory
    RING._read_at -= 6
    assert find_api_key(secret) is None
