from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from recorrido.company.models import AuditEntry
from recorrido.people import rules
from recorrido.people.actions import (
    accept_link,
    allow_value,
    block_value,
    reset_rule,
    set_rule,
    withdraw_value,
)
from recorrido.people.errors import BadRule, BlockedIdentifier, BlockedLeaf, UnreadableIdentifier
from recorrido.people.kinds import PLAIN, Rule
from recorrido.people.models import BlockedValue, Identifier, Link, PersonChange
from recorrido.people.queries import current_person_id, person_of
from recorrido.people.tests.telling import broken_promises, persons, tell, tell_keys
from recorrido.shared.tests.threads import in_thread

pytestmark = pytest.mark.django_db

TABLET = ("anonymous", "tablet-7")
ODD = [
    "",
    " ",
    " C1 ",
    "NULL",
    "0000",
    "00",
    "xxx",
    "1111111",
    "C" * 255,
    "C" * 256,
    "ñ\u0301",
    "a\x00",
    "7777777-7",
]


def is_blocked(kind, value):
    try:
        return rules.current().read(kind, value, "CL") is None
    except BlockedIdentifier:
        return True


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("customer", "0000"),
        ("customer", "NULL"),
        ("loyalty", "undefined"),
        ("anonymous", "00000000-0000-0000-0000-000000000000"),
        ("email", "Test@tienda.cl"),
        ("email", "noreply@tienda.cl"),
        ("email", "sin@correo.cl"),
        ("phone", "+56 9 0000 0000"),
        ("phone", "99999999"),
        ("national_id", "11.111.111-1"),
        ("br.cpf", "111.111.111-11"),
        ("es.dni", "00000000T"),
        ("mx.rfc", "xaxx010101000"),
    ],
)
def test_what_systems_and_people_write_for_nothing_identifies_nobody(kind, value):
    assert is_blocked(kind, value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("customer", "1111"), ("customer", "C-000"), ("email", "ana.test@x.cl"), ("phone", "+56912345678")],
)
def test_what_may_well_be_somebody_is_not_blocked(kind, value):
    assert not is_blocked(kind, value)


@pytest.mark.django_db(databases=[])
def test_rules_are_known_without_asking_anybody():
    assert rules.Rules().rule("cl.rut").limit == 1


def test_a_blocked_leaf_comes_apart_from_everybody_and_ids_answer(admin):
    ((a,), (b,), (c,)) = tell(["a"], ["b"], ["c"])
    tell(["a", "b"], ["b", "c"])
    assert block_value(actor=admin, kind="external", pattern="b", reason="the till's own number") == 1
    assert persons() == {frozenset("a"), frozenset("b"), frozenset("c")}
    assert [current_person_id(one) for one in (a, b, c)] == [a, b, c]
    assert set(PersonChange.objects.filter(kind="unmerged").values_list("other_id", flat=True)) == {b, c}
    assert broken_promises() == []


def test_a_blocked_leaf_never_joins_again(admin):
    tell(["a", "b"])
    block_value(actor=admin, pattern="B", reason="test")
    tell(["b", "new"], ["a", "b"])
    assert persons() == {frozenset("a"), frozenset("b"), frozenset(["new"])}
    with pytest.raises(BlockedLeaf):
        accept_link(actor=admin, link=Link.objects.first().id)


def test_a_pattern_blocks_all_it_means(admin):
    tell_keys([("email", "caja1@tienda.cl"), TABLET], [("email", "caja2@tienda.cl"), ("customer", "c")])
    assert block_value(actor=admin, kind="email", pattern="caja*@tienda.cl", reason="tills") == 2
    assert is_blocked("email", "CAJA9@tienda.cl") and not is_blocked("email", "ana@tienda.cl")


def test_what_a_withdrawn_value_kept_apart_waits_for_a_decision(admin):
    tell(["a", "b"])
    block_value(actor=admin, pattern="b", reason="a mistake")
    withdraw_value(actor=admin, value=BlockedValue.objects.get().id)
    assert persons() == {frozenset("a"), frozenset("b")}
    assert Link.objects.values_list("state", "why").get() == ("held", "unblocked")
    accept_link(actor=admin, link=Link.objects.get().id)
    assert persons() == {frozenset("ab")}


def test_a_shipped_pattern_can_be_overruled(admin):
    allow_value(actor=admin, kind="email", pattern="test@*", reason="our customer Mr Test")
    assert not is_blocked("email", "test@test.cl")


def test_a_rule_of_the_company_holds_from_now_on_and_leaves_the_past(admin):
    tell_keys([("email", "a@x.cl"), ("loyalty", "1")], [("email", "a@x.cl"), ("loyalty", "2")])
    set_rule(actor=admin, kind="loyalty", rule=Rule(limit=1))
    tell_keys([("email", "b@x.cl"), ("loyalty", "3")], [("email", "b@x.cl"), ("loyalty", "4")])
    assert person_of("loyalty", "1") == person_of("loyalty", "2")
    assert person_of("loyalty", "3") != person_of("loyalty", "4")
    reset_rule(actor=admin, kind="loyalty")
    assert rules.current().rule("loyalty").limit == 3
    assert AuditEntry.objects.filter(action__startswith="identifier_rule").count() == 2


def test_a_rule_that_makes_no_sense_is_refused(admin):
    for kind, limit in (("Loyalty Card", 1), ("loyalty", 0)):
        with pytest.raises(BadRule):
            set_rule(actor=admin, kind=kind, rule=Rule(limit=limit))
    for pattern in ("*", "  ", "x" * 300):
        with pytest.raises(BadRule):
            block_value(actor=admin, pattern=pattern, reason="")


@pytest.mark.django_db(transaction=True)
def test_no_link_is_made_by_rules_that_have_ended(admin):
    tell(["a"], ["b"])
    changed, may_commit = Signal(), Signal()

    def block():
        with transaction.atomic():
            block_value(actor=admin, pattern="b", reason="test")
            changed.set()
            may_commit.wait(5)

    with ThreadPoolExecutor(2) as pool:
        one = in_thread(pool, block)
        changed.wait(5)
        two = in_thread(pool, tell, ["a", "b"])
        may_commit.set()
        one.result()
        two.result()
    assert persons() == {frozenset("a"), frozenset("b")}
    assert Identifier.objects.get(value="b").blocked


@settings(max_examples=300)
@given(kind=st.sampled_from(sorted(PLAIN)), value=st.one_of(st.text(max_size=8), st.sampled_from(ODD)))
def test_a_plain_value_is_read_as_any_other(kind, value):
    def answer(read):
        try:
            return read(kind, value, "CL")
        except (BlockedIdentifier, UnreadableIdentifier) as error:
            return type(error)

    current = rules.in_force()
    assert answer(current.read) == answer(current._read)


def test_only_short_values_are_remembered():
    """Nobody fills a process's memory by what they send."""
    current = rules.Rules()
    assert current.read("email", " " * 20_000 + "a@b.cl") == ("email", "a@b.cl")
    assert current._remembered.cache_info().currsize == 0
    assert current.read("email", " a@b.cl") == ("email", "a@b.cl")
    assert current._remembered.cache_info().currsize == 1
