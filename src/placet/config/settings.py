"""All settings of the platform, typed, read from the environment once; secure unless told otherwise.

Every variable is listed in ``docs/guides/settings.md``, and a test keeps the two together. What is
unset gets the embedded default: SQLite, mail and the secret key in ``PLACET_HOME``.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from environs import Env, validate

from placet.config.embedded import embedded_secret_key
from placet.config.logs import FORMATS as LOG_FORMATS
from placet.config.logs import LEVELS as LOG_LEVELS
from placet.config.logs import logging_settings
from placet.config.mail import mail_settings
from placet.config.sqlite.library import sqlite_journal_mode

env = Env()

HOME: Path = env.path("PLACET_HOME", default=Path("var")).absolute()
DEMONSTRATION: bool = env.bool("PLACET_DEMONSTRATION", default=False)
PUBLIC_URL: str = env.str("PLACET_URL", default="http://localhost:8000").rstrip("/")
IS_HTTPS = urlsplit(PUBLIC_URL).scheme == "https"

SECRET_KEY: str = env.str("PLACET_SECRET_KEY", default="") or embedded_secret_key(HOME)
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list(
    "PLACET_ALLOWED_HOSTS", default=[urlsplit(PUBLIC_URL).hostname or "localhost"]
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "placet.stages.record",
    "placet.stages.texts",
    "placet.stages.people",
    "placet.stages.mandates",
    "placet.stages.consultations",
    "placet.stages.contributions",
    "placet.stages.dialogues",
    "placet.stages.sensemaking",
    "placet.stages.proposals",
    "placet.stages.decisions",
    "placet.stages.followup",
    "placet.portal",
    "placet.ui",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "lucide",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "servestatic",
    "django.contrib.staticfiles",
]
if DEMONSTRATION:
    INSTALLED_APPS.insert(INSTALLED_APPS.index("placet.ui"), "placet.demonstration")

MIDDLEWARE = [
    "placet.config.observation.observe",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "placet.ui.middleware.NoNulMiddleware",
    "placet.ui.middleware.PrivatePagesMiddleware",
]

ROOT_URLCONF = "placet.config.urls"
ASGI_APPLICATION = "placet.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "placet.ui.context.interface",
            ],
        },
    },
]
# One look for every form, Django's own included: see ui/templates/django/forms.
FORM_RENDERER = "placet.ui.forms.InterfaceRenderer"

DATABASES: dict[str, Any] = {
    "default": env.dj_db_url("DATABASE_URL", default=f"sqlite:///{HOME / 'placet.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "placet.config.sqlite"
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        # A page cache that holds the indexes of ballots, and a write-ahead log that is copied back in large
        # pieces: under load the defaults read and write the same pages again and again.
        "init_command": (
            f"PRAGMA journal_mode={sqlite_journal_mode()}; PRAGMA synchronous=FULL; "
            "PRAGMA cache_size=-64000; PRAGMA wal_autocheckpoint=8000;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Limits are counted where every process sees them: in the database, not in one process's memory.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entry",
        # Beyond this, entries are dropped: few enough would let a flood of requests wipe out the counts.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LANGUAGE_CODE = "en"
LOCALE_PATHS = [Path(__file__).resolve().parent.parent / "locale"]
FORMAT_MODULE_PATH = ["placet.config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HOME / "files", "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"},
}
# By what texts are compared: one for everything, since vectors of two models are never compared.
TEXT_ENCODER: str = env.str(
    "PLACET_TEXT_ENCODER", default="fast", validate=validate.OneOf(("fast", "accurate", "text-match"))
)

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
IMPORT_MAX_BYTES = 200_000_000
UPLOAD_MAX_BYTES = IMPORT_MAX_BYTES + 1_000_000  # and what frames it
ATTACHMENT_MAX_BYTES = 20_000_000
ATTACHMENT_REQUEST_MAX_BYTES = ATTACHMENT_MAX_BYTES + 1_000_000
REQUEST_MAX_BYTES = 2_000_000

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:home"
# A code or a passkey signs in; there are no passwords. What is sensitive asks for a sign-in in the
# last quarter of an hour. Nobody learns from any page whether an address has an account.
ACCOUNT_ADAPTER = "placet.stages.people.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,3/m/key,30/h/key", "signup": "20/m/ip"}
ACCOUNT_FORMS = {
    "request_login_code": "placet.stages.people.forms.SignInForm",
    "confirm_login_code": "placet.stages.people.forms.SignInCodeForm",
    "signup": "placet.stages.people.forms.SignUpForm",
    "confirm_email_verification_code": "placet.stages.people.forms.AddressCodeForm",
    "add_email": "placet.stages.people.forms.ChangeAddressForm",
}
ACCOUNT_LOGOUT_REDIRECT_URL = "portal:home"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"
MFA_ADAPTER = "placet.stages.people.adapters.PasskeyAdapter"
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_FORMS = {
    "add_webauthn": "placet.stages.people.forms.AddPasskeyForm",
    "edit_webauthn": "placet.stages.people.forms.RenamePasskeyForm",
    "login_webauthn": "placet.stages.people.forms.SignInByPasskeyForm",
    "reauthenticate_webauthn": "placet.stages.people.forms.ConfirmByPasskeyForm",
}
# Limits are counted by the address that connects, or by the one that the first of our own proxies saw: each
# of them adds an entry to X-Forwarded-For, and what stands before those came from the client.
TRUSTED_PROXIES: int = env.int("PLACET_TRUSTED_PROXIES", default=0, validate=validate.Range(min=0))
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

DEFAULT_FROM_EMAIL: str = env.str("PLACET_MAIL_FROM", default="Placet <placet@localhost>")
if EMAIL_URL := env.str("EMAIL_URL", default=""):
    vars().update(mail_settings(EMAIL_URL))
else:
    EMAIL_BACKEND = "placet.stages.people.mail.FolderBackend"
    EMAIL_FILE_PATH = HOME / "mail"

# Machine translation: nobody, unless an address and a model are named. Only the hosts listed are called.
OUTBOUND_HOSTS: list[str] = env.list("PLACET_OUTBOUND_HOSTS", default=[])
TRANSLATION_URL: str = env.str("PLACET_TRANSLATION_URL", default="")
TRANSLATION_MODEL: str = env.str("PLACET_TRANSLATION_MODEL", default="")
TRANSLATION_KEY: str = env.str("PLACET_TRANSLATION_KEY", default="")
TRANSLATION_BUDGET: int = env.int(
    "PLACET_TRANSLATION_BUDGET", default=200_000, validate=validate.Range(min=0)
)

SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, past the proxy
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "placet.portal.views.errors.csrf_failure"

# No personal data in the logs: see placet.config.logs.
LOG_FORMAT: str = env.str(
    "PLACET_LOG_FORMAT", default="plain" if DEMONSTRATION else "json", validate=validate.OneOf(LOG_FORMATS)
)
LOG_LEVEL: str = env.str("PLACET_LOG_LEVEL", default="WARNING", validate=validate.OneOf(LOG_LEVELS))
LOGGING = logging_settings(LOG_FORMAT, LOG_LEVEL)
METRICS_TOKEN: str = env.str("PLACET_METRICS_TOKEN", default="")
