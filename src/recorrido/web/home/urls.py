from __future__ import annotations

from django.urls import path

from recorrido.web.home import views

urlpatterns = [
    path("", views.home, name="home"),
]
