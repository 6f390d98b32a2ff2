"""Writing SVG: elements, escaping, and the finished picture."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from trayecto.draw.scene import Label
from trayecto.draw.text import clean
from trayecto.draw.theme import STYLESHEET


class Svg:
    """A finished picture; shows itself in notebooks."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def _repr_svg_(self) -> str:
        return self.text

    def save(self, path: str | Path) -> Path:
        """Writes the picture to a file and returns its path."""
        target = Path(path)
        target.write_text(self.text, encoding="utf-8")
        return target


def px(value: float) -> str:
    """A coordinate with at most one decimal: a tenth of a pixel is not seen."""
    return (
        f"{value:.1f}".removesuffix(".0").replace("-0", "0")
        if abs(value) < 0.05
        else f"{value:.1f}".removesuffix(".0")
    )


def element(name: str, *inside: str, **attributes: object) -> str:
    """``<name …>inside</name>``; ``class_`` and ``aria_label`` become class and aria-label, None is left out."""
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        shown = px(value) if isinstance(value, float) else clean(str(value))
        shown = own_classes(shown) if key == "class_" else shown
        parts.append(f"{key.rstrip('_').replace('_', '-')}={quoteattr(shown)}")
    head = " ".join(parts)
    return f"<{head}>{''.join(inside)}</{name}>" if inside else f"<{head}/>"


def own_classes(names: str) -> str:
    """Class names with our prefix: a page's own ``.card { width: 100% }`` would stretch ours, SVG or not."""
    return " ".join(name if name.startswith("jm") else f"jm-{name}" for name in names.split())


def words(text: str) -> str:
    """Text content, escaped."""
    return escape(clean(text))


def tooltip(*sentences: str) -> str:
    """What a pointer that rests shows, one sentence a line."""
    return f"<title>{chr(10).join(map(words, sentences))}</title>"


def write_label(label: Label) -> str:
    """A text element; several lines become tspans."""
    baseline = label.y + label.leading * 0.8
    anchor = None if label.anchor == "start" else label.anchor
    font = {"font_size": label.size, "text_anchor": anchor, "class_": label.css}
    if len(label.lines) == 1:
        return element("text", words(label.lines[0]), x=label.x, y=baseline, **font)
    spans = [
        element("tspan", words(line), x=label.x, y=baseline + place * label.leading)
        for place, line in enumerate(label.lines)
    ]
    return element("text", *spans, **font)


def linked(inside: list[str], says: tuple[str, ...], href: str | None, css: str, **data: object) -> str:
    """A group, or a link when it leads somewhere; both say their figures."""
    sentence = "; ".join(says)
    content = [tooltip(*says), *inside]
    if href is None:
        return element("g", *content, class_=css, role="img", aria_label=sentence, **data)
    return element("a", *content, class_=css, href=href, aria_label=sentence, **data)


def document(
    body: list[str],
    *,
    width: float,
    height: float,
    title: str,
    description: str,
    lang: str,
    css: str,
    linked: bool,
    standalone: bool,
) -> Svg:
    """The outermost element. Pictures with links are groups (an ``img`` would hide its links from readers)."""
    head = [f"<title>{words(title)}</title>", f"<desc>{words(description)}</desc>"]
    if standalone:
        head.append(f"<style>{escape(STYLESHEET)}</style>")
    narrowest = min(max(int(width * 0.9) // 200 * 200, 600), 3000)
    return Svg(
        element(
            "svg",
            *head,
            *body,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {px(width)} {px(height)}",
            width=px(width),
            height=px(height),
            class_=f"jm {css} jm-min-{narrowest}",
            role="group" if linked else "img",
            aria_label=f"{title}. {description}",
            lang=lang,
        )
    )
