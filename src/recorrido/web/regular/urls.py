from __future__ import annotations

from django.urls import path

from recorrido.web.regular import views

app_name = "regular"

urlpatterns = [
    path("", views.regular_path, name="path"),
    path("leaving/", views.leaving, name="leaving"),
]
