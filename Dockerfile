FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DJANGO_SETTINGS_MODULE=mentoring.settings

RUN useradd --system --create-home --uid 10001 mentoring
WORKDIR /srv/mentoring

# In a layer of its own: the code changes more often than what it stands on.
COPY requirements.txt ./
RUN pip install -r requirements.txt

COPY . .
# Files need settings to be collected, but none of these values is used later or holds a secret.
RUN SECRET_KEY=build-only \
    ENCRYPTION_KEYS=bm8tc2VjcmV0OiBpdCBzZWFscyBub3RoaW5nIGV2ZXI= \
    DATABASE_URL=postgres://nobody@localhost/none \
    REDIS_URL=redis://localhost:6379/0 \
    EMAIL_URL=smtp://localhost:25 \
    python manage.py prepare --files --no-database

# How granian serves, for whoever starts it: plain HTTP/1 behind the proxy that encrypts.
ENV GRANIAN_INTERFACE=wsgi \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    GRANIAN_HTTP=1 \
    GRANIAN_WEBSOCKETS=false \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=512 \
    GRANIAN_HTTP1_HEADER_READ_TIMEOUT=10000 \
    GRANIAN_WORKERS_KILL_TIMEOUT=30 \
    GRANIAN_RESPAWN_FAILED_WORKERS=true

USER mentoring
EXPOSE 8000
CMD ["granian", "mentoring.wsgi:application"]
