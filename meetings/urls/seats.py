from django.urls import path

from meetings.views import attendance, polls, seats

urlpatterns = [
    path("sessions/<int:pk>/book/", seats.book, name="book"),
    path("sessions/<int:pk>/give-back/", seats.give_back, name="give_back"),
    path("sessions/<int:pk>/cannot/", seats.say_cannot, name="say_cannot"),
    path("sessions/<int:pk>/attendance/", attendance.attendance, name="attendance"),
    path("mentoring/<int:mentorship_pk>/times/", polls.find_time, name="find_time"),
    path("mentoring/<int:mentorship_pk>/first-session/", polls.book_first, name="book_first"),
    path("polls/<int:pk>/", polls.poll, name="poll"),
    path("polls/<int:pk>/book/<int:option_pk>/", polls.book_time, name="book_time"),
    path("polls/<int:pk>/withdraw/", polls.withdraw_poll, name="withdraw_poll"),
]
