from meetings.urls_calendar import urlpatterns as calendar
from meetings.urls_private import urlpatterns as private
from meetings.urls_rhythm import urlpatterns as rhythm
from meetings.urls_seats import urlpatterns as seats
from meetings.urls_sessions import urlpatterns as sessions

app_name = "meetings"
urlpatterns = [*sessions, *seats, *private, *calendar, *rhythm]
