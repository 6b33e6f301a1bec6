from django.urls import path

from meetings.views import calendar

urlpatterns = [
    path("calendar/<str:token>.ics", calendar.feed, name="feed"),
    path("sessions/<int:pk>/session.ics", calendar.session_ics, name="session_ics"),
    path("me/calendar/", calendar.calendar_settings, name="calendar_settings"),
]
