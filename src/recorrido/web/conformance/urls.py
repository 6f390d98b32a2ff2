from __future__ import annotations

from django.urls import path

from recorrido.web.conformance import views

app_name = "conformance"

urlpatterns = [
    path("conformance/", views.conformance, name="conformance"),
    path("reconciliation/", views.reconciliation, name="reconciliation"),
]
