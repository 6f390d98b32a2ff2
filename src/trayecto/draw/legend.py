"""What the signs mean, and what is not drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trayecto.draw import text, typeset
from trayecto.draw.figures import Chosen, StepItem
from trayecto.draw.lines import stroke
from trayecto.draw.options import Options
from trayecto.draw.scene import FlowLine, Key, Label, Node
from trayecto.draw.typeset import SMALL
from trayecto.draw.words import number, share

_MARGIN = 24.0
_ROW = 24.0
_GAP = 20.0
_SPACE = 7.0  # between a sign and its word


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: str
    css: str
    width: float
    word: str
    stroke: float = 0.0
    after: float = _GAP


def legend(
    nodes: Sequence[Node],
    flows: Sequence[FlowLine],
    top: float,
    options: Options,
    *,
    most: float,
    widest: float,
) -> tuple[list[Key], float]:
    """The keys in rows from ``top`` down, and their lower edge. What belongs together is not torn apart."""
    groups = [
        *_colours(nodes, flows, options),
        *_signs(nodes, options),
        _widths(flows, most, widest, options),
    ]
    keys: list[Key] = []
    x, y = _MARGIN, top
    for group in filter(None, groups):
        if x + sum(map(_long, group)) > options.width and x > _MARGIN:
            x, y = _MARGIN, y + _ROW
        for entry in group:
            label = typeset.label(
                [entry.word], x + entry.width + _SPACE * (entry.width > 0), y + 5, SMALL, "legend"
            )
            keys.append(Key(entry.kind, entry.css, x, y + 12, entry.width, label, entry.stroke))
            x += _long(entry)
    return keys, y + _ROW if keys else top


def _long(entry: _Entry) -> float:
    return entry.width + _SPACE + text.width(entry.word, SMALL) + entry.after


def _colours(nodes: Sequence[Node], flows: Sequence[FlowLine], options: Options) -> list[list[_Entry]]:
    word = options.words
    if options.marks is not None:
        return [
            [_Entry(kind, css, 14.0 if kind == "ring" else 26.0, said, 4.0)]
            for kind, css, said in options.marks.keys
        ]
    if options.mode == "time":
        return [
            _scale("line", "slow", word["quick"], word["slow"]),
            [_Entry("text", "time", 0.0, f"{word['on_flows']}: {word['median_p90']}")],
        ]
    scales = []
    if options.mode == "dropoff":
        scales.append(_scale("ring", "pain", word["keeps"], word["loses"]))
        scales.append([_Entry("text", "legend", 0.0, word["arc"])])
    elif options.pains is not None:
        scales.append(_scale("ring", "pain", word["flows_easily"], word["hurts"]))
    lines = (
        (
            any(flow.trunk for flow in flows),
            "trunk",
            word["usual" if options.regular is None else "regular"],
            9.0,
        ),
        (any("branch" in flow.css for flow in flows), "branch", word["exception"], 2.5),
        (any("pain-" in flow.css for flow in flows), "pain-4", word["painful_exception"], 2.5),
    )
    return [
        *scales,
        *([_Entry("line", css, 30.0, said, wide)] for present, css, said, wide in lines if present),
    ]


def _scale(kind: str, css: str, low: str, high: str) -> list[_Entry]:
    """Five signs from ``low`` to ``high``, the words at the ends."""
    wide = 14.0 if kind == "ring" else 22.0
    entries = [_Entry(kind, f"{css}-0", wide, low, 4.0, 8.0)]
    entries += [_Entry(kind, f"{css}-{one}", wide, "", 4.0, 0.0) for one in (1, 2, 3)]
    return [*entries, _Entry(kind, f"{css}-4", wide, high, 4.0)]


def _signs(nodes: Sequence[Node], options: Options) -> list[list[_Entry]]:
    word = options.words
    percent = share(0.05, options.lang).replace(".0", "").replace(",0", "")
    signs = (
        (any(node.shape == "gate" for node in nodes), _Entry("gate", "plain", 14.0, word["gate"])),
        (
            any(node.css == "unmeasured" for node in nodes),
            _Entry("ring", "unmeasured", 14.0, word["unmeasured"]),
        ),
        (any(node.css == "few" for node in nodes), _Entry("ring", "few", 14.0, _few(options))),
        (any(node.starts for node in nodes), _Entry("start", "mark", 10.0, word["starts"] + f" ≥ {percent}")),
        (any(node.ends for node in nodes), _Entry("end", "mark", 10.0, word["ends"] + f" ≥ {percent}")),
    )
    return [[entry] for present, entry in signs if present]


def _few(options: Options) -> str:
    return options.words["few"].format(n=options.min_journeys)


def _widths(flows: Sequence[FlowLine], most: float, widest: float, options: Options) -> list[_Entry]:
    """Sample widths at the most travelled flow, a tenth and a hundredth of it."""
    samples = [value for value in (_round(most), _round(most / 10), _round(most / 100)) if value >= 1]
    samples = list(dict.fromkeys(samples))
    if not flows or not samples or options.marks is not None:
        return []
    entries = [
        _Entry("line", "sample", 26.0, number(value, options.lang), stroke(value, most, widest), 12.0)
        for value in samples
    ]
    return [_Entry("text", "legend", 0.0, options.words["width"], after=2.0), *entries]


def _round(value: float) -> float:
    """The largest of 1, 2, 5 × 10ⁿ that is not above ``value``."""
    if value < 1:
        return 0.0
    size = 10.0 ** (len(str(int(value))) - 1)
    return max(size * step for step in (1, 2, 5) if size * step <= value)


def captions(
    chosen: Chosen, hidden_steps: Sequence[StepItem], outside: Sequence[str], top: float, options: Options
) -> tuple[list[Label], float]:
    """Sentences under the legend (what is not drawn, what the colour is), and their lower edge."""
    sentences = [
        options.pain_means if options.pains is not None and options.mode == "frequency" else "",
        _hidden_flows(chosen, options),
        _hidden_steps(hidden_steps, options),
        _outside(outside, options),
        options.words["weighted"] if options.weighted else "",
        options.marks.caption if options.marks is not None else "",
    ]
    whole = " · ".join(text.clean(one) for one in sentences if one)
    lines = text.wrapped(whole, options.width - 2 * _MARGIN, SMALL, 3)
    if not lines:
        return [], top
    label = typeset.label(lines, _MARGIN, top + 4, SMALL, "caption")
    return [label], label.box.bottom


def _hidden_flows(chosen: Chosen, options: Options) -> str:
    if not chosen.hidden:
        return ""
    if options.marks is not None:
        plain = options.words["hidden_plain" if chosen.hidden > 1 else "hidden_plain_one"]
        return plain.format(flows=number(chosen.hidden, options.lang))
    return options.words["hidden" if chosen.hidden > 1 else "hidden_one"].format(
        flows=number(chosen.hidden, options.lang),
        share=share(chosen.hidden_share, options.lang),
        most=number(chosen.hidden_most, options.lang),
    )


def _hidden_steps(hidden: Sequence[StepItem], options: Options) -> str:
    if not hidden:
        return ""
    most = number(max(item.journeys for item in hidden), options.lang)
    key = "hidden_steps" if len(hidden) > 1 else "hidden_steps_one"
    return options.words[key].format(steps=number(len(hidden), options.lang), most=most)


def _outside(names: Sequence[str], options: Options) -> str:
    if not names:
        return ""
    listed = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    key = "outside" if len(names) > 1 else "outside_one"
    return options.words[key].format(steps=number(len(names), options.lang), names=listed)
