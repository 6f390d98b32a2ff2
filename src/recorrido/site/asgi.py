from __future__ import annotations

from django.core.asgi import get_asgi_application

from recorrido.site.boot import data_folder

data_folder()
application = get_asgi_application()
