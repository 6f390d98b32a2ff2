"""Leaves are found by their value first, as kinds tell few apart.

The new indexes are made before the old ones go: meanwhile persons can be read, and what writes waits.
"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0006_place")]

    operations = [
        migrations.AddConstraint(
            model_name="identifier",
            constraint=models.UniqueConstraint(
                fields=("value", "kind"),
                name="identifier_by_value",
                include=["id"],
                condition=models.Q(("ended_at__isnull", True)),
            ),
        ),
        migrations.AddIndex(
            model_name="identifier",
            index=models.Index(
                fields=["value", "kind", "ended_at"],
                name="identifier_ended_by_value",
                condition=models.Q(("ended_at__isnull", False)),
            ),
        ),
        migrations.RemoveConstraint(model_name="identifier", name="identifier_in_force"),
        migrations.RemoveIndex(model_name="identifier", name="identifier_ended"),
    ]
