from __future__ import annotations

from django.urls import path

from recorrido.web.blueprint import inventories, paths, texts, versions, views

app_name = "blueprint"
urlpatterns = [
    path("", views.drafts, name="list"),
    path("new/", views.new, name="new"),
    path("drafts/<int:pk>/", views.draft, name="draft"),
    path("new/text/", texts.new, name="new-text"),
    path("drafts/<int:pk>/text/", texts.edit, name="edit-text"),
    path("drafts/<int:pk>/check/", texts.check, name="check"),
    path("drafts/<int:pk>/build/", views.building, name="building"),
    path("drafts/<int:pk>/file/", views.text, name="text"),
    path("drafts/<int:pk>/remove/", views.remove, name="remove"),
    path("paths/", paths.paths, name="paths"),
    path("paths/bring/", paths.bring_bpmn, name="bring-bpmn"),
    path("paths/<slug:slug>/bpmn/", paths.bpmn, name="bpmn"),
    path("versions/", versions.versions, name="versions"),
    path("compare/", versions.compare, name="compare"),
    path("touchpoints/bring/", inventories.bring, name="bring-inventory"),
    path("touchpoints.csv", inventories.export, {"form": "csv"}, name="inventory-csv"),
    path("touchpoints.json", inventories.export, {"form": "json"}, name="inventory-json"),
]
