from django.urls import path, register_converter

from accounts.converters import DayConverter
from accounts.views import me, notices, photos

register_converter(DayConverter, "day")

app_name = "accounts"
urlpatterns = [
    path("me/", me.hub, name="settings"),
    path("me/profile/", me.profile, name="profile"),
    path("me/roles/", me.roles, name="roles"),
    path("me/photo/", me.edit_photo, name="edit_photo"),
    path("me/photo/remove/", me.drop_photo, name="drop_photo"),
    path("me/language/", me.language, name="language"),
    path("me/data/", me.my_data, name="my_data"),
    path("me/data/download/", me.download_data, name="download_data"),
    path("me/delete/", me.delete, name="delete"),
    path("people/<int:pk>/photo/", photos.photo, name="photo"),
    path("notices/<slug:slug>/", notices.notice, name="notice"),
    path("notices/<slug:slug>/<day:dated>/", notices.notice, name="notice_of_day"),
]
