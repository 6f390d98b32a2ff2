"""Words of column names in Spanish, English and Portuguese, and what they make of a column."""

from __future__ import annotations

import re

from recorrido.shared.plain import plain_words

# What a column can be for.
LEAVE = "leave"
TIME, EVENT, DATE, PROMISE = "time", "event", "date", "promise"
HOUR = "hour"  # the time of day of a date that stands in another column
AMOUNT, STATUS, CHANNEL, PROPERTY, NUMBER = "amount", "status", "channel", "property", "number"
NAME, ATTRIBUTE = "name", "attribute"
ROW = "row"  # a number of its own for each row

PERSONS = (
    "customer",
    "email",
    "phone",
    "rut",
    "cpf",
    "cnpj",
    "dni",
    "nit",
    "nif",
    "ruc",
    "curp",
    "rfc",
    "cuit",
    "loyalty",
)
"""Kinds of identifiers, in the short names that ``people`` understands."""

OF_A_COUNTRY = ("phone", "dni", "ruc", "rut")
"""Kinds that mean something else in another country."""

OBJECTS = ("order", "return", "case", "shipment", "invoice", "conversation", "product", "store")
"""Kinds of objects."""

ROLES = (
    LEAVE, DATE, TIME, HOUR, EVENT, PROMISE, *OBJECTS, *PERSONS, AMOUNT, NUMBER, STATUS, CHANNEL, PROPERTY, NAME, ATTRIBUTE,
    ROW,
)  # fmt: skip

KEYS = ("order", "return", "case", "shipment", "invoice", "conversation")
"""Objects that can be what a journey is about."""


_MANY = r"(?:n|no|nro|num|numero|number|id|cod|codigo|code|folio|ref|referencia|de|do|da|del|la|el|the)"


def _only(words: str) -> str:
    """The word alone, with at most number words around it."""
    return rf"(?:{_MANY} )*(?:{words})(?: {_MANY})*"


_IS_DATE = r"\b(fecha|fec|fch|date|data|dia|day|hora|time|timestamp|datetime|momento|when|cuando|at|on|created|updated)\b"

_RULES: tuple[tuple[str, str], ...] = (
    ("email", r".*\b(e ?mails?|correo|mail)\b.*"),
    ("phone", r".*\b(telefono|fono|tel|celular|movil|phone|mobile|whatsapp|telefone|cel)\b.*"),
    ("rut", r".*\b(rut|run)\b.*"),
    ("cpf", r".*\bcpf\b.*"),
    ("cnpj", r".*\bcnpj\b.*"),
    ("cuit", r".*\bcui[tl]\b.*"),
    ("curp", r".*\bcurp\b.*"),
    ("rfc", r".*\brfc\b.*"),
    ("ruc", r".*\bruc\b.*"),
    ("nit", r".*\bnit\b.*"),
    ("nif", r".*\b(nif|nie|cif)\b.*"),
    ("dni", r".*\b(dni|cedula|documento|doc identidad)\b.*"),
    ("loyalty", r".*\b(socio|loyalty|puntos id|tarjeta cliente|fidelidad|membresia|member)\b.*"),
    ("return", _only("devolucion|return|rma|devolucao")),
    ("shipment", _only("despacho|envio|shipment|tracking|guia|seguimiento|remessa|rastreo")),
    ("case", _only("caso|case|ticket|reclamo|incidencia|incidente|chamado|solicitud|protocolo|request")),
    ("conversation", _only("conversacion|conversation|chat|hilo|thread")),
    ("invoice", _only("factura|boleta|invoice|nota fiscal|documento tributario")),
    ("order", _only("pedidos?|ordens?|ordenes|orders?|compra|venta|oc|nota venta|transaccion|sale|pv")),
    (
        "customer",
        _only("clientes?|customers?|comprador|consumidor|usuario|user|persona|person|buyer|cliente unico"),
    ),
    ("customer", r"(.*\b)?(customer|client|cliente|user|usuario)( unique)? (id|code|codigo|numero|nro)"),
    (
        "product",
        r".*\b(sku|producto|product|articulo|item|ean|upc|produto|material)\b( (id|code|codigo|cod))?",
    ),
    ("store", r".*\b(tienda|sucursal|local|store|loja|shop|punto de venta|bodega|almacen)\b.*"),
    (
        "property",
        r".*\b(medio|forma|metodo|tipo|type|method|meio)\b.*\b(pago|payment|pagamento|despacho|envio|entrega)\b.*",
    ),
    ("property", r".*\b(payment|pagamento) (type|method)\b.*"),
    ("channel", r".*\b(canal|channel|origen|medio|plataforma|origem|source)\b.*"),
    ("status", r".*\b(estado|estatus|status|situacion|situacao|state)\b.*"),
    (
        "amount",
        r".*\b(monto|total|importe|valor|precio|amount|price|value|venta neta|neto|bruto|ingreso|facturado|preco)\b.*",
    ),
    ("name", r"(.*\b)?(nombre|name|nome|razon social|apellidos?)\b.*"),
    (
        "attribute",
        r".*\b(region|ciudad|comuna|city|region|pais|country|provincia|departamento|cidade|uf|segmento|segment|"
        r"genero|edad|zip|codigo postal|cep)\b.*",
    ),
    (
        "event",
        r".*\b(evento|event|actividad|activity|accion|action|tipo|type|hito|etapa|paso|step|movimiento)\b.*",
    ),
)
_PROMISE = re.compile(
    r"\b(promesa|promised?|prometid[oa]|comprometid[oa]|compromiso|estimated|estimad[oa]|planificad[oa]|planned|"
    r"deadline|limite|expected|esperad[oa]|prevista|previsto|sla|eta|programad[oa]|prazo|vencimiento|due)\b"
)


def says_date(name: str) -> bool:
    return bool(re.search(_IS_DATE, plain_words(name)))


def says_promise(name: str) -> bool:
    return bool(_PROMISE.search(plain_words(name)))


def role_by_name(name: str) -> str:
    """What the name of a column says, "" for nothing known."""
    words = plain_words(name)
    return next((role for role, pattern in _RULES if re.fullmatch(pattern, words)), "")
