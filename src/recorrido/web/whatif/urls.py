from __future__ import annotations

from django.urls import path

from recorrido.web.whatif import naming, views

app_name = "whatif"
urlpatterns = [
    path("", views.what_if, name="whatif"),
    path("ask/", views.ask, name="question"),
    path("named/", naming.save, name="save"),
    path("named/<int:changes_id>/", naming.rename, name="rename"),
    path("named/<int:changes_id>/remove/", naming.remove, name="remove"),
]
