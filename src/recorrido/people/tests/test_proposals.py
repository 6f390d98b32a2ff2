from __future__ import annotations

import pytest

from recorrido.people.actions import (
    NewProposal,
    decide_proposal,
    propose_links,
    unmerge,
    withdraw_proposals,
)
from recorrido.people.errors import AlreadyDecided
from recorrido.people.models import PersonChange, Proposal
from recorrido.people.tests.telling import broken_promises, persons, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    ((one,), (other,)) = tell(["ana perez"], ["ana peres"])
    return one, other


def propose(pair, score=0.98):
    return propose_links(proposals=[NewProposal(*pair, score, [{"field": "name", "level": "typo"}])])


def test_a_proposal_joins_nobody_until_somebody_accepts_it(admin, pair):
    assert propose(pair) == 1
    assert len(persons()) == 2
    decide_proposal(actor=admin, proposal=Proposal.objects.get().id, same=True, note="same address")
    assert (len(persons()), Proposal.objects.get().state) == (1, "accepted")
    change = PersonChange.objects.get()
    assert (change.reason, change.why, broken_promises()) == ("proposal", "same address", [])


def test_a_refused_proposal_tells_the_two_apart_for_good(admin, pair):
    propose(pair)
    decide_proposal(actor=admin, proposal=Proposal.objects.get().id, same=False)
    tell(["ana perez", "mail"], ["ana peres", "mail"])
    assert len(persons()) == 2
    assert (propose(pair), propose(pair[::-1])) == (0, 0)


def test_proposing_again_brings_the_newest_score_and_no_second_row(pair):
    propose(pair, 0.9)
    propose(pair[::-1], 0.95)
    assert Proposal.objects.get().score == 0.95


def test_one_person_is_not_proposed(pair):
    tell(["ana perez", "ana peres"])
    assert propose(pair) == 0


def test_a_withdrawn_proposal_may_come_back_and_a_decided_one_not(admin, pair):
    propose(pair)
    proposal = Proposal.objects.get().id
    assert (withdraw_proposals(proposals=[proposal]), propose(pair)) == (1, 1)
    decide_proposal(actor=admin, proposal=proposal, same=False)
    with pytest.raises(AlreadyDecided):
        decide_proposal(actor=admin, proposal=proposal, same=True)


def test_an_accepted_proposal_can_be_taken_back(admin, pair):
    propose(pair)
    decide_proposal(actor=admin, proposal=Proposal.objects.get().id, same=True)
    unmerge(actor=admin, merge=PersonChange.objects.get().id)
    assert len(persons()) == 2
