"""A memory of the leaves that messages name together. Not logged: what a crash empties is learnt again."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0007_value_first")]

    operations = [
        migrations.CreateModel(
            name="Acquaintance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hash", models.UUIDField()),
                (
                    "leaves",
                    models.TextField(help_text="Their ids with commas, as they are read: the principal's first."),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["hash"], include=["leaves"], name="acquaintance_hash"),
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE people_acquaintance SET UNLOGGED", "ALTER TABLE people_acquaintance SET LOGGED"
        ),
    ]
