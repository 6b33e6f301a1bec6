from django.urls import path

from outbox import views

app_name = "outbox"
urlpatterns = [
    path("mail/<int:pk>/rendering/", views.rendering, name="rendering"),
    path("mail/kinds/<slug:name>/<slug:language>/", views.sample, name="sample"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<str:key>/", views.caught_mail, name="caught_mail"),
    path("mailbox/<str:key>/html/", views.caught_html, name="caught_html"),
]
