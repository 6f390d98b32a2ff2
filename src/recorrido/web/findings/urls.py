from __future__ import annotations

from django.urls import path

from recorrido.web.findings import deciding, views

app_name = "findings"
urlpatterns = [
    path("", views.findings, name="list"),
    path("print/", views.printed, name="print"),
    path("ask/", deciding.ask, name="ask"),
    path("<int:pk>/", views.finding, name="finding"),
    path("<int:pk>/history.svg", views.history, name="history"),
    path("<int:pk>/accept/", deciding.accept, name="accept"),
    path("<int:pk>/dismiss/", deciding.dismiss, name="dismiss"),
    path("<int:pk>/dispute/", deciding.dispute, name="dispute"),
    path("<int:pk>/reopen/", deciding.reopen, name="reopen"),
]
