"""Every setting, read once from the environment; a value that cannot work stops the start with a sentence.

`.env.example` names each variable and what it is for.
"""

from email.utils import parseaddr
from pathlib import Path

from celery.schedules import schedule
from csp.constants import NONE, SELF

from mentoring.contradictions import Choices, default_hosts, refuse_contradictions
from mentoring.environment import Environment

env = Environment()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where we are -----------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", [])
# Seal what is private to a mentorship; the newest first. Lost keys are lost notes: docs/private.md.
ENCRYPTION_KEYS = [key.strip() for key in env.list("ENCRYPTION_KEYS") if key.strip()]
PUBLIC_URL = env.str("PUBLIC_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default_hosts(PUBLIC_URL))
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
DATABASE_URL = env.str("DATABASE_URL")
REDIS_URL = env.str("REDIS_URL")
EMAIL_URL = env.str("EMAIL_URL")
INBOX_URL = env.str("INBOX_URL", "")
MAIL_PROVIDER = env.str("MAIL_PROVIDER", "")
MAIL_WEBHOOK_SECRET = env.str("MAIL_WEBHOOK_SECRET", "")
MAIL_WEBHOOK_KEY = env.str("MAIL_WEBHOOK_KEY", "")
MAILBOX_DIR = env.path("MAILBOX_DIR", None)
MAIL_FROM = env.str("MAIL_FROM", "Digital Health Mentoring <mentoring@localhost>")
# For web processes alone: as many connections as requests that may wait for one, whatever the number of threads.
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", 0)

refuse_contradictions(
    Choices(
        debug=DEBUG,
        secret_key=SECRET_KEY,
        encryption_keys=ENCRYPTION_KEYS,
        public_url=PUBLIC_URL,
        allowed_hosts=ALLOWED_HOSTS,
        trusted_proxies=TRUSTED_PROXIES,
        serves_tls=bool(env.str("GRANIAN_SSL_CERTIFICATE", "")),
        database_url=DATABASE_URL,
        database_pool_size=DATABASE_POOL_SIZE,
        redis_url=REDIS_URL,
        email_url=EMAIL_URL,
        inbox_url=INBOX_URL,
        mail_provider=MAIL_PROVIDER,
        mail_webhook_secret=MAIL_WEBHOOK_SECRET,
        mail_webhook_key=MAIL_WEBHOOK_KEY,
        mail_from=MAIL_FROM,
        mailbox_dir=MAILBOX_DIR,
    )
)

IS_HTTPS = PUBLIC_URL.startswith("https://")

# --- Application ------------------------------------------------------------------------------

INSTALLED_APPS = [
    "mentoring.apps.MentoringAdminConfig",
    "mentoring.apps.MentoringConfig",
    "demo",
    "insights",
    "meetings",
    "matching",
    "accounts",
    "outbox",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "django_include_bootstrap",
    "django.contrib.humanize",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "matching.history.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.LastSeenMiddleware",
]

ROOT_URLCONF = "mentoring.urls"
WSGI_APPLICATION = "mentoring.wsgi.application"

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
                "mentoring.context.site",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Data -------------------------------------------------------------------------------------

DATABASES = {"default": env.dj_db_url("DATABASE_URL", conn_max_age=0)}
if DATABASE_POOL_SIZE:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"].get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": DATABASE_POOL_SIZE, "timeout": 10},
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits live here, so that sign-in counts across processes and works while Redis is away.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        # Django's default of 300 would let a crowd push out the counters that the limits count by.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# How long it is remembered who did what. Three years: long enough for a report over two cohorts and a complaint.
HISTORY_DAYS = env.int("HISTORY_DAYS", 3 * 365)

# --- Language, time ---------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["mentoring.formats"]
USE_I18N = True
TIME_ZONE = "Europe/London"
USE_TZ = True

# --- Static files -----------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Room for a text of 3 MB: the form itself refuses it, with a sentence and with what was typed. Not more, since to
# decode a form costs a third of a second per megabyte.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000

# --- People and how they sign in --------------------------------------------------------------

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "front"

ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "accounts.adapters.display_name"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.signing_in.LoginForm",
    "reset_password": "accounts.forms.signing_in.ResetPasswordForm",
    "signup": "accounts.forms.signing_in.SignupForm",
}
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupDetails"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
ACCOUNT_LOGIN_BY_CODE_REQUIRED = {"password"}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
MFA_TOTP_ISSUER = "Digital Health Mentoring"

# --- Browser protections ----------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SECURE_SSL_REDIRECT = IS_HTTPS
# A monitor inside asks without encryption, and is told nothing about anybody.
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
USE_X_FORWARDED_HOST = TRUSTED_PROXIES > 0
DEFAULT_EXCEPTION_REPORTER_FILTER = "mentoring.error_reports.QuietReporterFilter"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Mail -------------------------------------------------------------------------------------

vars().update(env.dj_email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
# Where the reader is; mail that can wait leaves in the morning.
QUIET_HOURS = env.hours("QUIET_HOURS", "20:00-07:30")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", parseaddr(MAIL_FROM)[1])
# What the provider's webhook must show to be believed; mail itself leaves by SMTP.
ANYMAIL = {
    "WEBHOOK_SECRET": MAIL_WEBHOOK_SECRET,
    "MAILGUN_WEBHOOK_SIGNING_KEY": MAIL_WEBHOOK_KEY,
    "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY": MAIL_WEBHOOK_KEY or None,
}

# --- Background work --------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 30 * 60
CELERY_TASK_TIME_LIMIT = 35 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Celery would end the worker after a hundred tries; meanwhile its sweep delivers the mail.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A broker that is away must cost a request next to nothing: the sweep is the guarantee, the publish only a nudge.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60 * 60,
    "socket_connect_timeout": 0.5,
    "socket_timeout": 2,
    "max_retries": 0,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "deliver-due-mail": {
        "task": "outbox.tasks.deliver_due_mail",
        "schedule": schedule(10),
        # No heap of them for the worker that comes back.
        "options": {"expires": 10},
    },
    "read-inbox": {"task": "outbox.tasks.read_inbox", "schedule": schedule(60), "options": {"expires": 60}},
    "introduce-after-hold": {"task": "matching.tasks.introduce_after_hold", "schedule": schedule(30)},
    "remind-unfinished": {
        "task": "matching.tasks.remind_unfinished_applications",
        "schedule": schedule(30 * 60),
    },
    # Pauses that are over, mentorships that have had their last day.
    "keep-time": {"task": "matching.tasks.keep_time", "schedule": schedule(5 * 60)},
    # Requests to mentors: reminders, those that expire, those that nobody needs answered.
    "keep-choices": {"task": "matching.tasks.keep_choices", "schedule": schedule(60)},
    "clear-history": {"task": "matching.tasks.clear_history", "schedule": schedule(24 * 60 * 60)},
    "forget-sheets": {"task": "matching.tasks.forget_sheets", "schedule": schedule(60 * 60)},
    "gather-digests": {"task": "outbox.tasks.gather_digests", "schedule": schedule(60)},
    "tell-about-emergency-access": {"task": "meetings.tasks.tell_about_access", "schedule": schedule(5 * 60)},
    "expire-seat-offers": {"task": "meetings.tasks.expire_seat_offers", "schedule": schedule(60)},
    "seat-newcomers": {"task": "meetings.tasks.seat_newcomers", "schedule": schedule(5 * 60)},
    "keep-hosts": {"task": "meetings.tasks.keep_hosts", "schedule": schedule(60)},
    # A country's new rules about its clocks come with an update of this program.
    "restate-starts": {"task": "meetings.tasks.restate_starts", "schedule": schedule(6 * 60 * 60)},
    "close-time-polls": {"task": "meetings.tasks.close_time_polls", "schedule": schedule(5 * 60)},
    "compute-waiting-runs": {"task": "matching.tasks.compute_waiting_runs", "schedule": schedule(15)},
    "compute-waiting-group-runs": {
        "task": "matching.tasks.compute_waiting_group_runs",
        "schedule": schedule(15),
    },
    "remind-of-sessions": {
        "task": "meetings.tasks.remind_of_sessions",
        "schedule": schedule(60),
        "options": {"expires": 60},
    },
    "ask-for-needs": {
        "task": "meetings.tasks.ask_for_needs",
        "schedule": schedule(10 * 60),
        "options": {"expires": 10 * 60},
    },
    "ask-how-it-goes": {
        "task": "meetings.tasks.ask_how_it_goes",
        "schedule": schedule(30 * 60),
        "options": {"expires": 30 * 60},
    },
    "ask-for-pulses": {
        "task": "insights.tasks.ask_for_pulses",
        "schedule": schedule(30 * 60),
        "options": {"expires": 30 * 60},
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.log_level("LOG_LEVEL", "WARNING")},
}
