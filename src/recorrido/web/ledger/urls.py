from __future__ import annotations

from django.urls import path

from recorrido.web.ledger import consumers, health, quarantine, remappings, retention, rules, types

app_name = "data"
urlpatterns = [
    path("health/", health.overview, name="health"),
    path("health/sources/<int:pk>/", health.source, name="source"),
    path("health/alarms/", health.alarm_list, name="alarms"),
    path("health/alarms/open/", health.open_alarms, name="open-alarms"),
    path(
        "health/sources/<int:source_pk>/without-person/<int:type_pk>/",
        health.without_person,
        name="without-person",
    ),
    path("quarantine/", quarantine.quarantine_list, name="quarantine"),
    path("quarantine/replay/", quarantine.quarantine_work, name="quarantine-work"),
    path("quarantine/<int:pk>/", quarantine.refused_event, name="refused-event"),
    path("quarantine/rules/", rules.rule_list, name="rules"),
    path("quarantine/rules/new/", rules.new_rule, name="new-rule"),
    path("quarantine/rules/<int:pk>/", rules.edit_rule, name="rule"),
    path("quarantine/jobs/", quarantine.job_list, name="jobs"),
    path("quarantine/jobs/<int:pk>/", quarantine.job, name="job"),
    path("types/", types.type_list, name="types"),
    path("types/<int:pk>/", types.event_type, name="type"),
    path("types/<int:pk>/schemas/new/", types.new_schema, name="new-schema"),
    path("types/schemas/<int:pk>/", types.schema_work, name="schema"),
    path("types/schemas/export/", types.schema_export, name="schema-export"),
    path("types/schemas/import/", types.schema_import, name="schema-import"),
    path("types/remappings/", remappings.remapping_list, name="remappings"),
    path("types/remappings/new/", remappings.new_remapping, name="new-remapping"),
    path("types/remappings/<int:pk>/undo/", remappings.undo_remapping, name="undo-remapping"),
    path("types/retention/", retention.retention_list, name="retention"),
    path("types/retention/new/", retention.new_retention_rule, name="new-retention-rule"),
    path("types/retention/<int:pk>/", retention.switch_retention_rule, name="retention-rule"),
    path("consumers/", consumers.consumer_list, name="consumers"),
    path("consumers/<str:name>/", consumers.consumer, name="consumer"),
]
