"""Django settings, one file for every installation: the environment decides."""

import ipaddress
import re
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from drf_spectacular_sidecar import __path__ as sidecars

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = BASE_DIR / ".local"

env = environ.Env()

SAMPLE_SECRET_KEY = "change-me"  # noqa: S105  the value in the documentation, refused below

DEBUG = env.bool("DEBUG", default=False)
# Demo data, and links that open its paired devices. Never on for real visitors.
DEMO = env.bool("DEMO", default=False)
INSECURE_HTTP = env.bool("INSECURE_HTTP", default=False)
if DEBUG and not INSECURE_HTTP:
    raise ImproperlyConfigured(
        "DEBUG shows strangers the inside of the program. Unset it, or set INSECURE_HTTP=true for a "
        "trial that visitors do not see."
    )
SECRET_KEY = env.str("SECRET_KEY", default=SAMPLE_SECRET_KEY)
if not DEBUG and (SECRET_KEY == SAMPLE_SECRET_KEY or len(SECRET_KEY) < 50):
    raise ImproperlyConfigured(
        "SECRET_KEY is missing, a sample or shorter than 50 characters. Set it to a random value: "
        "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Addresses of reverse proxies whose X-Forwarded-* headers are believed; `manage.py serve` hands
# them to the server, which rewrites the client's address and scheme before Django sees them.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])

# Paths of a certificate and its key, in PEM: `manage.py serve` speaks https with them, without a proxy.
TLS_CERT = env.str("TLS_CERT", default="")
TLS_KEY = env.str("TLS_KEY", default="")
if bool(TLS_CERT) != bool(TLS_KEY):
    raise ImproperlyConfigured("TLS_CERT and TLS_KEY belong together: set both, or none of them.")
for path in filter(None, (TLS_CERT, TLS_KEY)):
    if not Path(path).is_file():
        raise ImproperlyConfigured(f"There is no file {path}: TLS_CERT and TLS_KEY are paths.")

if not INSECURE_HTTP:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # probes come without TLS, past the proxy
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=365 * 24 * 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrftoken"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 3600  # a long working day

SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "tickets",
    "kiosk",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "qminder_site.health.HealthMiddleware",
    "tickets.middleware.ApiAddressMiddleware",
    "tickets.middleware.ApiShortcutMiddleware",
    "tickets.middleware.NullCharactersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "kiosk.languages.VisitorLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tickets.middleware.SignInUnderHtmxMiddleware",
    "tickets.middleware.PrivatePagesMiddleware",
]

#: All that requests of the API pass through beside what stands before the shortcut.
API_MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tickets.middleware.PrivatePagesMiddleware",
]

ROOT_URLCONF = "qminder_site.urls"
#: Beside /v1/: what the header X-Qminder-API-Version chooses.
API_VERSION_HEADER = "X-Qminder-API-Version"
API_VERSIONS = {"2020-09-01": "qminder_site.urls_2020"}
API_VERSION_UNKNOWN = "qminder_site.urls_unknown"
WSGI_APPLICATION = "qminder_site.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

SERVER_THREADS = env.int("SERVER_THREADS", default=8)

DATABASE = env.db("DATABASE_URL", default=f"sqlite:///{LOCAL_DIR / 'db.sqlite3'}")
DATABASE.setdefault("OPTIONS", {})
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    DATABASE["OPTIONS"] |= {
        # Without IMMEDIATE two writers meet as "database is locked" (docs/adr/0002).
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000",
    }
    DATABASE["CONN_MAX_AGE"] = None
else:
    DATABASE["CONN_HEALTH_CHECKS"] = True  # a connection that the server ended is replaced
    # The worker needs one for itself and one for each call that is under way (outbox.SLOTS).
    DATABASE["OPTIONS"] |= {"pool": {"min_size": 1, "max_size": max(SERVER_THREADS, 8)}}
DATABASES = {"default": DATABASE}

AUTH_USER_MODEL = "tickets.User"
AUTHENTICATION_BACKENDS = ["tickets.sessions.AccountBackend"]
SESSION_ENGINE = "tickets.sessions"
LOGIN_URL = "tickets:sign-in"
LOGIN_REDIRECT_URL = "tickets:choose-location"
LOGOUT_REDIRECT_URL = "tickets:sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Such as smtp+tls://user:password@mail.example.org:587. A trial shows its mails where it runs.
EMAIL = env.email(default="consolemail:" if DEBUG or DEMO else "smtp://localhost")
MAILERS = {
    "default": {
        "BACKEND": EMAIL["EMAIL_BACKEND"],
        "OPTIONS": {
            "host": EMAIL["EMAIL_HOST"],
            "port": EMAIL["EMAIL_PORT"],
            "username": EMAIL["EMAIL_HOST_USER"],
            "password": EMAIL["EMAIL_HOST_PASSWORD"],
            "use_tls": EMAIL.get("EMAIL_USE_TLS", False),
            "use_ssl": EMAIL.get("EMAIL_USE_SSL", False),
            "timeout": 10,
        }
        if EMAIL["EMAIL_HOST"]
        else {},
    }
}
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="visits@localhost")

# How the world outside reaches the site: in texts to visitors, and in what a provider signs.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")

# Who carries text messages: nobody, "twilio", or "development" with a fake phone for trials.
SMS_PROVIDER = env.str("SMS_PROVIDER", default="")
SMS_NUMBER = env.str("SMS_NUMBER", default="+15005550006" if SMS_PROVIDER == "development" else "")
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
if SMS_PROVIDER not in ("", "twilio", "development"):
    raise ImproperlyConfigured(
        "SMS_PROVIDER is twilio or development; without it no texts are sent."
    )
if SMS_PROVIDER == "development" and not (DEMO or INSECURE_HTTP):
    raise ImproperlyConfigured(
        "SMS_PROVIDER=development shows every text to everybody. Use it only in a trial, with DEMO."
    )
if SMS_PROVIDER == "twilio":
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "SMS_NUMBER", "SITE_URL"):
        if not env.str(name, default=""):
            raise ImproperlyConfigured(f"Text messages by Twilio need {name}: docs/deployment.md.")

LANGUAGE_CODE = "en"
# Only what there is a catalogue for: a page must not say that it is in a language that it is not.
# Each is named in its own script, for whoever reads no other.
LANGUAGES = [
    ("en", "English"),
    ("et", "Eesti"),
    ("ru", "Русский"),
    ("es", "Español"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("ar", "العربية"),
    ("zh-hans", "简体中文"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    # The page of the API's documents; of what else the package brings nothing is served.
    ("swagger-ui", Path(sidecars[0]) / "static" / "drf_spectacular_sidecar" / "swagger-ui-dist"),
]
STATIC_ROOT = env.str("STATIC_ROOT", default=str(LOCAL_DIR / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "qminder_site.storage.HashedStaticFiles"},
}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS: list[str] = []

# A request carries a form of some fields, or a ticket as JSON.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# Of the API: each key has 40 requests at once, and 10 more every second. "0" is no limit.
_rate = env.str("RATE_LIMIT", default="40/10")
if not re.fullmatch(r"0|[1-9]\d{0,5}/[1-9]\d{0,5}", _rate):
    raise ImproperlyConfigured("RATE_LIMIT is requests at once and per second, 40/10, or 0.")
RATE_LIMIT = None if _rate == "0" else tuple(map(int, _rate.split("/")))

# Webhooks go to public addresses only, and to those in these networks, such as 10.1.0.0/16.
try:
    WEBHOOK_ALLOWED_NETWORKS = [
        ipaddress.ip_network(each) for each in env.list("WEBHOOK_ALLOWED_NETWORKS", default=[])
    ]
except ValueError as error:
    raise ImproperlyConfigured(
        f"WEBHOOK_ALLOWED_NETWORKS: {error}. Write networks such as 10.1.0.0/16,fd00::/8."
    ) from error

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tickets.api.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": [
        "tickets.api.parsing.JsonParser",
        "tickets.api.parsing.FormParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["tickets.api.rendering.OrjsonRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "tickets.api.rendering.JsonAlways",
    "DEFAULT_METADATA_CLASS": "tickets.api.rendering.Methods",
    "DEFAULT_THROTTLE_CLASSES": ["tickets.api.throttling.TokenBucket"],
    "EXCEPTION_HANDLER": "tickets.api.handler.handle",
    "UNAUTHENTICATED_USER": None,
}

# A message to a clerk may name a visitor: it is kept in the clerk's browser, not in the sessions.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

SPECTACULAR_SETTINGS = {
    "DEFAULT_GENERATOR_CLASS": "tickets.api.openapi.schema.Generator",
    "OAS_VERSION": "3.1.1",
    "POSTPROCESSING_HOOKS": [],
    "SORT_OPERATIONS": False,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "qminder_site.logs.Line",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "filters": {
        "without-address": {
            "()": "django.utils.log.CallbackFilter",
            "callback": "ext://qminder_site.logs.without_address",
        }
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without-address"],
        }
    },
    # Django's own handler would mail each error with all that was sent.
    # urllib3 warns of odd answers with the whole address, which may hold what only its owner knows.
    "loggers": {"django": {"handlers": []}, "urllib3": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
