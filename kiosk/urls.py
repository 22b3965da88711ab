"""Addresses of what visitors touch: kiosk, TV, microsite, status page."""

from django.urls import path

from kiosk import board, devices, offline, poster, remote, sign_in, staff, sync, visit
from tickets.models import DeviceKind

app_name = "kiosk"

KIOSK = {"kind": DeviceKind.KIOSK}
TV = {"kind": DeviceKind.TV}

urlpatterns = [
    path("kiosk/", sign_in.welcome, name="welcome"),
    path("kiosk/sign-in/", sign_in.sign_in, name="sign-in"),
    path("kiosk/done/", sign_in.done, name="done"),
    path("kiosk/help/", staff.call, name="call-staff"),
    path("kiosk/staff/", staff.staff, name="staff"),
    path("kiosk/offline/", offline.offline, name="offline"),
    path("kiosk/sync/", sync.sync, name="sync"),
    path("kiosk/worker.js", offline.worker, name="worker"),
    path("kiosk/manifest.webmanifest", offline.manifest, name="manifest"),
    path("kiosk/pair/", devices.pair, KIOSK, name="pair-kiosk"),
    path("kiosk/demo/<secret>/", devices.demo, KIOSK, name="demo-kiosk"),
    path("tv/", board.board, name="board"),
    path("tv/sound/", board.tell_sound, name="tell-sound"),
    path("tv/pair/", devices.pair, TV, name="pair-tv"),
    path("tv/demo/<secret>/", devices.demo, TV, name="demo-tv"),
    path("at/<slug:slug>/", remote.remote, name="remote"),
    path("poster/<slug:slug>/", poster.poster, name="poster"),
    path("poster/<slug:slug>/code.svg", poster.code, name="poster-code"),
    path("visit/<slug:token>/", visit.visit, name="visit"),
    path("visit/<slug:token>/leave/", visit.leave, name="leave-visit"),
    path("visit/<slug:token>/rejoin/", visit.rejoin, name="rejoin-visit"),
    path("visit/<slug:token>/here/", visit.arrive, name="arrive-visit"),
    path("visit/<slug:token>/not-here/", visit.take_arrival_back, name="take-arrival-back"),
    path("visit/<slug:token>/more-time/", visit.delay, name="delay-visit"),
]
