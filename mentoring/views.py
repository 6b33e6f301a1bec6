from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.shortcuts import render


@login_not_required
def front(request):
    return render(request, "front.html")


def home(request):
    return render(request, "home.html")


@login_not_required
def health(request):
    return JsonResponse({"ok": True})
