"""Identifiers that two persons used: let go until somebody decides."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0004_names")]

    operations = [
        migrations.AddField(
            model_name="identifier",
            name="contested",
            field=models.BooleanField(db_default=False),
        ),
    ]
