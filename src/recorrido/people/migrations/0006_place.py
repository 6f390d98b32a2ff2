"""In which order links began to connect: one that waited for a decision comes after those that did not."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0005_contested")]

    operations = [
        migrations.AddField(
            model_name="link",
            name="place",
            field=models.BigIntegerField(
                null=True, help_text="In the order in which links began to connect; empty: its id."
            ),
        ),
    ]
