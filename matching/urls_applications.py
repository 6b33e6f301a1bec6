from django.urls import path

from matching.views import applications

urlpatterns = [
    path("apply/<slug:cohort_slug>/", applications.apply, name="apply"),
    path("applications/<int:pk>/", applications.application, name="application"),
    path("applications/<int:pk>/withdraw/", applications.withdraw, name="withdraw"),
    path("applications/<int:pk>/resume/", applications.resume, name="resume"),
    path("applications/<int:pk>/<slug:step>/", applications.application_step, name="application_step"),
]
