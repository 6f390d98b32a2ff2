"""The mark that says how sure a cause is; it opens to what the word means."""

from __future__ import annotations

from django import template

from recorrido.web.methods import method_help, method_label

register = template.Library()
register.filter("method_label", method_label)


@register.inclusion_tag("web/_method.html")
def method_mark(method: str | None) -> dict[str, str]:
    return {"label": method_label(method), "help": method_help(method)}
