import os

from django.core.wsgi import get_wsgi_application

from mentoring.bodies import BodyReader

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")

application = BodyReader(get_wsgi_application())
