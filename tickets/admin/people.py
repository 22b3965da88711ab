"""Staff and their roles: a manager looks after the people of their own locations, no further."""

from typing import Any, override

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, SetPasswordMixin, UserChangeForm
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, Model, OuterRef, Prefetch, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets import access
from tickets.actions import staff as staff_actions
from tickets.admin.scope import Scoped, ScopedChoices, attempt, staff
from tickets.admin.site import site
from tickets.exceptions import Refusal
from tickets.models import ACCOUNT_ROLES, LOCAL_ROLES, Role, RoleType, User


def roles_in_reach(user: User) -> QuerySet[Role]:
    """The roles that `user` may see: all for administrators, a manager's those of their locations."""
    if user.is_account_wide:
        return Role.objects.all()
    return Role.objects.filter(location__in=access.managed_locations(user))


def has_in_reach(user: User, person: User) -> bool:
    """Whether everything that `person` does is within what `user` manages."""
    return user.is_account_wide or access.is_within(person, access.managed_locations(user))


def is_owner(person: User) -> bool:
    return any(role.type == RoleType.OWNER for role in person.roles.all())


class RoleFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        super().clean()
        kept = [form.cleaned_data for form in self.forms if form not in self.deleted_forms]
        given = [(data["type"], data.get("location")) for data in kept if data.get("type")]
        if len(given) != len(set(given)):
            raise ValidationError(_("The same role is there twice."), code="twice")


class RoleInline(ScopedChoices, admin.StackedInline):  # type: ignore[type-arg]
    """The owner's role is neither given nor taken here; account-wide ones only by their like."""

    model = Role
    formset = RoleFormSet
    fields = (("type", "location"),)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Role]:
        reach = roles_in_reach(staff(request)).exclude(type=RoleType.OWNER)
        return reach.select_related("location").order_by("id")

    def get_min_num(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> int:
        return 0 if obj else 1

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, validate_min=obj is None, **kwargs)

    def formfield_for_choice_field(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.TypedChoiceField | None:
        wide = (RoleType.ADMIN,) if staff(request).is_account_wide else ()
        kwargs["choices"] = [(role.value, role.label) for role in (*LOCAL_ROLES, *wide)]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


class OfferedFilter(admin.SimpleListFilter):
    """A filter by roles that takes what it offers; anything else finds nobody."""

    column: str

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        chosen = self.value()
        if not chosen:
            return queryset
        if chosen not in dict(self.lookup_choices):
            return queryset.none()
        reach = roles_in_reach(staff(request)).filter(**{self.column: chosen})
        return queryset.filter(Exists(reach.filter(user=OuterRef("pk"))))


class RoleFilter(OfferedFilter):
    column = "type"
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        offered = RoleType if staff(request).is_account_wide else LOCAL_ROLES
        return [(role.value, role.label) for role in offered]


class WorksAtFilter(OfferedFilter):
    column = "location"
    title = _("location")
    parameter_name = "location"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(each.pk), each.name) for each in access.managed_locations(staff(request))]


class NewPersonForm(BaseUserCreationForm):  # type: ignore[type-arg]
    """Without a password the person is mailed a link to set one."""

    password1, password2 = SetPasswordMixin.create_password_fields()
    password1.required = password2.required = False
    password1.help_text = _("Leave both empty, and the person sets it by a link in a mail.")

    class Meta:
        model = User
        fields = ("email", "first_name", "last_name")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("password1")) != bool(cleaned.get("password2")):
            self.add_error("password2", self.error_messages["password_mismatch"])
        return cleaned

    @override
    def save(self, commit: bool = True) -> User:
        # An empty password would be one that anybody can type; None is one that nobody can.
        self.cleaned_data["password1"] = self.cleaned_data["password1"] or None
        person: User = super().save(commit=commit)
        return person


class PersonForm(UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email", "first_name", "last_name")


@admin.register(User, site=site)
class PersonAdmin(Scoped, UserAdmin):  # type: ignore[type-arg]
    """Managers see who works at their locations, account-wide people aside.

    They add people with roles there, correct names of those who work nowhere else, and switch
    those off. E-mail addresses and passwords of others are for administrators; an owner is
    changed by owners only.
    """

    add_form_template = None
    form = PersonForm
    add_form = NewPersonForm
    inlines = (RoleInline,)
    list_display = ("name", "email", "shown_roles", "desk", "last_login", "is_active")
    list_filter = ("is_active", RoleFilter, WorksAtFilter)
    list_select_related = ("desk",)
    search_fields = ("email", "first_name", "last_name")
    ordering = ("first_name", "last_name", "id")
    filter_horizontal = ()
    readonly_fields = ("is_active", "joined_at", "last_login")
    add_fieldsets = (
        (None, {"fields": ("first_name", "last_name", "email", "password1", "password2")}),
    )
    actions = ("deactivate", "activate")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        user = staff(request)
        reach = Prefetch(
            "roles", roles_in_reach(user).select_related("location"), to_attr="roles_in_reach"
        )
        people: QuerySet[User] = User.objects.order_by(*self.ordering).prefetch_related(
            "roles", reach
        )
        if user.is_account_wide:
            return people
        theirs = Role.objects.filter(user=OuterRef("pk"))
        return people.filter(
            Exists(theirs.filter(location__in=access.managed_locations(user))),
            ~Exists(theirs.filter(type__in=ACCOUNT_ROLES)),
        )

    @override
    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            staff_actions.hand_back(form.instance, by=staff(request))
        else:
            site = request.build_absolute_uri("/")
            staff_actions.welcome(form.instance, site=site, by=staff(request))

    @admin.display(description=_("Name"), ordering="first_name")
    def name(self, person: User) -> str:
        return str(person)

    @admin.display(description=_("Roles"))
    def shown_roles(self, person: Any) -> str:
        return "; ".join(str(role) for role in person.roles_in_reach)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return obj is None or not is_owner(obj) or is_owner(staff(request))

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        signs_in = ("email", "password") if self._may_sign_in_as(request, obj) else ("email",)
        return (
            (None, {"fields": ("first_name", "last_name", *signs_in)}),
            (None, {"fields": self.readonly_fields}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return ()
        fields = list(self.readonly_fields)
        if not staff(request).is_account_wide:
            fields.append("email")
        if not has_in_reach(staff(request), obj):
            fields += ["first_name", "last_name"]
        return fields

    def _may_sign_in_as(self, request: HttpRequest, person: User) -> bool:
        """A password is handed out by who could do everything that its owner can."""
        return staff(request).is_account_wide and self.has_change_permission(request, person)

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002  named by Django
        form_url: str = "",
    ) -> HttpResponse:
        if not staff(request).is_account_wide:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """What managers of other locations changed about a shared colleague stays with them."""
        person = self.get_object(request, object_id)
        if person and not has_in_reach(staff(request), person):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    @admin.action(
        description=_("Switch off"),
        location=[admin.ActionLocation.CHANGE_LIST, admin.ActionLocation.CHANGE_FORM],
    )
    def deactivate(self, request: HttpRequest, people: QuerySet[User]) -> None:
        def switch_off(person: User) -> None:
            self._refuse_switch(request, person)
            staff_actions.deactivate(person, by=staff(request))
            self.log_change(request, person, gettext("Switch off"))

        attempt(request, people, switch_off)

    @admin.action(
        description=_("Switch on"),
        location=[admin.ActionLocation.CHANGE_LIST, admin.ActionLocation.CHANGE_FORM],
    )
    def activate(self, request: HttpRequest, people: QuerySet[User]) -> None:
        def switch_on(person: User) -> None:
            self._refuse_switch(request, person)
            User.objects.filter(pk=person.pk).update(is_active=True)
            self.log_change(request, person, gettext("Switch on"))

        attempt(request, people, switch_on)

    def _refuse_switch(self, request: HttpRequest, person: User) -> None:
        if not has_in_reach(staff(request), person):
            raise Refusal(_("This person works at other locations too: ask an administrator."))
