from __future__ import annotations

from django.http import QueryDict

from recorrido.web.whatif.sliders import changes_of

STEP = {"step": "order.prepared", "judged": 1000, "days": 0.8, "promised": 2.0, "working": True}
CHOICES = {
    "gates": [],
    "failures": [
        STEP | {"failed": 80, "told_by": "promise"},
        STEP | {"failed": 4, "days": None, "told_by": "contacts"},
    ],
    "ways": [],
}


def test_a_step_that_fails_in_two_ways_has_two_sliders():
    """Late, and told by contacts: moving one leaves the other where it stands."""
    assert changes_of(CHOICES, QueryDict("fails:order.prepared=8&asked:order.prepared=0.4")) == []
    (late,) = changes_of(CHOICES, QueryDict("fails:order.prepared=3&asked:order.prepared=0.4"))
    (asked,) = changes_of(CHOICES, QueryDict("fails:order.prepared=8&asked:order.prepared=0"))
    assert late == {"change": "failure_rate", "step": "order.prepared", "to": 0.03}
    assert asked == {"change": "failure_rate", "step": "order.prepared", "to": 0.0, "told_by": "contacts"}


def test_what_no_slider_can_say_moves_nothing():
    assert changes_of(CHOICES, QueryDict("fails:order.prepared=nan&asked:order.prepared=many")) == []
