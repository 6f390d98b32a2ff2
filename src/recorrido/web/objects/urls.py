from __future__ import annotations

from django.urls import path

from recorrido.web.objects import views

app_name = "objects"

urlpatterns = [path("", views.object_map, name="map")]
