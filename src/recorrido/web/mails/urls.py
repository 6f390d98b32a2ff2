from __future__ import annotations

from django.urls import path

from recorrido.web.mails import views

app_name = "mails"
urlpatterns = [
    path("", views.mail_list, name="list"),
    path("test/", views.send_test, name="test"),
    path("<int:pk>/retry/", views.retry, name="retry"),
]
