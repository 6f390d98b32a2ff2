"""Filling an installation: the simulated retailer of ``recorrido demo``, the empty start of ``recorrido run``.

Every step may be interrupted and run again: events are unique by their message id, rows are looked up first, and a
file in the data folder says that the events are complete.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from recorrido.company import actions as company
from recorrido.company.actions.staff import generate_password
from recorrido.company.models import Department, Staff, Store
from recorrido.company.queries import has_staff
from recorrido.journeys import actions as journeys
from recorrido.journeys.blueprint import Blueprint
from recorrido.journeys.calendar.actions import EntryFields, import_entries
from recorrido.journeys.calendar.queries import edition
from recorrido.journeys.models import BlueprintVersion, BuildReason, JourneyBuild
from recorrido.journeys.queries import values_in_force
from recorrido.simulator import actions as simulator
from recorrido.site import boot

DEMO_EMAIL = "cx@aromo.example"
FIRST_EMAIL = "admin@recorrido.example"


@dataclass(frozen=True)
class Login:
    """How to sign in; of the demo it is kept in the data folder, so that every start can show it again."""

    email: str
    password: str


def fill_with_aromo(data: Path) -> Login:
    """Staff, blueprint, calendar, values, events and journey logs of the simulated retailer; what is there already is kept."""
    login = _demo_login(data)
    admin = _first_admin(login, "Camila Rojas")
    blueprint = _install("aromo.yaml", admin)
    _create_departments(admin, blueprint)
    _create_stores(admin)
    _keep_the_calendar(admin)
    with _progress() as progress:
        if not _feed_is_complete(data):
            _feed(progress)
            _mark_feed_complete(data)
        _say_what_things_are_worth(admin, progress)
        _build_missing_logs(blueprint, progress)
    return login


def start_empty() -> Login | None:
    """A first administrator and the starter blueprint; None when somebody can sign in already."""
    login = None
    if not has_staff():
        login = Login(FIRST_EMAIL, generate_password())
        _first_admin(login, "Admin")
    if not BlueprintVersion.objects.exists():
        _install("starter.yaml", None)
    return login


def _demo_login(data: Path) -> Login:
    file = data / "demo-login.json"
    if file.exists():
        return Login(**json.loads(file.read_text()))
    login = Login(DEMO_EMAIL, generate_password())
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        json.dump(asdict(login), handle)
    return login


def _first_admin(login: Login, name: str) -> Staff:
    found = Staff.objects.filter(email=login.email).first()
    return found or company.create_first_admin(email=login.email, name=name, password=login.password)


def _install(file_name: str, actor: Staff | None) -> Blueprint:
    """Install a shipped blueprint, unless one is in force: a demo whose blueprint was edited keeps the edit."""
    version = BlueprintVersion.objects.newest()
    if version is None:
        source = (files("recorrido.journeys") / "blueprints" / file_name).read_text(encoding="utf-8")
        version = journeys.install_blueprint(source=source, file_name=file_name, actor=actor)
    return version.read()


def _create_departments(admin: Staff, blueprint: Blueprint) -> None:
    for slug, department in blueprint.departments.items():
        if not Department.objects.filter(slug=slug).exists():
            company.create_department(actor=admin, slug=slug, name=department.label.text("es"))


def _create_stores(admin: Staff) -> None:
    known = set(Store.objects.values_list("code", flat=True))
    for store, country in simulator.demo_stores():
        if store.code not in known:
            company.create_store(
                actor=admin,
                code=store.code,
                name=store.city,
                city=store.city,
                region=store.region,
                country=country,
            )


def _keep_the_calendar(admin: Staff) -> None:
    """What the simulated company's people wrote down, unless somebody wrote something already."""
    if not edition():
        rows: list[EntryFields] = [
            {
                "date": one.date, "label": one.label, "kind": one.kind,
                "touchpoint": one.touchpoint, "department": one.department,
            }
            for one in simulator.demo_calendar()
        ]  # fmt: skip
        import_entries(actor=admin, rows=rows)


def _feed_is_complete(data: Path) -> bool:
    return (data / "demo-complete").exists()


def _mark_feed_complete(data: Path) -> None:
    (data / "demo-complete").touch()


def _feed(progress: Progress) -> None:
    task = _begin(progress, "Simulating Calzados Aromo and recording its events", None)

    def tell(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total)

    simulator.feed_demo(progress=tell)


def _say_what_things_are_worth(admin: Staff, progress: Progress) -> None:
    """By the accounting of the simulated company, unless somebody said it already."""
    if values_in_force() is None:
        task = _begin(progress, "Asking the accounting of Calzados Aromo what things are worth", None)
        journeys.install_values(source=simulator.demo_values(), file_name="aromo-values.yaml", actor=admin)
        progress.update(task, total=1, completed=1)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))


def _begin(progress: Progress, words: str, total: int | None) -> TaskID:
    """A bar at a terminal, a line in a file: both say at once what takes a minute."""
    if not progress.console.is_terminal:
        boot.say(words)
    return progress.add_task(words, total=total)


def _build_missing_logs(blueprint: Blueprint, progress: Progress) -> None:
    """The journeys that the first page shows are built here, the others by the worker."""
    for slug in blueprint.journeys:
        if JourneyBuild.objects.newest_done(slug) is not None:
            continue
        if slug == blueprint.default_journey:
            _build(slug, progress)
        else:
            journeys.request_build(journey_type=slug, actor=None, reason=BuildReason.MANUAL)


def _build(slug: str, progress: Progress) -> None:
    task = _begin(progress, f"Building the journeys “{slug}”", 100)

    def tell(build: JourneyBuild) -> None:
        progress.update(task, completed=build.percent)

    journeys.build_now(journey_type=slug, actor=None, reason=BuildReason.MANUAL, tell=tell)
    progress.update(task, completed=100)
