from __future__ import annotations

from django.urls import path

from recorrido.web.incidents import views, watched

app_name = "incidents"
urlpatterns = [
    path("", views.incident_list, name="list"),
    path("open/", views.open_mark, name="open"),
    path("watched/", watched.watched_list, name="watched"),
    path("watched/<path:subject>/", watched.tune, name="tune"),
    path("<int:pk>/", views.incident, name="incident"),
    path("<int:pk>/minutes.svg", views.minutes, name="minutes"),
    path("<int:pk>/affected/", views.affected, name="affected"),
    path("<int:pk>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("<int:pk>/close/", views.close, name="close"),
    path("<int:pk>/judge/", views.judge, name="judge"),
]
