"""Addresses of the staff's pages."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from django.views.generic import RedirectView

from tickets.forms import SignInForm
from tickets.views import (
    carrier,
    fake_phone,
    history,
    passwords,
    pictures,
    service,
    steps,
    visit,
    visitors,
    words,
    workplace,
)

app_name = "tickets"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="tickets:choose-location"), name="home"),
    path(
        "sign-in/",
        LoginView.as_view(
            template_name="tickets/sign_in.html",
            authentication_form=SignInForm,
            redirect_authenticated_user=True,
        ),
        name="sign-in",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("forgot-password/", passwords.forgot_password, name="forgot-password"),
    path(
        "set-password/<str:uidb64>/<str:token>/",
        passwords.SetPassword.as_view(),
        name="set-password",
    ),
    path("pictures/<str:token>/", pictures.picture, name="picture"),
    path("service/", service.choose_location, name="choose-location"),
    path("service/<int:pk>/", service.service, name="service"),
    path("service/<int:pk>/workplace/", workplace.workplace, name="workplace"),
    path("service/<int:pk>/history/", history.history, name="history"),
    path("service/<int:pk>/search/", history.search, name="search"),
    path("service/<int:pk>/add/", visitors.add, name="add-visitor"),
    path("service/<int:pk>/call-next/", steps.call_next, name="call-next"),
    path("service/<int:pk>/help/", steps.promise_help, name="promise-help"),
    path("service/<int:pk>/undo/", steps.undo_last, name="undo"),
    path("tickets/<int:pk>/", visit.ticket, name="ticket"),
    path("tickets/<int:pk>/reveal/", visit.reveal, name="reveal-number"),
    path("tickets/<int:pk>/edit/", visitors.edit, name="edit-visitor"),
    path("tickets/<int:pk>/call/", steps.call, name="call-ticket"),
    path("tickets/<int:pk>/recall/", steps.recall, name="recall-ticket"),
    path("tickets/<int:pk>/serve/", steps.serve, name="serve-ticket"),
    path("tickets/<int:pk>/no-show/", steps.no_show, name="no-show-ticket"),
    path("tickets/<int:pk>/return/", steps.return_to_queue, name="return-ticket"),
    path("tickets/<int:pk>/forward/", steps.forward, name="forward-ticket"),
    path("tickets/<int:pk>/cancel/", steps.cancel, name="cancel-ticket"),
    path("tickets/<int:pk>/rejoin/", steps.rejoin, name="rejoin-ticket"),
    path("tickets/<int:pk>/line/", steps.change_line, name="change-line"),
    path("tickets/<int:pk>/move/", steps.move, name="move-ticket"),
    path("tickets/<int:pk>/assign/", steps.assign, name="assign-ticket"),
    path("tickets/<int:pk>/unassign/", steps.unassign, name="unassign-ticket"),
    path("tickets/<int:pk>/labels/add/", words.add_label, name="add-label"),
    path("tickets/<int:pk>/labels/remove/", words.remove_label, name="remove-label"),
    path("tickets/<int:pk>/note/", words.write_note, name="write-note"),
    path("tickets/<int:pk>/messages/", words.write_message, name="write-message"),
    path("tickets/<int:pk>/messages/read/", words.read_messages, name="read-messages"),
    path("texts/<slug:provider>/in/", carrier.incoming, name="text-in"),
    path("texts/<slug:provider>/<int:pk>/", carrier.status, name="text-status"),
    path("fake-phone/", fake_phone.numbers, name="fake-phones"),
    path("fake-phone/<slug:number>/", fake_phone.phone, name="fake-phone"),
]
