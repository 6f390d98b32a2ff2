from __future__ import annotations

from django.urls import path

from recorrido.web.drivers import views

app_name = "drivers"

urlpatterns = [
    path("drivers/", views.weakest_link, name="weakest"),
    path("changes/", views.change_list, name="changes"),
]
