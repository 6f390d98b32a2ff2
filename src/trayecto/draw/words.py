"""The few words a picture needs, and numbers as each language writes them."""

from __future__ import annotations

from trayecto.errors import BadValue, did_you_mean

WORDS: dict[str, dict[str, str]] = {
    "es": {
        "map": "Mapa del recorrido",
        "path": "Camino diseñado",
        "any_order": "en cualquier orden",
        "one_of": "uno de estos caminos",
        "skippable": "puede no ocurrir",
        "again": "se puede repetir",
        "times": "de {least} a {most} veces",
        "times_exactly": "{most} veces",
        "times_least": "{least} veces o más",
        "path_says": "{label}, a cargo de {owner}",
        "path_describes": "{steps} pasos: {names}",
        "alignments": "Recorridos que se apartan del diseño",
        "inserted": "hecho sin estar en el diseño",
        "skipped": "diseñado y no hecho",
        "together": "como en el diseño",
        "aligned_says": "{journeys} recorridos, ajuste {fitness}: {moves}",
        "aligned_figure": "{journeys} · ajuste {fitness}",
        "funnel": "Embudo",
        "variants": "Variantes",
        "journey": "recorrido",
        "journeys": "recorridos",
        "journeys_weighted": "recorridos (ponderados)",
        "events": "eventos",
        "flows_easily": "fluye",
        "hurts": "duele",
        "quick": "rápido",
        "slow": "concentra la espera",
        "keeps": "retiene",
        "loses": "pierde",
        "arc": "arco rojo = parte perdida",
        "regular": "camino regular",
        "usual": "camino más usual",
        "exception": "excepción",
        "painful_exception": "lleva a donde duele",
        "gate": "requisito",
        "unmeasured": "no se mide",
        "few": "menos de {n} recorridos",
        "starts": "empiezan aquí",
        "ends": "terminan aquí",
        "width": "ancho = recorridos:",
        "lost": "perdidos",
        "lost_one": "se pierden {n} ({share})",
        "on_flows": "en las líneas",
        "median_p90": "mediana · p90",
        "hidden": "{flows} transiciones menores no se dibujan: {share} de los movimientos, ninguna con más de {most} recorridos",
        "hidden_one": "1 transición menor no se dibuja: {share} de los movimientos, {most} recorridos",
        "hidden_plain": "{flows} transiciones menores no se dibujan",
        "hidden_plain_one": "1 transición menor no se dibuja",
        "hidden_steps": "{steps} pasos sin dibujar, ninguno con más de {most} recorridos",
        "hidden_steps_one": "1 paso sin dibujar, con {most} recorridos",
        "outside": "{steps} pasos fuera del diseño no se dibujan: {names}",
        "outside_one": "1 paso fuera del diseño no se dibuja: {names}",
        "weighted": "cifras ponderadas",
        "step_says": "{label}: {journeys} recorridos, {events} veces",
        "starts_says": "{n} empiezan aquí",
        "ends_says": "{n} terminan aquí",
        "pain_says": "dolor {class_} de 4",
        "few_says": "pocos datos",
        "gate_says": "es un requisito",
        "unmeasured_says": "{label}: declarado en el diseño, no se mide",
        "flow_says": "De {source} a {target}: {journeys} recorridos, {events} veces",
        "wait_says": "mediana {median}, p90 {p90}",
        "regular_says": "camino regular",
        "usual_says": "camino más usual",
        "coverage": "{variants} de {distinct} variantes cubren el {share} de los recorridos",
        "coverage_one": "1 de {distinct} variantes cubre el {share} de los recorridos",
        "others": "otras {n} variantes",
        "others_one": "otra variante",
        "more_steps": "+{n}",
        "of_first": "{share} del inicio",
        "of_previous": "{share} del paso anterior",
        "leave": "{n} no siguen",
        "map_says": "{steps} pasos y {flows} transiciones dibujadas; {journeys} recorridos.",
        "empty": "Ningún recorrido en esta selección",
        "variant_says": "Variante {rank}: {journeys} recorridos, {share}, {steps} pasos: {names}",
        "object_map": "Mapa de varios objetos",
        "objects_caption": "ancho = objetos de cada tipo que pasan · número = eventos del paso, cada uno contado una vez aunque toque varios objetos",
        "object_step_says": "{label}: {events} eventos",
        "object_flow_says": "{type}, de {source} a {target}: {objects} objetos, {events} pares de eventos",
        "comparison": "Comparación",
        "comparison_caption": "tamaño = la parte mayor de las dos · el número es {b} menos {a} · en color solo lo que difícilmente es azar (5 % de falsos descubrimientos)",
        "comparison_says": "{label}: {a} {in_a}, {b} {in_b}",
        "comparison_times": "mediana: {a} {in_a}, {b} {in_b}",
        "diff_more": "más en {b}",
        "diff_less": "menos en {b}",
        "diff_longer": "más lento en {b}",
        "diff_shorter": "más rápido en {b}",
        "diff_none": "puede ser azar",
        "diff_sure": "difícilmente es azar",
        "supposed": "Qué pasaría si",
        "supposed_before": "{a}: intentos de pedir que pasan por cada paso",
        "supposed_after": "{b}: intentos de pedir que se espera que pasen por cada paso",
        "supposed_difference": "el número es {b} menos {a}, en intentos de pedir · tamaño = el mayor de los dos",
        "supposed_same": "casi igual",
        "sankey": "Caminos",
        "sankey_says": "{journeys} recorridos pasan por {step}.",
        "sankey_rest": "otros ({n})",
        "sankey_caption": "alto = recorridos · las puntas grises son recorridos que ahí empiezan o terminan, o que siguen fuera del plazo",
        "sankey_band": "De {source} a {target}: {journeys}",
        "sankey_ended": "{label}: {journeys} no siguen",
        "sankey_began": "{label}: {journeys} no vienen de otro paso",
        "sankey_n_end": "{n} terminan aquí",
        "sankey_n_begin": "{n} empiezan aquí",
        "sankey_n_cut": "{n} siguen fuera del plazo",
    },
    "en": {
        "map": "Journey map",
        "path": "Designed path",
        "any_order": "in any order",
        "one_of": "one of these ways",
        "skippable": "may not happen",
        "again": "may repeat",
        "times": "{least} to {most} times",
        "times_exactly": "{most} times",
        "times_least": "{least} times or more",
        "path_says": "{label}, owned by {owner}",
        "path_describes": "{steps} steps: {names}",
        "alignments": "Journeys that leave the design",
        "inserted": "done, not designed",
        "skipped": "designed, not done",
        "together": "as designed",
        "aligned_says": "{journeys} journeys, fitness {fitness}: {moves}",
        "aligned_figure": "{journeys} · fitness {fitness}",
        "funnel": "Funnel",
        "variants": "Variants",
        "journey": "journey",
        "journeys": "journeys",
        "journeys_weighted": "journeys (weighted)",
        "events": "events",
        "flows_easily": "flows",
        "hurts": "hurts",
        "quick": "quick",
        "slow": "most of the wait",
        "keeps": "keeps",
        "loses": "loses",
        "arc": "red arc = share lost",
        "regular": "regular path",
        "usual": "most usual path",
        "exception": "exception",
        "painful_exception": "leads to where it hurts",
        "gate": "gate",
        "unmeasured": "not measured",
        "few": "fewer than {n} journeys",
        "starts": "start here",
        "ends": "end here",
        "width": "width = journeys:",
        "lost": "lost",
        "lost_one": "{n} lost ({share})",
        "on_flows": "on the lines",
        "median_p90": "median · p90",
        "hidden": "{flows} minor flows are not drawn: {share} of the movements, none with more than {most} journeys",
        "hidden_one": "1 minor flow is not drawn: {share} of the movements, {most} journeys",
        "hidden_plain": "{flows} minor flows are not drawn",
        "hidden_plain_one": "1 minor flow is not drawn",
        "hidden_steps": "{steps} steps are not drawn, none with more than {most} journeys",
        "hidden_steps_one": "1 step is not drawn, with {most} journeys",
        "outside": "{steps} steps outside the design are not drawn: {names}",
        "outside_one": "1 step outside the design is not drawn: {names}",
        "weighted": "weighted figures",
        "step_says": "{label}: {journeys} journeys, {events} times",
        "starts_says": "{n} start here",
        "ends_says": "{n} end here",
        "pain_says": "pain {class_} of 4",
        "few_says": "few data",
        "gate_says": "is a gate",
        "unmeasured_says": "{label}: declared in the design, not measured",
        "flow_says": "From {source} to {target}: {journeys} journeys, {events} times",
        "wait_says": "median {median}, p90 {p90}",
        "regular_says": "regular path",
        "usual_says": "most usual path",
        "coverage": "{variants} of {distinct} variants cover {share} of the journeys",
        "coverage_one": "1 of {distinct} variants covers {share} of the journeys",
        "others": "{n} other variants",
        "others_one": "1 other variant",
        "more_steps": "+{n}",
        "of_first": "{share} of the first",
        "of_previous": "{share} of the step before",
        "leave": "{n} do not go on",
        "map_says": "{steps} steps and {flows} flows drawn; {journeys} journeys.",
        "empty": "No journey in this selection",
        "variant_says": "Variant {rank}: {journeys} journeys, {share}, {steps} steps: {names}",
        "object_map": "Map of several objects",
        "objects_caption": "width = objects of each type that pass · number = events of the step, each counted once however many objects it touches",
        "object_step_says": "{label}: {events} events",
        "object_flow_says": "{type}, from {source} to {target}: {objects} objects, {events} pairs of events",
        "comparison": "Comparison",
        "comparison_caption": "size = the larger share of the two · the number is {b} less {a} · in colour only what is hardly chance (5% false discoveries)",
        "comparison_says": "{label}: {a} {in_a}, {b} {in_b}",
        "comparison_times": "median: {a} {in_a}, {b} {in_b}",
        "diff_more": "more in {b}",
        "diff_less": "less in {b}",
        "diff_longer": "slower in {b}",
        "diff_shorter": "quicker in {b}",
        "diff_none": "may be chance",
        "diff_sure": "hardly chance",
        "supposed": "What if",
        "supposed_before": "{a}: attempts to order that take each step",
        "supposed_after": "{b}: attempts to order that are expected to take each step",
        "supposed_difference": "the number is {b} less {a}, in attempts to order · size = the larger of the two",
        "supposed_same": "next to the same",
        "sankey": "Paths",
        "sankey_says": "{journeys} journeys go through {step}.",
        "sankey_rest": "others ({n})",
        "sankey_caption": "height = journeys · grey ends are journeys that begin or end there, or go on beyond the window",
        "sankey_band": "From {source} to {target}: {journeys}",
        "sankey_ended": "{label}: {journeys} do not go on",
        "sankey_began": "{label}: {journeys} come from no other step",
        "sankey_n_end": "{n} end here",
        "sankey_n_begin": "{n} begin here",
        "sankey_n_cut": "{n} go on beyond the window",
    },
}

_THOUSANDS = {"es": ".", "en": ","}
_DECIMAL = {"es": ",", "en": "."}
_UNITS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def words(lang: str) -> dict[str, str]:
    """The dictionary of a language ("es-CL" counts as "es"); raises BadValue for one we do not speak."""
    found = WORDS.get(lang.replace("_", "-").split("-")[0].lower())
    if found is None:
        raise BadValue(
            f"No words for language {lang!r}; pictures speak es and en.{did_you_mean(lang, WORDS)}"
        )
    return found


def number(value: float, lang: str) -> str:
    """A whole number with its thousands marked: 15.010 (es), 15,010 (en)."""
    return f"{round(value):,}".replace(",", _THOUSANDS[_language(lang)])


def decimal(value: float, lang: str, digits: int = 1) -> str:
    """A number with ``digits`` decimals: 6,4 (es), 6.4 (en)."""
    text = f"{value:,.{digits}f}"
    marks = {",": _THOUSANDS[_language(lang)], ".": _DECIMAL[_language(lang)]}
    return "".join(marks.get(character, character) for character in text)


def short(value: float, lang: str) -> str:
    """A count in at most five characters: 950 · 4,1k · 38,4k · 384k · 1,2M."""
    for limit, size, mark in ((999.5, 1.0, ""), (999_500.0, 1e3, "k"), (float("inf"), 1e6, "M")):
        if abs(value) < limit:
            scaled = value / size
            digits = 1 if mark and abs(scaled) < 99.95 else 0
            return decimal(scaled, lang, digits) + mark
    return number(value, lang)


def share(value: float, lang: str) -> str:
    """A share of one as a percentage: 0,4 % (es), 0.4% (en); whole above ten percent."""
    percent = 100.0 * value
    digits = 0 if percent >= 9.95 or percent == 0 else 1
    return decimal(percent, lang, digits) + ("\u202f%" if _language(lang) == "es" else "%")


def duration(seconds: float, lang: str) -> str:
    """Seconds in the largest unit that keeps the number above one: 45 s, 36 min, 7,5 h, 6,4 d."""
    for size, unit in _UNITS:
        if seconds >= size or unit == "s":
            scaled = seconds / size
            break
    digits = 1 if scaled < 9.95 and scaled != round(scaled) else 0
    return f"{decimal(scaled, lang, digits)}\u202f{unit}"


def _language(lang: str) -> str:
    return lang.replace("_", "-").split("-")[0].lower()
