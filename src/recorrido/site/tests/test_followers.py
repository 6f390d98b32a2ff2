from __future__ import annotations

import threading

import pytest

from recorrido.site.services import followers
from recorrido.site.services.followers import Follower, News


@pytest.fixture
def no_sequences(monkeypatch):
    """Followers without a ledger: these tests are about the thread alone."""
    positions = iter(range(1_000_000))
    monkeypatch.setattr(followers, "_positions", lambda: (next(positions),))
    monkeypatch.setattr(followers, "PAUSE", 0.001)


def run_until(step, *, calls: int) -> int:
    ending, made = threading.Event(), []

    def counted() -> bool:
        made.append(1)
        if len(made) >= calls:
            ending.set()
        return step()

    Follower("test", counted, News(ending), pause=0.001).run()
    return len(made)


def test_all_followers_are_asked_when_the_ledger_moves_and_one_thread_looks(monkeypatch):
    """Seven followers that each looked ten times a second kept an idle installation busy."""
    looks, asked, moved = [], [threading.Event(), threading.Event()], threading.Event()

    def positions() -> tuple[int, ...]:
        looks.append(threading.current_thread().name)
        return (int(moved.is_set()),)

    def step(number: int):
        return lambda: moved.is_set() and asked[number].set()

    monkeypatch.setattr(followers, "_positions", positions)
    monkeypatch.setattr(followers, "IDLE", 60.0)
    monkeypatch.setattr(followers, "_load", lambda path: step(int(path)))
    monkeypatch.setattr(followers, "FOLLOWERS", {"one": "0", "two": "1"})
    stop = followers.start()
    moved.set()
    assert all(one.wait(10) for one in asked)
    stop()
    assert set(looks) == {"follower-news"}


def test_a_follower_is_asked_again_after_an_error(no_sequences):
    def fails() -> bool:
        raise RuntimeError("the database went away")

    assert run_until(fails, calls=3) == 3


def test_a_follower_goes_on_at_once_while_there_is_more(no_sequences):
    assert run_until(lambda: True, calls=50) == 50


def test_stopping_waits_for_the_step_that_runs(no_sequences, monkeypatch):
    entered, finished = threading.Event(), threading.Event()

    def slow() -> bool:
        entered.set()
        finished.wait(0.2)
        finished.set()
        return False

    monkeypatch.setattr(followers, "_load", lambda path: slow)
    monkeypatch.setattr(followers, "FOLLOWERS", {"slow": "anywhere:slow"})
    stop = followers.start()
    entered.wait(5)
    stop()
    assert finished.is_set()


@pytest.mark.django_db
def test_the_positions_move_with_the_ledger():
    from django.db import connection

    before = followers._positions()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('events_event_id_seq'), nextval('events_event_id_seq')")
    assert followers._positions() != before
