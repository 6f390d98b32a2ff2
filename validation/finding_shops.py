"""Companies of the scenario language with faults planted at random, and their logs."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml

import trayecto
from recorrido.simulator.designs import blueprint_text
from recorrido.simulator.emit import tell
from recorrido.simulator.model import World, simulate
from recorrido.simulator.parsing import SHIPPED, parse_scenario
from recorrido.simulator.scenario import Scenario, resized
from recorrido.simulator.tables import flat
from recorrido.simulator.truth import totals_of, truth_of
from recorrido.simulator.valuing import values_text
from trayecto.blueprint import read_blueprint
from trayecto.designed import build_designed
from trayecto.log.journeylog import JourneyLog

Document = dict[str, Any]
NAMES = ("Andes", "Costa", "Pampa", "Norte Grande", "Lagos", "Cumbre", "Trigal", "Bahía", "Sierra", "Oriente")
BASES = ("calm", "b2b", "electro", "moda", "tarde", "aromo")
KINDS = ("gate", "late_carrier", "picking_errors", "slow_refunds", "silent_message")

OWN = (-0.01, 0, 0.015)  # how much more often than others an innocent carrier is late of its own


@dataclass(frozen=True)
class Company:
    """A simulated company and the log that was built of its events."""

    scenario: Scenario
    log: JourneyLog
    truth: dict[str, Any]


def company(scenario: Scenario, folder: Path, without: Iterable[str] = (), truth: bool = True) -> Company:
    """Simulate and build, as the two commands do, in a folder that may hold an earlier one."""
    folder.mkdir(parents=True, exist_ok=True)
    left_out = frozenset(without)
    world = simulate(scenario, left_out)
    log = _log(world, folder)
    return Company(scenario, log, truth_of(scenario, left_out, world) if truth else {})


def _log(world: World, folder: Path) -> JourneyLog:
    events, scenario = folder / "events.parquet", world.plan.scenario
    trayecto.write_events(events, flat(tell(world)))
    blueprint = read_blueprint(blueprint_text(scenario))
    table = trayecto.read_events(str(events), journey="", tz=blueprint.time_zone)
    texts = {"values": values_text(scenario, totals_of(world))}
    log, _ = build_designed(table, folder / "log", blueprint=blueprint, texts=texts)
    return log


def faultless(name: str, seed: int, customers: int | None = None) -> Scenario:
    """A shipped scenario with another seed, its faults and gates left out."""
    document = _shipped(name) | {"seed": seed, "faults": [], "gates": []}
    return resized(parse_scenario(document), customers=customers)


def planted(seed: int) -> Scenario:
    """A company with one to three faults of any kinds, parameters, dates and owners; and a carrier that only seems late."""
    chance = Random(seed)
    document = _shipped(chance.choice(BASES)) | {"seed": seed, "gates": []}
    document["customers"]["count"] = chance.randrange(9_000, 16_000)
    document["period"]["months"] = chance.choice((3, 4, 5))
    _carriers(document, chance)
    kinds = [kind for kind in KINDS if "stores" in document or kind not in {"slow_refunds", "silent_message"}]
    chosen = chance.sample(kinds, chance.choice((1, 2, 3)))
    document["faults"] = [_fault(kind, document, chance) for kind in chosen]
    return parse_scenario(document, f"seed {seed}")


def innocent(seed: int) -> Scenario:
    """A company without faults, of two to four carriers; the first serves hardly any but far regions, where everybody is late."""
    chance = Random(seed)
    document = _shipped(chance.choice(BASES)) | {"seed": seed, "faults": [], "gates": []}
    document["customers"]["count"] = chance.randrange(6_000, 24_000)
    document["period"]["months"] = chance.choice((2, 3, 4, 5, 6))
    names = chance.sample(NAMES, chance.choice((2, 3, 4)))
    document["carriers"] = [_confounded(names[0], chance), *(_usual(name, chance) for name in names[1:])]
    for region in document["regions"]:
        region["late"] = round(min(0.4, region["late"] * chance.uniform(0.8, 1.6)), 3)
    return parse_scenario(document, f"seed {seed}")


def _confounded(name: str, chance: Random) -> Document:
    weights = {"near": (0.2, 5), "mid": (1, 15), "far": (30, 70)}
    drawn = {place: round(chance.uniform(*ends), 1) for place, ends in weights.items()}
    return {"name": name, "late": chance.choice(OWN), **drawn}


def _usual(name: str, chance: Random) -> Document:
    weights = {"near": (20, 60), "mid": (20, 50), "far": (10, 40)}
    return {
        "name": name,
        "late": chance.choice(OWN),
        **{place: chance.randrange(*ends) for place, ends in weights.items()},
    }


def _shipped(name: str) -> Document:
    found: Document = yaml.safe_load((SHIPPED / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def _carriers(document: Document, chance: Random) -> None:
    """Three carriers; the last serves far regions, where everybody is late."""
    names = chance.sample(NAMES, 3)
    mine = [
        {"near": 50, "mid": 45, "far": 20},
        {"near": 40, "mid": 40, "far": 35},
        {"near": 2, "mid": 8, "far": 45},
    ]
    document["carriers"] = [
        {"name": name, "late": chance.choice(OWN), **weights}
        for name, weights in zip(names, mine, strict=True)
    ]
    for region in document["regions"]:
        region["late"] = round(region["late"] * chance.uniform(0.8, 1.3), 3)


def _since(document: Document, chance: Random) -> Document:
    """Half of the faults begin on a day within the time that is kept, three weeks or more before its end."""
    if chance.random() < 0.5:
        return {}
    end = document["period"]["end"]
    days = chance.randrange(21, max(22, 30 * document["period"]["months"] - 25))
    return {"since": end - datetime.timedelta(days=days)}


def _fault(kind: str, document: Document, chance: Random) -> Document:
    found: Document = {"kind": kind, "key": kind, "name": kind, **_since(document, chance)}
    return found | _words(kind, document, chance)


def _words(kind: str, document: Document, chance: Random) -> Document:
    uniform = chance.uniform
    if kind == "gate":
        names = [one["name"] for one in document["channels"] if one["how"] != "counter"]
        amount = min(one["amount"] for one in document["channels"])
        return {
            "owner": chance.choice(("risk", "finance", "legal")), "step": chance.choice(("identity", "address", "selfie")),
            "origin": chance.choice(("risk", "policy", "custom")), "channels": chance.sample(names, chance.randrange(1, len(names) + 1)),
            "first_orders": chance.random() < 0.6, "amount_over": round(amount * uniform(0.5, 1.2)),
            "wait_hours": [2, 20], "reject": round(uniform(0, 0.02), 3), "give_up": round(uniform(0.05, 0.15), 3),
            "contact": round(uniform(0.08, 0.25), 3),
        }  # fmt: skip
    if kind == "late_carrier":
        return {
            "owner": "logistics",
            "carrier": chance.choice([one["name"] for one in document["carriers"]]),
            "late": round(uniform(0.1, 0.25), 3),
        }
    if kind == "picking_errors":
        return {"owner": "warehouse", "share": round(uniform(0.04, 0.12), 3)}
    if kind == "slow_refunds":
        return {"owner": "finance", "weekday": chance.randrange(5), "lead_days": chance.randrange(2, 5)}
    return {
        "owner": "it", "share": chance.choice((1, 1, 0.6)), "contact": round(uniform(0.08, 0.2), 3), "cancel": round(uniform(0, 0.05), 3),
        "score_drop": 1.0, "repurchase": round(uniform(0.8, 1), 2),
    }  # fmt: skip
