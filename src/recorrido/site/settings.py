"""Django's settings. Everything that differs between installations comes from the environment.

``docs/settings.md`` describes each variable; a test compares the two.
"""

from __future__ import annotations

from pathlib import Path
from zoneinfo import available_timezones

from csp.constants import NONE, SELF

from recorrido.site import environment

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
PACKAGE = Path(__file__).resolve().parent.parent

RECORRIDO_DATA = Path(environment.text("RECORRIDO_DATA", ".recorrido")).absolute()
environment.engine("RECORRIDO_ENGINE")
RECORRIDO_URL = environment.text("RECORRIDO_URL", "")
RECORRIDO_BEHIND_PROXY = environment.flag("RECORRIDO_BEHIND_PROXY", False)

DEBUG = environment.flag("RECORRIDO_DEBUG", False)
SECRET_KEY = environment.secret_key(RECORRIDO_DATA)
ALLOWED_HOSTS = environment.words("RECORRIDO_HOSTS", "localhost,127.0.0.1,[::1]")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "recorrido.company",
    "recorrido.people",
    "recorrido.events",
    "recorrido.journeys",
    "recorrido.journeys.watch",
    "recorrido.journeys.calendar",
    "recorrido.journeys.analyses",
    "recorrido.journeys.objects",
    "recorrido.journeys.whatif",
    "recorrido.journeys.exporting",
    "recorrido.improve",
    "recorrido.journeys.demand",
    "recorrido.connectors",
    "recorrido.connectors.files",
    "recorrido.connectors.webhooks",
    "recorrido.api",
    "recorrido.web",
    "recorrido.site",
]

MIDDLEWARE = [
    "recorrido.web.shell.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "recorrido.api.read.problems.ProblemMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "recorrido.web.shell.KeepableAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "recorrido.web.shell.StaffLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "recorrido.site.urls"
ASGI_APPLICATION = "recorrido.site.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": sorted(PACKAGE.glob("web/*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "recorrido.web.shell.shell",
            ],
        },
    }
]

DATABASES = {"default": environment.database(RECORRIDO_DATA)}
RECORRIDO_DATABASE_IS_OURS = not environment.text("DATABASE_URL", "")
RECORRIDO_OWN_PROCESSES = True  # heavy work runs beside the worker, not in it
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Who signs in

AUTH_USER_MODEL = "company.Staff"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account:sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account:sign-in"

# What browsers are told. Secure cookies and HSTS follow the public address.

_HTTPS = RECORRIDO_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [RECORRIDO_URL.rstrip("/")] if RECORRIDO_URL else []
SESSION_COOKIE_NAME = "recorrido_session"
SESSION_COOKIE_AGE = environment.number("RECORRIDO_SESSION_HOURS", 12) * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_SSL_REDIRECT = _HTTPS and environment.flag("RECORRIDO_REDIRECT_TO_HTTPS", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if RECORRIDO_BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# The open door

RECORRIDO_INGEST_RATE = environment.number("RECORRIDO_INGEST_RATE", 0)
RECORRIDO_INGEST_QUEUE_MB = environment.number("RECORRIDO_INGEST_QUEUE_MB", 32)

# Words and times

LANGUAGE_CODE = "es"
LANGUAGES = [("es", "Español"), ("en", "English")]  # each in its own words
LANGUAGE_COOKIE_NAME = "recorrido_language"
LANGUAGE_COOKIE_AGE = 365 * 86400
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
LOCALE_PATHS = [PACKAGE.parent / "trayecto" / "locale"]  # the library has no application to bring them
FORMAT_MODULE_PATH = ["recorrido.web.formats"]
USE_TZ = True
TIME_ZONE = environment.choice(  # of pages; the database holds UTC
    "RECORRIDO_TIME_ZONE", "America/Santiago", available_timezones(), "a zone such as America/Santiago"
)

# Files: hashed names, cached for ever, served by ourselves

STATIC_URL = "static/"
STATIC_ROOT = RECORRIDO_DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Mails out: by any SMTP server; without one they wait in the outbox

_MAIL = environment.mail_server("RECORRIDO_SMTP_URL")
EMAIL_HOST, EMAIL_PORT = _MAIL.host, _MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
EMAIL_USE_SSL, EMAIL_USE_TLS = _MAIL.scheme == "smtps", _MAIL.scheme == "smtp+starttls"
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = environment.text("RECORRIDO_MAIL_FROM", "")

# Programs outside: what they may ask for, where messages to them may go

RECORRIDO_API_RATE = environment.number("RECORRIDO_API_RATE", 600)
RECORRIDO_WEBHOOK_ALLOW = environment.networks("RECORRIDO_WEBHOOK_ALLOW")

# Where the ledger's events are exported to, for clusters and other programs

RECORRIDO_EXPORT = environment.place("RECORRIDO_EXPORT")

# Uploads: streamed to disk, never held in memory; the tables people edit have many fields

RECORRIDO_UPLOAD_MB = environment.number("RECORRIDO_UPLOAD_MB", 1024)
RECORRIDO_UPLOAD_DAYS = environment.number("RECORRIDO_UPLOAD_DAYS", 30)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# Background work: tasks lie in the modules' tasks.py, the queue's own upkeep here

PROCRASTINATE_IMPORT_PATHS = ["recorrido.site.services.maintenance"]

_LOG_LEVEL = environment.choice("RECORRIDO_LOG_LEVEL", "WARNING", LOG_LEVELS, "DEBUG, INFO, WARNING or ERROR")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": _LOG_LEVEL},
}
