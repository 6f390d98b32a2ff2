from __future__ import annotations

from django.urls import path

from recorrido.web.webhooks import deliveries, views

app_name = "webhooks"
urlpatterns = [
    path("", views.endpoint_list, name="list"),
    path("new/", views.new_endpoint, name="new"),
    path("<int:pk>/", views.endpoint, name="endpoint"),
    path("<int:pk>/edit/", views.edit_endpoint, name="edit"),
    path("<int:pk>/test/", views.test, name="test"),
    path("<int:pk>/rotate/", views.rotate, name="rotate"),
    path("<int:pk>/enable/", views.enable, name="enable"),
    path("<int:pk>/disable/", views.disable, name="disable"),
    path("<int:pk>/remove/", views.remove, name="remove"),
    path("<int:pk>/replay/", views.replay_period, name="replay-period"),
    path("<int:pk>/discard/", views.discard, name="discard"),
    path("deliveries/", deliveries.delivery_list, name="deliveries"),
    path("deliveries/<int:pk>/", deliveries.delivery, name="delivery"),
    path("deliveries/<int:pk>/replay/", deliveries.replay, name="replay"),
]
