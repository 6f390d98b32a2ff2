from __future__ import annotations

from django.urls import path

from recorrido.web.staff import audit, places, views

app_name = "staff"
urlpatterns = [
    path("staff/", views.staff_list, name="list"),
    path("staff/new/", views.new_staff, name="new"),
    path("staff/<int:pk>/", views.edit_staff, name="edit"),
    path("staff/<int:pk>/reset-password/", views.reset_password, name="reset-password"),
    path("places/", places.place_list, name="places"),
    path("departments/new/", places.new_department, name="new-department"),
    path("departments/<slug:slug>/", places.edit_department, name="edit-department"),
    path("stores/new/", places.new_store, name="new-store"),
    path("stores/<slug:code>/", places.edit_store, name="edit-store"),
    path("audit/", audit.audit_list, name="audit"),
]
