from __future__ import annotations

import warnings

from django.conf import settings
from django.core.asgi import get_asgi_application

from recorrido.api.read.problems import PREFIX, refuse_too_large
from recorrido.site.boot import data_folder
from recorrido.web.bodies import LimitedBodies

# WhiteNoise reads our style sheets from the local disk: waiting for them costs less than the warning.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

data_folder()
application = LimitedBodies(
    get_asgi_application(),
    upload_path="/data/upload/",
    upload=settings.RECORRIDO_UPLOAD_MB << 20,
    cookie=settings.SESSION_COOKIE_NAME,
    refusals={PREFIX: refuse_too_large},
)
