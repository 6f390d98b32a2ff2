"""An answer as a page shows it: outcomes in words, with bars of before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recorrido.journeys.queries import Study
from recorrido.web.conditions import attribute_said, value_said
from recorrido.web.money import money_exact

Told = Mapping[str, Any]
WIDTH = 220  # of a bar


@dataclass(frozen=True)
class Bars:
    """Places on a scale of WIDTH: lengths of before and after, and the two ends of after's interval."""

    before: int
    after: int
    low: int
    high: int


@dataclass(frozen=True)
class Row:
    """One outcome. ``good``: whether the change is to the better, None when it may be either."""

    label: str
    before: str
    after: str
    change: str
    interval: str
    good: bool | None
    bars: Bars


def rows_of(study: Study, result: Told) -> list[Row]:
    currency = result["currency"] or study.blueprint.currency or ""
    return [_row(study, one, currency) for one in result["outcomes"]]


def _row(study: Study, one: Told, currency: str) -> Row:
    effect, name = one["effect"], one["name"]
    said = _saying(name, currency)
    differs = _points if name.startswith("late:") else said
    better = -1 if name == "contacts" or ":" in name else 1
    sure = effect["low"] > 0 or effect["high"] < 0
    ends = {"low": _signed(effect["low"], differs), "high": _signed(effect["high"], differs)}
    return Row(
        _label(study, name),
        said(one["before"]),
        said(one["after"]),
        _signed(effect["expected"], differs),
        _("%(low)s to %(high)s") % ends,
        (effect["expected"] * better > 0) if sure else None,
        _bars(one),
    )


def _points(share: float) -> str:
    """A difference of shares: in percent it would read as a ratio."""
    return _("%(points)s points") % {"points": number_format(round(100 * share, 1) + 0.0, 1)}


def cells_of(study: Study, result: Told) -> Iterator[Sequence[object]]:
    """The outcomes as lines of a file: what, before, after, difference and its interval, unit."""
    for one in result["outcomes"]:
        effect, name = one["effect"], one["name"]
        figures = (one["before"], one["after"], effect["expected"], effect["low"], effect["high"])
        yield _label(study, name), *figures, _unit(name, result["currency"] or "")


def _unit(name: str, currency: str) -> str:
    if name in ("money", "value_kept"):
        return currency
    return {"late": _("share"), "days": _("days")}.get(name.partition(":")[0], "")


def _signed(value: float, said: Any) -> str:
    text = str(said(value)).replace("-", "−")
    return f"+{text}" if value > 0 and text != str(said(0)) else text


def _saying(name: str, currency: str) -> Any:
    if name.startswith("late:"):
        return lambda value: _("%(number)s%%") % {"number": number_format(round(100 * value, 1) + 0.0, 1)}
    if name.startswith("days:"):
        return lambda value: number_format(round(value, 1) + 0.0, 1)
    whole = lambda value: number_format(round(value), 0, force_grouping=True)  # noqa: E731
    if name in ("money", "value_kept"):
        return lambda value: money_exact(round(value), round(value), currency)
    return whole


def _label(study: Study, name: str) -> str:
    kind, _colon, step = name.partition(":")
    if kind == "late":
        return _("Late: %(step)s") % {"step": study.label(step)}
    if name == "days:goal":
        return _("Median days from order to goal, of those sent another way")
    if kind == "days":
        return _("Median days: %(step)s") % {"step": study.label(step)}
    return {
        "orders_kept": _("Orders kept"),
        "contacts": _("Support contacts"),
        "value_kept": _("Value of the orders kept"),
        "money": _("Margin less contacts"),
    }.get(name, name)


def _bars(one: Told) -> Bars:
    before, effect = one["before"], one["effect"]
    ends = [before, one["after"], before + effect["low"], before + effect["high"]]
    scale = WIDTH / max(*(abs(end) for end in ends), 1e-9)
    return Bars(*(max(0, round(end * scale)) for end in ends))


@dataclass(frozen=True)
class MoneyLine:
    """quantity × amount = total, as it can be checked by hand."""

    what: str
    quantity: str
    each: str
    total: str
    source: str


def lines_of(result: Told) -> list[MoneyLine]:
    return [_line(line, result["currency"] or "") for line in result["lines"]]


def _line(line: Told, currency: str) -> MoneyLine:
    each = line["each"]["expected"]
    words = {
        "value of orders kept": _("Value of the orders kept that come on top"),
        "orders kept": _("Orders kept that come on top"),
        "contacts saved": _("Contacts saved"),
    }
    shown = number_format(each, 4 if each < 1 else 0, force_grouping=True)
    return MoneyLine(
        str(words.get(line["what"], line["what"])),
        number_format(round(line["quantity"]["expected"]), 0, force_grouping=True),
        shown,
        money_exact(round(line["total"]["expected"]), round(line["total"]["expected"]), currency),
        line["each"]["source"] or "",
    )


def notes_of(study: Study, result: Told) -> list[str]:
    """What to know when reading the answer, in the reader's language."""
    return [_note(study, note) for note in result["notes"]]


def _note(study: Study, note: Told) -> str:
    code, about = note["code"], note["about"]
    if code == "overlap":
        first, second, both = about.split(",")
        sentence = ngettext(
            "Changes %(first)s and %(second)s touch the same order (%(both)s), so together they may bring less.",
            "Changes %(first)s and %(second)s touch the same %(both)s orders, so together they may bring less.",
            int(both),
        )
        return sentence % {
            "first": first,
            "second": second,
            "both": number_format(int(both), 0, force_grouping=True),
        }
    said = {
        "added": _(
            "The effects of several changes are added up; that one alters what another would bring is left out."
        ),
        "before_and_after": _(
            "At “%(step)s” there is nobody to compare with at the same time: after is held against before."
        ),
        "silent": _(
            "Only contacts tell when “%(step)s” fails. Who suffers in silence is estimated from the scores of those who ask nothing."
        ),
        "missing": _("Since then “%(step)s” no longer follows."),
        "no_promise": _("No promise of the design waits for “%(step)s”, so only its time changes."),
        "no_free": _(
            "Next to no order goes without “%(step)s”: its contacts are those of the first day, less the usual ones; nothing is said of who comes back."
        ),
        "law": _("The law demands “%(step)s”: it cannot simply be removed."),
    }.get(code)
    return note["text"] if said is None else said % {"step": study.label(about)}


def described(study: Study, changes: Sequence[Told]) -> list[str]:
    """Each change as a sentence."""
    return [_described(study, change) for change in changes]


def _described(study: Study, change: Told) -> str:
    step = study.label(change.get("step", ""))
    facts = {"step": step, "where": _where(study, change.get("where")), "amount": _amount(change)}
    kind = change["change"]
    if kind == "remove_gate":
        said = _("“%(step)s” is removed") % facts
    elif kind == "share":
        facts |= {"to": _where(study, change["to"])}
        return _("%(amount)s of the orders with %(where)s go by %(to)s") % facts
    elif kind == "duration":
        said = _("“%(step)s” takes %(amount)s") % facts
    elif kind == "fix":
        said = _("What follows “%(step)s” goes as it should") % facts
    elif change.get("to") == "others":
        return _("“%(step)s” fails with %(where)s as often as with comparable others") % facts
    else:
        said = _("“%(step)s” fails: %(amount)s") % facts
    if change.get("where"):
        said = _("%(said)s, with %(where)s") % {"said": said, "where": facts["where"]}
    if change.get("since"):
        said = _("%(said)s, from %(day)s on") % {"said": said, "day": change["since"]}
    return said


def _amount(change: Told) -> str:
    if change["change"] == "share":
        return _percent(change["share"])
    if "times" in change:
        return _("%(share)s of what it is now") % {"share": _percent(change["times"])}
    if "by" in change:
        by = change["by"]
        return (
            _("%(points)s points") % {"points": number_format(round(100 * by, 1), 1)}
            if _is_share(by)
            else str(by)
        )
    told = change.get("to", "")
    return _percent(told) if _is_share(told) else str(told)


def _is_share(told: object) -> bool:
    return isinstance(told, int | float)


def _percent(share: float) -> str:
    percent = round(100 * share, 1)
    return _("%(number)s%%") % {"number": number_format(percent, 0 if percent.is_integer() else 1)}


def _where(study: Study, where: Mapping[str, str] | None) -> str:
    kind = study.journey_type
    return ", ".join(
        f"{attribute_said(kind, name)} = {value_said(study.blueprint, kind, name, value)}"
        for name, value in (where or {}).items()
    )
