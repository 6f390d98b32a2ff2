from __future__ import annotations

from django.urls import path

from recorrido.web.gates import views

app_name = "gates"

urlpatterns = [
    path("", views.gate_list, name="list"),
    path("<path:step>/", views.gate, name="gate"),
]
