from django.urls import path

from matching.views import choices as views

urlpatterns = [
    path("choices/asked/<int:pk>/", views.answer_choice, name="answer_choice"),
    path("choices/<slug:cohort_slug>/", views.choices, name="choices"),
    path("choices/<slug:cohort_slug>/name/", views.name_mentor, name="name_mentor"),
    path("choices/<slug:cohort_slug>/ask/", views.ask, name="ask_mentor"),
    path("choices/<slug:cohort_slug>/<int:pk>/move/", views.move_choice, name="move_choice"),
    path("choices/<slug:cohort_slug>/<int:pk>/words/", views.write_words, name="write_words"),
    path("choices/<slug:cohort_slug>/<int:pk>/drop/", views.drop_choice, name="drop_choice"),
    path("choices/<slug:cohort_slug>/<int:pk>/take-back/", views.take_back, name="take_back"),
]
