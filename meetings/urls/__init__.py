from meetings.urls.calendar import urlpatterns as calendar
from meetings.urls.private import urlpatterns as private
from meetings.urls.rhythm import urlpatterns as rhythm
from meetings.urls.seats import urlpatterns as seats
from meetings.urls.sessions import urlpatterns as sessions

app_name = "meetings"
urlpatterns = [*sessions, *seats, *private, *calendar, *rhythm]
