from __future__ import annotations

import warnings

from django.core.asgi import get_asgi_application

from recorrido.site.boot import data_folder

# WhiteNoise reads our style sheets from the local disk: waiting for them costs less than the warning.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

data_folder()
application = get_asgi_application()
