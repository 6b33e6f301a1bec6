from django.contrib import admin
from django.urls import include, path

from mentoring import views
from mentoring.first_admin_page import first_admin
from mentoring.health import health

urlpatterns = [
    path("", views.front, name="front"),
    path("how-it-works/", views.how_it_works, name="how_it_works"),
    path("home/", views.home, name="home"),
    path("health/", health, name="health"),
    path("language/", views.speak, name="set_language"),
    path("first-admin/<str:token>/", first_admin, name="first_admin"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("matching.urls")),
    path("", include("meetings.urls")),
    path("", include("insights.urls")),
    path("", include("outbox.urls")),
]
