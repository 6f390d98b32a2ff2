"""Who and what an item names: identifiers, objects, and the channel it came through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recorrido.events.records import CHANNELS
from recorrido.people.identifiers import KIND

Pair = tuple[str, str]

MOST_OBJECTS = 500
MAX_OBJECT_ID = 200
OBJECTS = {
    "order_id": "order",
    "product_id": "product",
    "cart_id": "cart",
    "checkout_id": "checkout",
    "return_id": "return",
    "shipment_id": "shipment",
    "case_id": "case",
    "ticket_id": "case",
    "store_id": "store",
}
"""Properties of the e-commerce events that name an object, and its kind."""
_PLACES = {name: place for place, name in enumerate(OBJECTS)}

_CHANNELS = {**{name: name for name in CHANNELS}, "mobile": "app"}
_MOBILE = {
    "ios",
    "ipados",
    "iphone os",
    "iphone",
    "ipad",
    "android",
    "mobile",
    "phone",
    "smartphone",
    "tablet",
}
_USERS = (None, "", "users")


_MORE_IDENTIFIERS = frozenset({"externalIds", "traits"})
_TELLING = frozenset({"page", "device", "os"})


def text_of(value: Any) -> str:
    """An id as text; many clients send numbers. Empty for what is none."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if -(2**63) <= value < 2**64 else ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return ""


def identifiers_of(item: Mapping[str, Any], context: Mapping[str, Any], user_kind: str) -> list[Pair]:
    """(kind, value) pairs, the principal first: userId, anonymousId, then what context and traits add."""
    return identifiers_in(item.get("userId"), item.get("anonymousId"), context, user_kind)


def identifiers_in(user_id: Any, anonymous_id: Any, context: Mapping[str, Any], user_kind: str) -> list[Pair]:
    """The same of the two ids by themselves."""
    found: list[Pair] = []
    if user := text_of(user_id):
        found.append((user_kind, user))
    if anonymous := text_of(anonymous_id):
        found.append(("anonymous", anonymous))
    if not _MORE_IDENTIFIERS.isdisjoint(context):
        found += _external_ids(context.get("externalIds"), user_kind)
        found += contacts_in(context.get("traits"))
    return found


def _external_ids(told: Any, user_kind: str) -> list[Pair]:
    """``context.externalIds``: ids of persons under kinds of their own. Those of accounts are not persons'."""
    found = []
    for one in told if isinstance(told, list) else ():
        if (
            isinstance(one, dict)
            and one.get("collection") in _USERS
            and one.get("encoding") in (None, "", "none")
        ):
            kind, value = str(one.get("type") or "").lower(), text_of(one.get("id"))
            if kind in ("user_id", "userid"):
                kind = user_kind
            if value and KIND.fullmatch(kind):
                found.append((kind, value))
    return found


def contacts_in(traits: Any) -> list[Pair]:
    """E-mail and phone of a person's traits."""
    if not isinstance(traits, dict):
        return []
    return [(kind, value) for kind in ("email", "phone") if (value := text_of(traits.get(kind)))]


def objects_of(properties: Mapping[str, Any]) -> tuple[Pair, ...]:
    """The objects that e-commerce properties name, each once, at most 500. What is no id stays a property only."""
    names = [name for name in properties if name in OBJECTS]
    if "products" not in properties and len(names) < 2:
        return _object_in(properties, names[0]) if names else ()
    names.sort(key=_PLACES.__getitem__)
    named = [(OBJECTS[name], properties[name]) for name in names]
    products = properties.get("products")
    if isinstance(products, list):
        named += [("product", one.get("product_id")) for one in products if isinstance(one, dict)]
    found = [(kind, id_) for kind, value in named if (id_ := text_of(value)) and len(id_) <= MAX_OBJECT_ID]
    return tuple(dict.fromkeys(found))[:MOST_OBJECTS]


def _object_in(properties: Mapping[str, Any], name: str) -> tuple[Pair, ...]:
    id_ = text_of(properties[name])
    return ((OBJECTS[name], id_),) if id_ and len(id_) <= MAX_OBJECT_ID else ()


def channel_of(
    kind: str,
    item: Mapping[str, Any],
    context: Mapping[str, Any],
    properties: Mapping[str, Any],
    default: str | None,
) -> str | None:
    """The channel an item names; else what its kind and context tell (a browser's page, a mobile device); else the key's."""
    for place in (properties, context, item):
        if "channel" in place and isinstance(told := place["channel"], str) and told in _CHANNELS:
            return _CHANNELS[told]
    if kind == "screen":
        return "app"
    if kind == "page":
        return "web"
    return default if _TELLING.isdisjoint(context) else _channel_in(context, default)


def _channel_in(context: Mapping[str, Any], default: str | None) -> str | None:
    if isinstance(context.get("page"), dict):
        return "web"
    return "app" if _is_mobile(context) else default


def _is_mobile(context: Mapping[str, Any]) -> bool:
    device, os = context.get("device"), context.get("os")
    words = (
        device.get("type") if isinstance(device, dict) else None,
        os.get("name") if isinstance(os, dict) else None,
    )
    return any(isinstance(word, str) and word.lower() in _MOBILE for word in words)
