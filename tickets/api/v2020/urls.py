"""Addresses of version 2020-09-01."""

from django.urls import URLPattern

app_name = "v2020"

urlpatterns: list[URLPattern] = []
