from __future__ import annotations

from django.urls import path

from recorrido.web.calendar import views

app_name = "calendar"
urlpatterns = [
    path("", views.calendar, name="list"),
    path("new/", views.new_entry, name="new"),
    path("import/", views.bring, name="import"),
    path("<int:pk>/", views.edit_entry, name="edit"),
    path("<int:pk>/remove/", views.remove_entry, name="remove"),
]
