from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier, Event

import pytest
from django.db import transaction

from recorrido.people.actions import introduce_many, unmerge_link
from recorrido.people.introductions import GROUP, Introduction
from recorrido.people.models import Attribute, Identifier, Link, Person, PersonChange
from recorrido.people.queries import changes_after, current_person_ids
from recorrido.people.tests.telling import (
    broken_promises,
    persons,
    plain_components,
    tell,
    tell_keys,
    whole_persons,
)
from recorrido.shared.tests.threads import in_thread

pytestmark = pytest.mark.django_db(transaction=True)


def test_writers_who_meet_the_same_people_end_in_the_same_persons():
    random = Random(3)
    groups = [random.sample([f"w{n}" for n in range(40)], random.randint(1, 3)) for _ in range(240)]
    start = Barrier(4)

    def write(part):
        start.wait()
        for place in range(0, len(part), 5):
            with transaction.atomic():
                tell(*part[place : place + 5])

    with ThreadPoolExecutor(4) as pool:
        for done in [in_thread(pool, write, groups[n::4]) for n in range(4)]:
            done.result()
    assert persons() == plain_components(groups)
    everybody = Person.objects.values_list("id", "merged_into_id")
    assert current_person_ids(p for p, _ in everybody) == {p: into or p for p, into in everybody}


def test_writers_and_staff_who_separate_meanwhile_keep_every_promise(admin):
    random = Random(5)
    words = [("external", f"w{n}") for n in range(24)] + [("customer", f"c{n}") for n in range(8)]
    groups = [random.sample(words, random.randint(2, 3)) for _ in range(160)]
    start = Barrier(4)

    def write(part):
        start.wait()
        for place in range(0, len(part), 4):
            tell_keys(*part[place : place + 4])

    def separate():
        chosen = Random(9)
        start.wait()
        separated = 0
        while separated < 40:  # not before the writers have told of any link
            if links := list(Link.objects.filter(state="connects").values_list("id", flat=True)):
                unmerge_link(actor=admin, link=chosen.choice(links))
                separated += 1

    with ThreadPoolExecutor(4) as pool:
        running = [in_thread(pool, write, groups[n::3]) for n in range(3)] + [in_thread(pool, separate)]
        for done in running:
            done.result()
    assert broken_promises() == []
    assert PersonChange.objects.filter(kind="unmerged").exists()


def test_writers_who_contest_one_identifier_at_once_leave_it_to_nobody():
    devices = [("anonymous", f"tablet-{n}") for n in range(6)]
    told = [[("customer", f"c{n}"), devices[n % 6], ("email", f"m{n}@x.cl")] for n in range(48)]
    start = Barrier(4)

    def write(part):
        start.wait()
        for keys in part:
            tell_keys(keys)

    with ThreadPoolExecutor(4) as pool:
        for done in [in_thread(pool, write, Random(n).sample(told, len(told))) for n in range(4)]:
            done.result()
    customers = {frozenset([customer, mail]) for customer, _, mail in told}
    assert whole_persons() == customers | {frozenset([device]) for device in devices}
    assert set(Identifier.objects.filter(contested=True).values_list("value", flat=True)) == {
        value for _, value in devices
    }
    assert broken_promises() == []


def test_two_files_that_tell_of_the_same_people_at_once_make_each_of_them_once():
    mails = {f"{number}": f"c{number}@x.cl" for number in range(1_000, GROUP + 1_200)}
    told = [
        Introduction(number, (("customer", number), ("email", mail)), {"city": "Talca"})
        for number, mail in mails.items()
    ]
    start = Barrier(2)

    def read(seed):
        file = Random(seed).sample(told, len(told))
        start.wait()
        return set(introduce_many(source="crm", country="CL", persons=file))

    with ThreadPoolExecutor(2) as pool:
        assert [done.result() for done in [in_thread(pool, read, seed) for seed in (1, 2)]] == [{None}] * 2
    assert whole_persons() == {frozenset([("customer", c), ("email", mail)]) for c, mail in mails.items()}
    assert Attribute.objects.count() == len(told)


def test_a_second_writer_waits_for_the_first_and_joins_what_it_made():
    first_wrote, second_may_end = Event(), Event()

    def first():
        with transaction.atomic():
            tell(["a", "b"])
            first_wrote.set()
            second_may_end.wait(5)

    with ThreadPoolExecutor(2) as pool:
        one = in_thread(pool, first)
        first_wrote.wait(5)
        two = in_thread(pool, tell, ["b", "c"])
        second_may_end.set()
        one.result()
        two.result()
    assert persons() == {frozenset("abc")}


def test_changes_are_read_only_when_no_earlier_one_can_still_appear():
    tell(["a"], ["b"], ["c"], ["d"])
    wrote, may_commit = Event(), Event()

    def slow():
        with transaction.atomic():
            tell(["a", "b"])
            wrote.set()
            may_commit.wait(5)

    with ThreadPoolExecutor(1) as pool:
        done = in_thread(pool, slow)
        wrote.wait(5)
        tell(["c", "d"])
        during = changes_after(0)
        may_commit.set()
        done.result()
    assert (len(during), len(changes_after(0)), PersonChange.objects.count()) == (0, 2, 2)
