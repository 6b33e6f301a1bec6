from django.urls import path

from insights import views

app_name = "insights"
urlpatterns = [path("pulse/<slug:cohort_slug>/", views.pulse, name="pulse")]
