"""The pages on which somebody of the staff sets a password by a link that was mailed to them."""

from typing import override

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tickets.actions import passwords
from tickets.models import User


class AddressForm(forms.Form):
    use_required_attribute = False

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=100,
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("Enter an e-mail address, such as name@example.com."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Mails a link, and says the same whether or not somebody has that address."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        for user in User.objects.with_email(form.cleaned_data["email"]).filter(is_active=True):
            passwords.send_link(user, site=request.build_absolute_uri("/"))
        messages.success(request, gettext("If you work here, a link is on its way to you."))
        return redirect("tickets:sign-in")
    status = 422 if form.errors else 200
    return render(request, "tickets/forgot_password.html", {"form": form}, status=status)


class NewPasswordForm(SetPasswordForm[User]):
    use_required_attribute = False

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        first, second = self.fields["new_password1"], self.fields["new_password2"]
        first.help_text = _("At least 10 characters.")
        first.error_messages["required"] = _("Enter a new password.")
        second.label, second.help_text = _("The same password again"), ""
        second.error_messages["required"] = _("Enter the new password again.")


class SetPassword(PasswordResetConfirmView):
    """Django's own: the link is kept in the session, so that no address with it is passed on."""

    template_name = "tickets/set_password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("tickets:sign-in")

    @override
    def get_user(self, uidb64: str) -> User | None:
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and user.is_active else None

    @override
    def form_valid(self, form: SetPasswordForm[User]) -> HttpResponse:
        messages.success(self.request, gettext("Your password is set. Sign in with it."))
        return super().form_valid(form)

    @override
    def form_invalid(self, form: SetPasswordForm[User]) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response
