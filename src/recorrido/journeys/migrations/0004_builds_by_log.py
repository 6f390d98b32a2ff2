from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journeys", "0003_blueprint_draft")]

    operations = [
        migrations.AddIndex(
            model_name="journeybuild",
            index=models.Index(
                condition=models.Q(("log_version", ""), _negated=True),
                fields=["journey_type", "log_version"],
                name="journeybuild_log",
            ),
        ),
    ]
