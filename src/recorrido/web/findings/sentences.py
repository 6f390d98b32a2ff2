"""A finding in a plain sentence, made of its figures; what to do next; why a look-alike is none."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from recorrido.improve.models import Finding
from recorrido.improve.queries import Money, money_of
from recorrido.journeys.queries import length_said
from recorrido.web.findings.naming import Names, day_said, evidence_of
from recorrido.web.money import money_range

GATE, LATE, DEMAND, CHANGED, EXCEPTION = "gate", "late", "failure demand", "changed", "exception"


def percent(share: float | None) -> str:
    """0.413 → "41 %"; small shares keep a decimal."""
    value = 100 * (share or 0.0)
    places = 0 if value >= 10 or value == 0 else 1
    return _("%(number)s%%") % {"number": number_format(round(value, places), decimal_pos=places)}


def what_is_wrong(finding: Finding, names: Names) -> str:
    """The first half of the sentence: what goes wrong, where, how often, beside what it is compared with."""
    says = {GATE: _gate, LATE: _late, DEMAND: _demand, CHANGED: _changed, EXCEPTION: _exception}.get(
        finding.kind
    )
    return says(finding, names) if says else _("Something goes wrong at “%(step)s”") % _facts(finding, names)


def sentence_of(finding: Finding, names: Names) -> str:
    """What is wrong; for how many a month; what it costs a month."""
    parts = [what_is_wrong(finding, names)]
    monthly = finding.detail.get("journeys_per_month")
    if monthly is not None:
        parts.append(
            _("%(people)s a month") % {"people": names.people(finding.last_run.journey_type, monthly)}
        )
    money = money_of(finding.detail.get("money"))
    if money is not None:
        parts.append(money_text(money))
    return "; ".join(parts) + "."


def money_text(money: Money) -> str:
    return money_range(money.low, money.high, money.currency)


def _facts(finding: Finding, names: Names) -> dict[str, str]:
    told = evidence_of(finding)
    of = told.get("of") or 0
    share = told.get("share", (told.get("late", 0) / of) if of else told.get("after"))
    adjusted = (told.get("adjusted") or {}).get("expected")
    wait = finding.detail.get("wait")
    others = max(0.0, share - adjusted) if share is not None and adjusted is not None else None
    return {
        "step": names.step(finding.step),
        "born": names.step(finding.detail.get("born_at") or finding.step),
        "felt": names.step(finding.detail.get("felt_at") or finding.step),
        "cause": names.cause(finding),
        "department": names.department(finding.department),
        "share": percent(share),
        "others": percent(others),
        "before": percent(told.get("before")),
        "day": day_said(finding.detail.get("since")),
        "since": names.day(finding.detail.get("since")),
        "wait": length_said(wait["median"]) if wait else "",
    }


def _late(finding: Finding, names: Names) -> str:
    facts = _facts(finding, names)
    if facts["cause"] and facts["day"]:
        return (
            _(
                "Since %(since)s, “%(step)s” comes late in %(share)s of the cases with %(cause)s; in comparable cases, in %(others)s"
            )
            % facts
        )
    if facts["cause"]:
        return (
            _(
                "“%(step)s” comes late in %(share)s of the cases with %(cause)s; in comparable cases, in %(others)s"
            )
            % facts
        )
    if facts["day"]:
        return (
            _("Since %(since)s, “%(step)s” comes late in %(share)s of the cases; before, in %(before)s")
            % facts
        )
    if facts["wait"]:
        return (
            _("“%(step)s” comes late in %(share)s of the cases, half of them after more than %(wait)s")
            % facts
        )
    return _("“%(step)s” comes late in %(share)s of the cases") % facts


def _demand(finding: Finding, names: Names) -> str:
    facts, told = _facts(finding, names), evidence_of(finding)
    if "late" in told:
        return _not_sent(facts)
    if facts["day"]:
        return (
            _(
                "Since %(since)s, %(share)s of the customers with “%(step)s” get in touch because of it; before, %(before)s"
            )
            % facts
        )
    return (
        _("%(share)s of the customers with “%(step)s” get in touch because something went wrong there")
        % facts
    )


def _not_sent(facts: dict[str, str]) -> str:
    if facts["day"]:
        return (
            _(
                "Since %(since)s, “%(step)s” is not sent in time in %(share)s of the cases (before, in %(before)s), and customers have to ask"
            )
            % facts
        )
    return _("“%(step)s” is not sent in time in %(share)s of the cases, and customers have to ask") % facts


def _changed(finding: Finding, names: Names) -> str:
    facts = _facts(finding, names)
    return (
        _("Since %(since)s, %(share)s of the customers get in touch after “%(step)s”; before, %(before)s")
        % facts
    )


def _gate(finding: Finding, names: Names) -> str:
    told = evidence_of(finding)
    stopped = told.get("stopped") or 0
    shares = {
        name: percent(told.get(name, 0) / stopped if stopped else 0) for name in ("rejected", "gave_up")
    }
    return _(
        "“%(step)s” stops customers who want to buy: %(gave_up)s of them give up there and %(rejected)s are rejected"
    ) % (_facts(finding, names) | shares)


def _exception(finding: Finding, names: Names) -> str:
    return _("“%(step)s” takes customers off the regular path") % _facts(finding, names)


def next_step(finding: Finding, names: Names) -> str:
    """What to do about it now, for whoever reads it first."""
    facts = _facts(finding, names)
    if not facts["department"]:
        return _("Find out who answers for “%(born)s”, and look at some of these cases together.") % facts
    return _NEXT.get(finding.kind, _look_together)(finding, facts)


def _look_together(finding: Finding, facts: dict[str, str]) -> str:
    return _("Look at some of these cases together with %(department)s.") % facts


def _mend_lateness(finding: Finding, facts: dict[str, str]) -> str:
    if facts["cause"]:
        return _("Ask %(department)s what holds up “%(born)s” in the cases with %(cause)s.") % facts
    if facts["day"]:
        return _("Ask %(department)s what changed at “%(born)s” around %(day)s.") % facts
    return _("Ask %(department)s what “%(born)s” needs to be in time, or promise less.") % facts


def _mend_demand(finding: Finding, facts: dict[str, str]) -> str:
    if "late" in evidence_of(finding):
        return _("Ask %(department)s to see that the message always goes out, and in time.") % facts
    return (
        _("Read some of these contacts with %(department)s: they say what went wrong at “%(born)s”.") % facts
    )


def _question_gate(finding: Finding, facts: dict[str, str]) -> str:
    return _("Decide with %(department)s whether everybody must pass it, only some, or nobody.") % facts


def _find_change(finding: Finding, facts: dict[str, str]) -> str:
    return _("Ask %(department)s what changed around %(day)s: a release, a supplier, a rule.") % facts


_NEXT = {GATE: _question_gate, LATE: _mend_lateness, DEMAND: _mend_demand, CHANGED: _find_change}


def why_not(finding: Finding, names: Names) -> str:
    """Why a look-alike is no finding: what is left of the difference once like is compared with like."""
    told = evidence_of(finding)
    adjusted, like = told.get("adjusted") or {}, told.get("comparable") or []
    kind = finding.last_run.journey_type
    facts = {
        "raw": points(told.get("raw")),
        "low": points(adjusted.get("low")),
        "high": points(adjusted.get("high")),
        "like": ", ".join(names.attribute(kind, name) for name in like),
    }
    if not adjusted:
        return _("The difference does not stand up to a comparison of like with like.")
    if not like:
        return (
            _(
                "It looks %(raw)s points worse than the others. Compared like with like, %(low)s to %(high)s points are left: no more than cases differ anyway."
            )
            % facts
        )
    return (
        _(
            "It looks %(raw)s points worse than the others. Among cases alike in %(like)s, %(low)s to %(high)s points are left: no more than cases differ anyway."
        )
        % facts
    )


def points(share: float | None) -> str:
    """A difference of shares in points of a hundred: "12,4"."""
    return number_format(round(100 * (share or 0.0), 1), decimal_pos=1).replace("-", "−")


def kind_label(kind: str) -> str:
    labels = {
        GATE: _("requirement"),
        LATE: _("delay"),
        DEMAND: _("avoidable contacts"),
        CHANGED: _("change"),
        EXCEPTION: _("detour"),
    }
    return labels.get(kind, kind)
