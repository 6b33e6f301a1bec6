from django.urls import path

from matching.views import mentorships as views

urlpatterns = [
    path("mentoring/", views.mentorships, name="mentorships"),
    path("mentoring/<int:pk>/", views.mentorship, name="mentorship"),
    path("mentoring/<int:pk>/not-this-person/", views.not_this_person, name="not_this_person"),
]
