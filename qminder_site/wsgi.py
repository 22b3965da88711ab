"""Django as a WSGI application; `asgi.py` runs it in a thread pool beside the streams."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qminder_site.settings")

application = get_wsgi_application()
