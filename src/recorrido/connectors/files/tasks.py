from __future__ import annotations

from procrastinate.contrib.django import app

from recorrido.connectors.files.models import Upload
from recorrido.connectors.files.uploads import actions


@app.task(name="recorrido.connectors.files.tasks.work_on_upload")
def work_on_upload(upload_id: int, language: str = "") -> None:
    if upload := Upload.objects.filter(id=upload_id).first():
        actions.work_on_upload(upload=upload, language=language)


@app.periodic(cron="23 4 * * *")
@app.task(queueing_lock="remove_old_uploads", pass_context=False)
def remove_old_uploads(timestamp: int) -> None:
    actions.remove_old_uploads()
