"""A small shop that is watched: three weeks of even traffic behind it, and minutes that tests let pass one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from recorrido.events.actions import ensure_source, record_events
from recorrido.events.records import NewEvent
from recorrido.journeys.actions import install_blueprint
from recorrido.journeys.models import BlueprintVersion
from recorrido.journeys.watch.actions import count_events, look
from recorrido.journeys.watch.models import HourCount, Incident
from recorrido.shared import clock

BLUEPRINT = """\
blueprint: watched
time_zone: UTC
departments:
  shop: {label: {es: Tienda, en: Shop}}
  finance: {label: {es: Finanzas, en: Finance}}
touchpoints:
  placed: {event: order.placed, stage: payment, owner: shop}
  refused:
    label: {es: Pago rechazado, en: Payment refused}
    event: payment.refused
    stage: payment
    owner: finance
    watch: {kind: surge, of: placed}
  failed:
    label: {es: Error en caja, en: Checkout error}
    event: checkout.failed
    stage: checkout
    owner: shop
    watch: {kind: surge, of: placed}
journeys:
  order: {key: order, goal: placed}
"""
START = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)  # a Wednesday
TYPES = {"placed": "order.placed", "refused": "payment.refused", "failed": "checkout.failed"}
USUAL = {"placed": 5, "refused": 0.5, "failed": 0.3}  # a minute


class Shop:
    """``now`` moves with ``pass_minutes``; whatever is recorded has a customer of its own."""

    def __init__(
        self, *, usual: dict[str, float] | None = None, now: datetime = START, beside: tuple[str, ...] = ()
    ) -> None:
        """``beside``: other sources, each with five events a minute that the blueprint does not know."""
        self.now, self.usual, self.people = now, USUAL | (usual or {}), 0
        self.beside = [ensure_source(name=name) for name in beside]
        install_blueprint(source=BLUEPRINT, file_name="watched.yaml", actor=None)
        self.version: BlueprintVersion | None = BlueprintVersion.objects.newest()
        self.source = ensure_source(name="shop")
        with clock.frozen(self.now):
            count_events(version=self.version)  # takes note of the blueprint: what is written below stays
        self._write_history()

    def _write_history(self) -> None:
        first = self.now.replace(minute=0) - timedelta(days=21)
        hours = [first + timedelta(hours=n) for n in range(int((self.now - first) / timedelta(hours=1)))]
        HourCount.objects.bulk_create(
            HourCount(
                hour=hour, touchpoint=step, source=source,
                events=round(60 * rate), fresh=round(60 * rate), prompt=round(60 * rate),
            )
            for hour in hours
            for step, source, rate in [
                *((step, self.source, rate) for step, rate in self.usual.items()),
                *(("", source, 5) for source in self.beside),
            ]
        )  # fmt: skip

    def pass_minutes(self, minutes: int, **events: int) -> None:
        """Let minutes pass, each with so many events by touchpoint, and look at the end of each."""
        for _ in range(minutes):
            self.record(self.now, **events)
            self.look(self.now + timedelta(seconds=59))
            self.now += timedelta(minutes=1)

    def pass_usual(self, minutes: int, times: float = 1.0) -> None:
        """As ``pass_minutes``, with what is usual: a rate below one comes every so many minutes."""
        for number in range(minutes):
            events = {
                step: int((number + 1) * rate * times) - int(number * rate * times)
                for step, rate in self.usual.items()
            }
            self.speak_beside()
            self.pass_minutes(1, **events)

    def speak_beside(self) -> None:
        for source in self.beside:
            with clock.frozen(self.now):
                record_events(
                    source=source, events=[self._event("heartbeat", self.now, False) for _ in range(5)]
                )

    def record(self, at: datetime, *, same_person: bool = False, **events: int) -> None:
        for step, count in events.items():
            batch = [self._event(TYPES[step], at, same_person) for _ in range(count)]
            with clock.frozen(max(self.now, at)):
                if batch:
                    record_events(source=self.source, events=batch)

    def _event(self, type_: str, at: datetime, same_person: bool) -> NewEvent:
        self.people += 1
        customer = "C0" if same_person else f"C{self.people}"
        return NewEvent(
            message_id=str(self.people),
            type=type_,
            at=at,
            channel="web",
            identifiers=(("customer", customer),),
        )

    def look(self, moment: datetime) -> None:
        with clock.frozen(moment):
            while count_events(version=self.version):
                pass
            look(blueprint=self.version.read(), now=moment)

    def open(self) -> list[str]:
        return sorted(Incident.objects.open().values_list("subject", flat=True))
