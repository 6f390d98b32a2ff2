"""Leaves are found by their value first, as kinds tell few apart; those in force without a look into the table."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0006_place")]

    operations = [
        migrations.RemoveConstraint(model_name="identifier", name="identifier_in_force"),
        migrations.RemoveIndex(model_name="identifier", name="identifier_ended"),
        migrations.AddConstraint(
            model_name="identifier",
            constraint=models.UniqueConstraint(
                fields=("value", "kind"),
                name="identifier_in_force",
                condition=models.Q(("ended_at__isnull", True)),
                include=("id",),
            ),
        ),
        migrations.AddIndex(
            model_name="identifier",
            index=models.Index(
                fields=["value", "kind", "ended_at"],
                name="identifier_ended",
                condition=models.Q(("ended_at__isnull", False)),
            ),
        ),
    ]
