from django.urls import path

from meetings.views import sessions as views

urlpatterns = [
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/<int:pk>/", views.session, name="session"),
    path("sessions/<int:pk>/change/", views.edit_session, name="edit_session"),
    path("sessions/<int:pk>/cancel/", views.cancel_session, name="cancel_session"),
    path("sessions/<int:pk>/substitute/", views.substitute, name="substitute"),
    path("sessions/open/<slug:cohort>/new/", views.new_open_session, name="new_open_session"),
    path("mentoring/<int:mentorship_pk>/sessions/new/", views.new_session, name="new_session"),
    path("mentoring/<int:mentorship_pk>/sessions/new-series/", views.new_series, name="new_series"),
    path("mentoring/<int:mentorship_pk>/sessions/several/", views.several_dates, name="several_dates"),
]
