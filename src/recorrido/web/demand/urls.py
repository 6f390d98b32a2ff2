from __future__ import annotations

from django.urls import path

from recorrido.web.demand import views

app_name = "demand"

urlpatterns = [
    path("contacts/", views.contacts, name="contacts"),
    path("contacts/channels.svg", views.channels_chart, name="channels"),
    path("failure-demand/", views.failure_demand, name="failure"),
    path("failure-demand/departments.svg", views.departments_chart, name="departments"),
    path("failure-demand/cause/<int:place>/", views.cause, name="cause"),
    path("failure-demand/department/<str:slug>/", views.department, name="department"),
    path("profit/", views.profit, name="profit"),
]
