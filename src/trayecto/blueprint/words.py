"""The fixed words of a blueprint, in both languages. Stages may be renamed by a blueprint, phases not."""

from __future__ import annotations

PHASES: dict[str, dict[str, str]] = {
    "presale": {"es": "Preventa", "en": "Presale"},
    "purchase": {"es": "Compra", "en": "Purchase"},
    "postsale": {"es": "Posventa", "en": "Postsale"},
}

STAGES: dict[str, dict[str, str]] = {
    "awareness": {"es": "Conciencia", "en": "Awareness"},
    "consideration": {"es": "Consideración", "en": "Consideration"},
    "decision": {"es": "Decisión", "en": "Decision"},
    "checkout": {"es": "Caja", "en": "Checkout"},
    "payment": {"es": "Pago", "en": "Payment"},
    "delivery": {"es": "Entrega", "en": "Delivery"},
    "use": {"es": "Uso", "en": "Use"},
    "service": {"es": "Servicio", "en": "Service"},
    "return": {"es": "Devolución", "en": "Return"},
    "loyalty": {"es": "Fidelidad", "en": "Loyalty"},
}

STAGE_PHASE: dict[str, str] = {
    **dict.fromkeys(("awareness", "consideration", "decision"), "presale"),
    **dict.fromkeys(("checkout", "payment"), "purchase"),
    **dict.fromkeys(("delivery", "use", "service", "return", "loyalty"), "postsale"),
}

DEFAULT_COLUMNS: tuple[tuple[str, ...], ...] = (
    ("awareness", "consideration", "decision"),
    ("checkout", "payment"),
    ("delivery", "use"),
    ("return", "service", "loyalty"),
)

NATURES = ("advice", "support", "transaction", "internal")
DIRECTIONS = ("inbound", "outbound")
GATE_ORIGINS = ("law", "risk", "policy", "custom")
CHANNELS = (
    "web", "app", "store", "phone", "email", "chat", "whatsapp", "sms", "social", "marketplace", "print",
)  # fmt: skip
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ATTRIBUTE_TYPES = ("text", "number", "flag")
WATCHES = ("surge", "drop", "off")
TAKES = ("first", "last", "total", "count", "person")
