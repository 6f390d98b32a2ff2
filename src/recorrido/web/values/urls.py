from __future__ import annotations

from django.urls import path

from recorrido.web.values import views

app_name = "values"
urlpatterns = [
    path("", views.values, name="values"),
    path("import/", views.bring, name="import"),
    path("versions/", views.versions, name="versions"),
    path("versions/<int:number>/file/", views.file, name="file"),
]
