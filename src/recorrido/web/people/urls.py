from __future__ import annotations

from django.urls import path

from recorrido.web.people import views

app_name = "people"

urlpatterns = [
    path("", views.find, name="find"),
    path("<int:person_id>/", views.person, name="person"),
    path("object/<str:kind>/<path:external_id>/", views.thing, name="object"),
]
