from __future__ import annotations

from django.urls import path

from recorrido.web.account import views

app_name = "account"
urlpatterns = [
    path("", views.account, name="account"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("password/", views.change_password, name="password"),
    path("preferences/", views.choose_preferences, name="preferences"),
]
