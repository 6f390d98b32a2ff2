from __future__ import annotations

from django.urls import path

from recorrido.web.journeys.views import (
    builds,
    cohorts,
    comparisons,
    funnels,
    hurts,
    lists,
    maps,
    paths,
    variants,
    versions,
)

app_name = "journeys"

urlpatterns = [
    path("", maps.journey_map, name="map"),
    path("step/<path:step>/", maps.step, name="step"),
    path("flow/<str:source>/<str:target>/", maps.flow, name="flow"),
    path("trend.svg", maps.trend, name="trend"),
    path("version/", versions.newest, name="version"),
    path("where-it-hurts/", hurts.where_it_hurts, name="pains"),
    path("variants/", variants.variants, name="variants"),
    path("funnel/", funnels.funnel, name="funnel"),
    path("paths/", paths.paths, name="paths"),
    path("cohorts/", cohorts.cohorts, name="cohorts"),
    path("cohorts/curve.svg", cohorts.curve, name="cohorts-curve"),
    path("compare/", comparisons.compare, name="compare"),
    path("behind/", lists.journeys_behind, name="list"),
    path("journey/<int:row>/", lists.journey, name="journey"),
    path("builds/", builds.builds, name="builds"),
    path("builds/ask/", builds.ask, name="ask"),
]
