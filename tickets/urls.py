"""Addresses of the staff's pages."""

app_name = "tickets"

urlpatterns: list[object] = []
