"""What the words of an event or a date say about its touchpoint, in Spanish, English and Portuguese.

Only a first proposal: a person edits all of it before it is installed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from recorrido.shared.plain import plain_words, slug
from trayecto.blueprint.words import STAGES

SALES, FINANCE, WAREHOUSE, LOGISTICS, SERVICE, MARKETING = (
    "sales", "finance", "warehouse", "logistics", "service", "marketing",
)  # fmt: skip
DEPARTMENTS: dict[str, dict[str, str]] = {
    SALES: {"es": "Ventas", "en": "Sales"},
    FINANCE: {"es": "Finanzas", "en": "Finance"},
    WAREHOUSE: {"es": "Bodega", "en": "Warehouse"},
    LOGISTICS: {"es": "Despacho", "en": "Logistics"},
    SERVICE: {"es": "Atención al cliente", "en": "Customer service"},
    MARKETING: {"es": "Marketing", "en": "Marketing"},
}


@dataclass(frozen=True)
class Meaning:
    """What a kind of event is taken for. ``good``: it can be what a journey is for; the highest wins."""

    type: str
    stage: str
    owner: str
    es: str
    en: str
    words: str  # pattern over plain words
    nature: str = "transaction"
    importance: int = 3
    exceptional: bool = False
    good: int = 0

    @property
    def order(self) -> int:
        """Where the stage stands among all stages."""
        return list(STAGES).index(self.stage)


def _m(*facts: str, **more: object) -> Meaning:
    type_, stage, owner, es, en, words = facts
    return Meaning(type_, stage, owner, es, en, words, **more)  # type: ignore[arg-type]


# The first that fits wins, so what is special stands above what is common.
MEANINGS: tuple[Meaning, ...] = (
    _m("refund.paid", "return", FINANCE, "Reembolso", "Refund",
       r"\b(reembols\w*|refund\w*|estorn\w*|devolucion (de|del) dinero|nota (de )?credito)\b",
       nature="internal", importance=5, good=4),
    _m("exchange.shipped", "return", LOGISTICS, "Cambio", "Exchange", r"\b(cambio|exchange|troca)\b", exceptional=True),
    _m("return.received", "return", WAREHOUSE, "Devolución recibida", "Return received",
       r"\b(devoluc\w*|return\w*|devoluca\w*|rma)\b.*\b(recib\w*|receiv\w*|recepc\w*|bodega|llegad\w*)|\b(recib\w*|recepc\w*|received)\b.*\b(devoluc\w*|return)\b",
       nature="internal", exceptional=True),
    _m("return.requested", "return", SERVICE, "Devolución pedida", "Return requested",
       r"\b(devoluc\w*|devuelt\w*|return\w*|devoluca\w*|rma)\b", exceptional=True, importance=4),
    _m("order.cancelled", "payment", SALES, "Pedido anulado", "Order cancelled",
       r"\b(anula\w*|cancel\w*|desist\w*|void\w*)\b", exceptional=True, importance=4),
    _m("payment.refused", "payment", FINANCE, "Pago rechazado", "Payment refused",
       r"\b(rechaz\w*|refused|declined|denied|recusad\w*|fail\w* payment|payment fail\w*)\b", exceptional=True, importance=4),
    _m("delivery.failed", "delivery", LOGISTICS, "Entrega fallida", "Delivery failed",
       r"\b(no entregad\w*|entrega fallida|intento fallido|fallid\w*|failed|delivery attempt|ausente)\b",
       exceptional=True, importance=4),
    _m("case.resolved", "service", SERVICE, "Caso resuelto", "Case resolved",
       r"\b(resuelt\w*|resolucion|resolved?|solucion\w*|cierre|cerrad\w*|closed|encerrad\w*|finaliz\w*)\b",
       nature="support", importance=5, good=3),
    _m("case.assigned", "service", SERVICE, "Caso asignado", "Case assigned",
       r"\b(asigna\w*|assign\w*|escala\w*|escalat\w*|deriva\w*|atribu\w*)\b", nature="internal"),
    _m("contact.received", "service", SERVICE, "Contacto", "Contact",
       r"\b(reclam\w*|consult\w*|llamad\w*|contact\w*|queja\w*|complain\w*|call\w*|ticket\w*|soporte|support|chamad\w*|"
       r"caso|case|incidenc\w*|incident\w*|solicitud\w*|whatsapp)\b", nature="support", importance=4),
    _m("survey.answered", "loyalty", SERVICE, "Encuesta respondida", "Survey answered",
       r"\b(encuest\w*|survey\w*|nps|csat|review\w*|opinion\w*|pesquisa|calificac\w*|answer\w*)\b", importance=1),
    _m("case.answered", "service", SERVICE, "Respuesta", "Answered",
       r"\b(respuest\w*|respond\w*|response\w*|replied|reply|respost\w*|contestad\w*)\b", nature="support"),
    _m("order.picked_up", "delivery", SALES, "Retirado en tienda", "Picked up",
       r"\b(retir\w*|picked up|pickup|pick up|retirada)\b", importance=5, good=5),
    _m("order.ready", "delivery", WAREHOUSE, "Pedido preparado", "Order ready",
       r"\b(prepara\w*|picking|picked|embal\w*|packed|packing|pack|separad\w*|armad\w*|listo|ready)\b", nature="internal", good=2),
    _m("order.installed", "use", SERVICE, "Instalado", "Installed", r"\b(instala\w*|install\w*|activac\w*|activat\w*)\b",
       good=6),
    _m("order.shipped", "delivery", LOGISTICS, "En camino", "Shipped",
       r"\b(despach\w*|envi\w*|ship\w*|dispatch\w*|expedi\w*|carrier|transport\w*|en camino|in transit|transito|salida|"
       r"postad\w*|courier)\b", nature="internal", importance=4, good=3),
    _m("order.delivered", "delivery", LOGISTICS, "Entregado", "Delivered",
       r"\b(entreg\w*|deliver\w*|recib\w*|received|recebid\w*|recepcion\w*)\b", nature="internal", importance=5, good=5),
    _m("invoice.issued", "payment", FINANCE, "Facturado", "Invoiced",
       r"\b(factura\w*|boleta|invoic\w*|nota fiscal|emision)\b", nature="internal", importance=2, good=1),
    _m("payment.approved", "payment", FINANCE, "Pago aprobado", "Payment approved",
       r"\b(pag\w*|paid|pay|payment|aprob\w*|approv\w*|aprov\w*|cobr\w*|abon\w*)\b", importance=5, good=2),
    _m("quote.sent", "decision", SALES, "Cotización", "Quote", r"\b(cotiz\w*|quot\w*|presupuest\w*|orcament\w*|propuesta)\b"),
    _m("cart.filled", "decision", SALES, "Carro", "Cart", r"\b(carr\w*|cart|basket|cesta)\b"),
    _m("checkout.started", "checkout", SALES, "Inicio de compra", "Checkout", r"\b(checkout|caja|inicio (de )?compra)\b"),
    _m("visit.made", "consideration", MARKETING, "Visita", "Visit",
       r"\b(visit\w*|sesion|session|vista|view\w*|naveg\w*|page)\b", nature="advice", importance=2),
    _m("customer.registered", "consideration", MARKETING, "Registro", "Registration",
       r"\b(registr\w*|signup|sign up|alta|inscri\w*|cadastr\w*)\b", good=1),
    _m("order.placed", "checkout", SALES, "Pedido", "Order",
       r"\b(pedid\w*|compr\w*|ordens?|orden|ordenes|order\w*|purchas\w*|vent\w*|sale|ingres\w*|crea\w*|created|"
       r"placed|solicit\w*|emitid\w*|inici\w*|apertura|abiert\w*|opened|fecha|date|data)\b", importance=5),
)  # fmt: skip


def meaning_of(text: str) -> Meaning | None:
    """The meaning whose words stand in a text; None when there are none."""
    words = plain_words(text)
    return next((one for one in MEANINGS if re.search(one.words, words)), None)


def name_of(text: str, key: str = "order") -> str:
    """A name for the event of a column or value: the usual one where its words say it, else its own words."""
    found = meaning_of(text)
    if found is not None and (found.type != "order.placed" or key == "order"):
        return found.type
    return f"{key}.{slug(_without_date_words(text), '_') or 'event'}"


def label_of(text: str) -> str:
    """A column's name as the name of a touchpoint: "fecha_de_entrega" → "Entrega"."""
    spaced = re.sub(r"[_\s]+", " ", text).strip()
    bare = re.sub(
        r"(?i)^(fecha|fec\.?|fch\.?|f\.|date|data|dia|día)( (y|e) hora)?( (de|del|da|do|of)( la| el)?)? +",
        "",
        spaced,
    )
    bare = re.sub(r"(?i)[ ](date|timestamp|time|at|fecha|on)$", "", bare)
    said = bare if any(map(str.isalpha, bare)) else spaced  # "Fecha (2)" is no "(2)"
    return said[:1].upper() + said[1:]


def _without_date_words(text: str) -> str:
    return re.sub(
        r"\b(fecha|fec|fch|date|data|hora|time|timestamp|de|del|la|el|at|on)\b", " ", plain_words(text)
    )
