from __future__ import annotations

from django.urls import path

from recorrido.web.upload import views
from recorrido.web.upload.steps import check, columns, result, written

app_name = "upload"
urlpatterns = [
    path("", views.uploads, name="list"),
    path("<int:pk>/", views.upload, name="upload"),
    path("<int:pk>/written/", written.written, name="written"),
    path("<int:pk>/columns/", columns.columns, name="columns"),
    path("<int:pk>/columns/answers/", columns.reuse, name="reuse"),
    path("<int:pk>/check/", check.check, name="check"),
    path("<int:pk>/check/rejects/", check.rejects, name="rejects"),
    path("<int:pk>/mapping/", check.mapping, name="mapping"),
    path("<int:pk>/import/", result.result, name="result"),
    path("<int:pk>/draft/", result.draft, name="draft"),
    path("<int:pk>/remove/", views.remove, name="remove"),
]
