from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("recorrido.web.urls"))]

handler403 = "recorrido.web.home.views.forbidden"
handler404 = "recorrido.web.home.views.not_found"
