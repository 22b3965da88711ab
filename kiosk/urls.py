"""Addresses of what visitors touch: kiosk, microsite, status page, TV."""

app_name = "kiosk"

urlpatterns: list[object] = []
