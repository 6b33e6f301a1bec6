from django.urls import path

from meetings.models import SessionNeed
from meetings.views import actions, goals, learning, needs, notes

DECISION = {"kind": SessionNeed.Kind.CASE}

urlpatterns = [
    path("sessions/<int:pk>/needs/", needs.board, name="needs"),
    path("sessions/<int:pk>/needs/new/", needs.raise_need, name="raise_need"),
    path("sessions/<int:pk>/needs/decision/", needs.raise_need, DECISION, name="raise_case"),
    path("sessions/<int:pk>/needs/anonymous/", needs.mine, name="my_anonymous_needs"),
    path("sessions/<int:pk>/needs/carry-over/", needs.carry, name="carry_needs"),
    path("needs/<uuid:pk>/edit/", needs.edit, name="edit_need"),
    path("needs/<uuid:pk>/withdraw/", needs.withdraw, name="withdraw_need"),
    path("needs/<uuid:pk>/decided/", needs.decide, name="decide_need"),
    path("needs/<uuid:pk>/me-too/", needs.me_too, name="me_too"),
    path("needs/<uuid:pk>/move/", needs.move, name="move_need"),
    path("needs/<uuid:pk>/talked-about/", needs.cover, name="cover_need"),
    path("sessions/<int:pk>/notes/", notes.of_session, name="notes"),
    path("mentoring/<int:pk>/notes/", notes.everything, name="mentorship_notes"),
    path("mentoring/<int:pk>/notes/write/", notes.of_mentorship, name="write_mentorship_notes"),
    path("mentoring/<int:pk>/notes/copy/", notes.copy, name="copy_own_notes"),
    path("sessions/<int:pk>/actions/new/", actions.new_of_session, name="new_session_action"),
    path("mentoring/<int:pk>/actions/new/", actions.new_of_mentorship, name="new_action"),
    path("actions/<uuid:pk>/edit/", actions.edit, name="edit_action"),
    path("actions/<uuid:pk>/done/", actions.done, name="action_done"),
    path("actions/<uuid:pk>/delete/", actions.delete, name="delete_action"),
    path("mentoring/<int:pk>/goals/new/", goals.new, name="new_goal"),
    path("goals/<uuid:pk>/edit/", goals.edit, name="edit_goal"),
    path("goals/<uuid:pk>/reached/", goals.reached, name="goal_reached"),
    path("goals/<uuid:pk>/delete/", goals.delete, name="delete_goal"),
    path("me/learning/", learning.log, name="learning"),
    path("me/learning/new/", learning.new, name="new_learning"),
    path("me/learning/<uuid:pk>/", learning.edit, name="edit_learning"),
    path("me/learning/<uuid:pk>/delete/", learning.delete, name="delete_learning"),
]
