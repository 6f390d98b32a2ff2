from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("recorrido.api.read.urls", namespace="api")),
    path("", include("recorrido.web.urls")),
]

handler403 = "recorrido.web.home.views.forbidden"
handler404 = "recorrido.web.home.views.not_found"
