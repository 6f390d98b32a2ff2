from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("recorrido.web.home.urls")),
    path("account/", include("recorrido.web.account.urls")),
    path("company/mails/", include("recorrido.web.mails.urls")),
    path("company/", include("recorrido.web.staff.urls")),
    path("data/keys/", include("recorrido.web.keys.urls")),
    path("data/webhooks/", include("recorrido.web.webhooks.urls")),
    path("data/", include("recorrido.web.ledger.urls")),
    path("data/upload/", include("recorrido.web.upload.urls")),
    path("journeys/blueprint/", include("recorrido.web.blueprint.urls")),
    path("journeys/calendar/", include("recorrido.web.calendar.urls")),
    path("journeys/analyses/", include("recorrido.web.analyses.urls")),
    path("journeys/gates/", include("recorrido.web.gates.urls")),
    path("journeys/regular-path/", include("recorrido.web.regular.urls")),
    path("journeys/", include("recorrido.web.conformance.urls")),
    path("journeys/incidents/", include("recorrido.web.incidents.urls")),
    path("findings/", include("recorrido.web.findings.urls")),
    path("journeys/what-if/", include("recorrido.web.whatif.urls")),
    path("values/", include("recorrido.web.values.urls")),
    path("journeys/objects/", include("recorrido.web.objects.urls")),
    path("journeys/", include("recorrido.web.drivers.urls")),
    path("journeys/", include("recorrido.web.demand.urls")),
    path("journeys/", include("recorrido.web.journeys.urls")),
    path("people/", include("recorrido.web.people.urls")),
]
