from django.urls import path

from meetings.views import one_click

urlpatterns = [
    path("do/<str:token>/", one_click.one_click, name="one_click"),
]
