"""Django as a WSGI application; `asgi.py` runs it in a thread pool beside the streams."""

import os
import re
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qminder_site.settings")

_django = get_wsgi_application()
_CHARSET = re.compile(r";\s*charset=[^;]*", re.IGNORECASE)


def application(environ: Any, start_response: Any) -> Iterable[bytes]:
    """Everything but the streams.

    All text here is UTF-8. Django decodes the address in whatever charset a request names, before
    any middleware, and one that is no text encoding (`charset=base64`) would end in a bare 500.
    """
    environ["CONTENT_TYPE"] = _CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
    return _django(environ, start_response)
