from __future__ import annotations

from django.urls import path

from recorrido.web.blueprint import views

app_name = "blueprint"
urlpatterns = [
    path("", views.drafts, name="list"),
    path("new/", views.new, name="new"),
    path("drafts/<int:pk>/", views.draft, name="draft"),
    path("drafts/<int:pk>/build/", views.building, name="building"),
    path("drafts/<int:pk>/file/", views.text, name="text"),
    path("drafts/<int:pk>/remove/", views.remove, name="remove"),
]
