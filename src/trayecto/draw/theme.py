"""Colours and type: one stylesheet for every picture, light and dark, driven by ``--jm-…`` custom properties.

Every declaration that reads a property is preceded by its light value, for programs that draw SVG without knowing
custom properties. Text on ground keeps a contrast of at least 4.5, rings and lines that carry meaning of 3.
"""

from __future__ import annotations

import re

KINDS = 8  # colours that tell kinds of things apart
LIGHT = {
    "bg": "#fbfaf7",
    "band": "#f4f1ea",
    "band-2": "#f8f6f0",
    "rule": "#e4dfd3",
    "card": "#ffffff",
    "ink": "#1b282c",
    "ink-2": "#46565b",
    "ink-3": "#5f6d71",
    "trunk": "#2f7478",
    "branch": "#7f8c8a",
    "plain": "#2f7478",
    "few": "#7d8a88",
    "on": "#ffffff",
    "focus": "#0b57d0",
    "pain-0": "#2c7f6f",
    "pain-1": "#71892b",
    "pain-2": "#ae7a05",
    "pain-3": "#c85a17",
    "pain-4": "#b0262c",
    "chip-0": "#d7e8e4",
    "chip-1": "#e8e2cf",
    "chip-2": "#dfe3ee",
    "chip-3": "#ecdcd6",
    "chip-4": "#dfe9d2",
    "chip-5": "#e8dcea",
    "chip-6": "#d6e6ee",
    "chip-7": "#eee6c8",
    "kind-0": "#1f6fb2",
    "kind-1": "#b8520a",
    "kind-2": "#1a7f5a",
    "kind-3": "#a8458c",
    "kind-4": "#7a5f00",
    "kind-5": "#5a4fb0",
    "kind-6": "#0b7285",
    "kind-7": "#8c2f39",
    "more-0": "#c9762f",
    "more-1": "#a84a00",
    "less-0": "#4d88b8",
    "less-1": "#17568f",
    "same": "#8b9694",
}
DARK = {
    "bg": "#12191b",
    "band": "#182123",
    "band-2": "#151d1f",
    "rule": "#2a3638",
    "card": "#1d282b",
    "ink": "#e9efee",
    "ink-2": "#b9c5c5",
    "ink-3": "#95a3a4",
    "trunk": "#4ea3a4",
    "branch": "#718080",
    "plain": "#4ea3a4",
    "few": "#76817f",
    "on": "#0d1314",
    "focus": "#8ab4f8",
    "pain-0": "#4bb39d",
    "pain-1": "#a3bd55",
    "pain-2": "#dca73a",
    "pain-3": "#ee8444",
    "pain-4": "#f2696b",
    "chip-0": "#1f4640",
    "chip-1": "#46412c",
    "chip-2": "#323a52",
    "chip-3": "#503930",
    "chip-4": "#39482a",
    "chip-5": "#4a3850",
    "chip-6": "#294553",
    "chip-7": "#4b4424",
    "kind-0": "#6fb1ea",
    "kind-1": "#f0954a",
    "kind-2": "#57c79b",
    "kind-3": "#e08cc8",
    "kind-4": "#d1b13c",
    "kind-5": "#a79cf2",
    "kind-6": "#4cc3d6",
    "kind-7": "#ef8791",
    "more-0": "#c98a4f",
    "more-1": "#ffae5c",
    "less-0": "#5b93c4",
    "less-1": "#86c5ff",
    "same": "#76817f",
}

_RULES = """
.jm { font-family: var(--jm-font); background: var(--jm-bg); max-width: 100%; height: auto; }
.jm text { fill: var(--jm-ink); }
.jm .ground { fill: var(--jm-bg); }
.jm .band { fill: var(--jm-band); }
.jm .band.even { fill: var(--jm-band-2); }
.jm .rule { stroke: var(--jm-rule); stroke-width: 1; }
.jm .strong, .jm .title, .jm .column { font-weight: 600; }
.jm text.subtitle, .jm text.stage, .jm text.legend, .jm text.caption { fill: var(--jm-ink-3); }
.jm text.lane, .jm text.column, .jm text.figure, .jm text.note { fill: var(--jm-ink-2); }
.jm text.note.strong { fill: var(--jm-ink); }
.jm text.step, .jm text.figure { paint-order: stroke; stroke: var(--jm-bg); stroke-width: 3px; stroke-linejoin: round; }
.jm text.figure.inside { stroke: none; }
.jm text.time { fill: var(--jm-ink); stroke: none; }
.jm .tag { fill: var(--jm-bg); fill-opacity: 0.92; }
.jm a { cursor: pointer; text-decoration: none; }
.jm .line { fill: none; stroke: var(--jm-branch); stroke-linecap: round; stroke-linejoin: round; }
.jm .hit { fill: none; stroke: transparent; stroke-width: 12; }
.jm .case { fill: none; stroke: var(--jm-bg); stroke-linecap: butt; }
.jm .head { fill: var(--jm-branch); stroke: none; }
.jm .bold .head { fill: none; stroke: var(--jm-on); stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.jm .trunk .line, .jm .line.trunk { stroke: var(--jm-trunk); }
.jm .trunk .head { fill: var(--jm-trunk); }
.jm .line.key { stroke-linecap: butt; }
.jm .line.sample { stroke: var(--jm-ink-3); }
.jm .body { fill: var(--jm-card); stroke: var(--jm-plain); stroke-width: 2.5; }
.jm .bar { fill: var(--jm-ink); stroke: var(--jm-bg); stroke-width: 1.5; paint-order: stroke; }
.jm .under { fill: var(--jm-bg); stroke: none; }
.jm .few .body { stroke: var(--jm-few); stroke-width: 2; }
.jm .few .bar { fill: var(--jm-few); }
.jm .unmeasured .body { stroke: var(--jm-ink-3); stroke-width: 1.5; stroke-dasharray: 3 3; fill: none; }
.jm .unmeasured .under { fill: var(--jm-bg); }
.jm .unmeasured text { fill: var(--jm-ink-3); }
.jm .unmeasured .bar { fill: var(--jm-ink-3); }
.jm .pain-2 .body { stroke-width: 3; }
.jm .pain-3 .body { stroke-width: 4; }
.jm .pain-4 .body { stroke-width: 5.5; }
.jm .lost { fill: none; stroke: var(--jm-pain-4); stroke-width: 5.5; }
.jm .dropoff .body { stroke: var(--jm-few); stroke-width: 2; }
.jm path.mark, .jm rect.mark { fill: var(--jm-ink-2); stroke: var(--jm-bg); stroke-width: 1.5; }
.jm .card { fill: var(--jm-card); stroke: var(--jm-ink-3); stroke-width: 1.25; }
.jm .leader { fill: none; stroke: var(--jm-ink-3); stroke-width: 1.25; }
.jm a:focus { outline: none; }
.jm a:focus-visible .body, .jm a:focus-visible .bar, .jm a:focus-visible .chip { stroke: var(--jm-focus); stroke-width: 4; }
.jm a:focus-visible .hit { stroke: var(--jm-focus); stroke-opacity: 0.4; }
.jm a:hover .line { stroke-opacity: 1; stroke: var(--jm-ink-2); }
.jm a:hover .body { stroke: var(--jm-ink); }
.jm a:hover text { text-decoration: underline; }
.jm .chip { stroke: none; }
.jm .share { fill: var(--jm-trunk); }
.jm .share.rest { fill: var(--jm-branch); }
.jm .chip.rest { fill: var(--jm-band); }
.jm text.word { fill: var(--jm-ink); }
.jm .chip.together { fill: var(--jm-chip-0); }
.jm .chip.inserted { fill: var(--jm-card); stroke: var(--jm-pain-3); stroke-width: 2; }
.jm .chip.skipped { fill: none; stroke: var(--jm-ink-3); stroke-width: 1.5; stroke-dasharray: 4 3; }
.jm text.word.skipped { fill: var(--jm-ink-3); }
.jm .way { fill: none; stroke: var(--jm-trunk); stroke-width: 2; stroke-linejoin: round; }
.jm .tip { fill: var(--jm-trunk); stroke: none; }
.jm .box { fill: var(--jm-card); stroke: var(--jm-plain); stroke-width: 1.75; }
.jm .unmeasured .box { stroke: var(--jm-ink-3); stroke-dasharray: 4 3; fill: none; }
.jm .turn { fill: var(--jm-bg); stroke: var(--jm-trunk); stroke-width: 2; }
.jm text.owner { fill: var(--jm-ink-3); }
.jm a:hover .box { stroke: var(--jm-ink); }
.jm a:focus-visible .box { stroke: var(--jm-focus); stroke-width: 4; }
.jm .cover { stroke: var(--jm-ink-3); stroke-width: 1.25; stroke-dasharray: 5 4; }
.jm .rail { fill: var(--jm-band); }
.jm .fall { fill: var(--jm-trunk); fill-opacity: 0.16; }
.jm .neutral .body { stroke: var(--jm-ink-3); stroke-width: 2; }
.jm .same .body { stroke-width: 2; }
.jm .more-1 .body, .jm .less-1 .body { stroke-width: 4; }
.jm .post { fill: var(--jm-branch); }
.jm .centre .post { fill: var(--jm-ink); }
.jm .ribbon { fill: var(--jm-branch); fill-opacity: 0.38; }
.jm .centre .ribbon { fill: var(--jm-ink-3); }
.jm .stub { fill: var(--jm-branch); fill-opacity: 0.5; }
.jm a:hover .ribbon { fill-opacity: 0.62; }
.jm a:focus-visible .ribbon, .jm a:focus-visible .post { stroke: var(--jm-focus); stroke-width: 3; }
"""
_MARKED = """
.jm .{0} .line, .jm .line.{0} {{ stroke: var(--jm-{0}); }}
.jm .{0} .head, .jm .{0} .post, .jm .{0} .ribbon {{ fill: var(--jm-{0}); }}
.jm .{0} .body {{ stroke: var(--jm-{0}); }}
.jm .{0} .bar {{ fill: var(--jm-{0}); }}
"""
_GRADES = """
.jm .pain-{0} .line, .jm .line.pain-{0} {{ stroke: var(--jm-pain-{0}); }}
.jm .pain-{0} .head {{ fill: var(--jm-pain-{0}); }}
.jm .pain-{0} .body, .jm .pain-{0}.card, .jm .pain-{0} .card, .jm .pain-{0} .leader {{ stroke: var(--jm-pain-{0}); }}
.jm .pain-{0} .bar {{ fill: var(--jm-pain-{0}); }}
"""
_SLOW = """
.jm .slow-{0} .line, .jm .line.slow-{0} {{ stroke: var(--jm-{1}); }}
.jm .slow-{0} .head {{ fill: var(--jm-{1}); }}
"""
_FONT = "Inter, 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"


def _properties(tokens: dict[str, str]) -> str:
    return " ".join(f"--jm-{name}: {value};" for name, value in tokens.items())


def _with_fallbacks(rules: str) -> str:
    """Each ``name: var(--jm-x)`` preceded by ``name`` with the light value of x."""
    known = {**LIGHT, "font": _FONT}
    return re.sub(
        r"([a-z-]+): var\(--jm-([a-z0-9-]+)\)",
        lambda found: f"{found[1]}: {known[found[2]]}; {found[0]}",
        rules,
    )


def _own(rules: str) -> str:
    """Every class in selectors with our prefix, as ``markup.own_classes`` writes them."""
    return re.sub(r"\.(?!jm\b)([a-z][a-z0-9-]*)", r".jm-\1", rules)


def _stylesheet() -> str:
    chips = "".join(f".jm .chip-{n} {{ fill: var(--jm-chip-{n}); }}\n" for n in range(8))
    widths = "".join(f".jm-min-{n} {{ min-width: {n}px; }}\n" for n in range(600, 3001, 200))
    grades = "".join(_GRADES.format(n) for n in range(5))
    grades += "".join(_SLOW.format(n, f"pain-{n}" if n else "branch") for n in range(5))
    marked = [*(f"kind-{n}" for n in range(KINDS)), "more-0", "more-1", "less-0", "less-1", "same"]
    grades += "".join(_MARKED.format(name) for name in marked)
    # The order matters: bold heads are open chevrons whatever the grade of their line.
    bold = _own(".jm .bold .head { fill: none; }\n")
    return (
        f".jm {{ --jm-font: {_FONT}; {_properties(LIGHT)} }}\n"
        "@media (prefers-color-scheme: dark) {\n"
        f'.jm:not([data-theme="light"] .jm) {{ {_properties(DARK)} }}\n'
        "}\n"
        f'[data-theme="dark"] .jm {{ {_properties(DARK)} }}\n'
        + _with_fallbacks(_own(_RULES + grades + chips))
        + bold
        + widths
    )


STYLESHEET = _stylesheet()
"""What a page that embeds pictures with ``standalone=False`` must have in its static CSS."""
