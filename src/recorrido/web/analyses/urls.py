from __future__ import annotations

from django.urls import path

from recorrido.web.analyses import views

app_name = "analyses"

urlpatterns = [
    path("ask/", views.ask, name="ask"),
    path("<int:analysis_id>/", views.state, name="state"),
]
