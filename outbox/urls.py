from django.urls import path

from outbox import webhook
from outbox.views import caught, letters, preferences

app_name = "outbox"
urlpatterns = [
    path("me/mail/", preferences.mine, name="preferences"),
    path("mail/choices/<str:token>/", preferences.choices, name="choices"),
    path("mail/stop/<str:token>/", preferences.stop, name="stop"),
    path("mail/<int:pk>/rendering/", letters.rendering, name="rendering"),
    path("mail/kinds/<slug:name>/<slug:language>/", letters.sample, name="sample"),
    path("mailbox/", caught.mailbox, name="mailbox"),
    path("mailbox/<str:key>/", caught.caught_mail, name="caught_mail"),
    path("mailbox/<str:key>/html/", caught.caught_html, name="caught_html"),
    *webhook.urls(),
]
