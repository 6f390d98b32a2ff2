from __future__ import annotations

from django.urls import path

from recorrido.web.people import organizations, persons, review, ruling, views

app_name = "people"

urlpatterns = [
    path("", views.find, name="find"),
    path("<int:person_id>/", views.person, name="person"),
    path("<int:person_id>/merge/", persons.merge, name="merge"),
    path("identifier/<int:leaf_id>/", persons.identifier, name="identifier"),
    path("link/<int:link_id>/unmerge/", persons.unmerge, name="unmerge"),
    path("link/<int:link_id>/merge/", persons.rejoin, name="rejoin"),
    path("object/<str:kind>/<path:external_id>/", views.thing, name="object"),
    path("review/", review.links, name="review"),
    path("review/links/", review.decide, name="decide"),
    path("review/proposals/", review.proposals, name="proposals"),
    path("review/proposals/check/", review.decide_proposals, name="decide-proposals"),
    path("rules/", ruling.rules, name="rules"),
    path("rules/blocked-values/", ruling.blocked_values, name="blocked-values"),
    path("rules/blocked-values/new/", ruling.block_value, name="block-value"),
    path("rules/blocked-values/<int:value_id>/remove/", ruling.remove_value, name="remove-value"),
    path("rules/<str:kind>/", ruling.rule, name="rule"),
    path("organizations/", organizations.organizations, name="organizations"),
    path("organizations/<int:organization_id>/", organizations.organization, name="organization"),
    path("contact/<int:contact_id>/", organizations.end_contact, name="end-contact"),
]
