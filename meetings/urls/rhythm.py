from django.urls import path

from meetings.views import one_click
from meetings.views import rhythm as views

urlpatterns = [
    path("do/<str:token>/", one_click.one_click, name="one_click"),
    path("me/reminders/", views.reminders, name="reminders"),
    path("mentoring/<int:pk>/fit/", views.fit_check, name="fit_check"),
    path("mentoring/<int:pk>/fit/done/", views.fit_check_done, name="fit_check_done"),
    path("mentoring/<int:pk>/rhythm/", views.rhythm, name="rhythm"),
    path("mentoring/<int:pk>/met/", views.met, name="met"),
]
