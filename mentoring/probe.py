"""Whether the web process beside us serves: `python -m mentoring.probe`, for a container's health check.

It asks less than /health/ does: a web process is not ill because a mail is late, and restarting it would not help.
"""

import http.client
import json
import os
import sys
from urllib.parse import urlsplit


def is_serving(port: int, host: str) -> bool:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=8)
    try:
        asked.request("GET", "/health/", headers={"Host": host})
        return json.load(asked.getresponse())["database"]["ok"]
    except (OSError, ValueError, KeyError, http.client.HTTPException):
        return False
    finally:
        asked.close()


if __name__ == "__main__":
    public = urlsplit(os.environ.get("PUBLIC_URL", "http://localhost"))
    sys.exit(0 if is_serving(int(os.environ.get("GRANIAN_PORT", "8000")), public.hostname) else 1)
