from __future__ import annotations

from django.urls import path

from recorrido.web.whatif import views

app_name = "whatif"
urlpatterns = [
    path("", views.what_if, name="whatif"),
    path("ask/", views.ask, name="question"),
]
