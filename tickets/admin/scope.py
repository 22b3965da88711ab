"""What all our admins share: a manager meets only their locations' rows, and nothing is deleted."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn, override

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.exceptions import NotRegistered
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tickets import access, events
from tickets.exceptions import Refusal
from tickets.models import EventName, User


def staff(request: HttpRequest) -> User:
    """Whoever looks at this page: the site lets nobody in but users."""
    assert isinstance(request.user, User)
    return request.user


class ScopedChoices(admin.options.BaseModelAdmin):  # type: ignore[type-arg]  # none at run time
    """Related rows are offered, and taken, only as far as their own admin lists them."""

    def get_field_queryset(
        self, db: str | None, db_field: Any, request: HttpRequest
    ) -> QuerySet[Any] | None:
        try:
            related = self.admin_site.get_model_admin(db_field.remote_field.model)
        except NotRegistered:
            return super().get_field_queryset(db, db_field, request)
        return related.get_queryset(request)


class Scoped(ScopedChoices, admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows of the locations that this person manages; all others do not exist.

    `location_path` leads from the model to its location. The location of a row is chosen when it
    is made and stays. Rows are switched off, never deleted: old tickets and their story name them.
    """

    location_path = "location"
    list_per_page = 50
    #: What a saved form tells the screens of its location, and the name under which it names the row.
    publishes: tuple[EventName, str] | None = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if staff(request).is_account_wide:
            return rows
        mine = access.managed_locations(staff(request))
        return rows.filter(**{f"{self.location_path}__in": mine})

    @override
    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj and "location" in form.base_fields:
            form.base_fields["location"].disabled = True
            form.base_fields["location"].widget.can_add_related = False
        return form

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Of a row that is there, only what the form changed: actions write the rest meanwhile."""
        if change:
            columns = {column.name for column in obj._meta.concrete_fields}
            obj.save(update_fields=columns.intersection(form.changed_data))
        else:
            super().save_model(request, obj, form, change)

    @override
    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """On record as one change, in the transaction of the form."""
        super().save_related(request, form, formsets, change)
        changes = {
            name: [_kept(form.initial.get(name)), _kept(form.cleaned_data[name])]
            for name in form.changed_data
        }
        changes |= {
            formset.prefix: [None, [str(row) for row in formset.get_queryset().all()]]
            for formset in formsets
            if formset.has_changed()
        }
        if self.publishes and changes:
            event, name = self.publishes
            row = form.instance
            named = {name: [_kept(row), _kept(row)]}
            events.record(
                event, by=staff(request), location_id=row.location_id, changes=named | changes
            )

    @override
    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Rows are chosen by their keys; what can be no key is refused with 400."""
        key: Any = self.model._meta.pk
        try:
            for chosen in request.POST.getlist(helpers.ACTION_CHECKBOX_NAME):
                key.clean(chosen, None)
        except ValidationError as error:
            raise BadRequest from error
        return super().response_action(request, queryset, *args, **kwargs)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what a filter offers: a secret's hash cannot be guessed letter by letter."""
        for offered in self.get_list_filter(request):
            if isinstance(offered, type) and issubclass(offered, admin.SimpleListFilter):
                if lookup == offered.parameter_name:
                    return True
            else:
                field = offered[0] if isinstance(offered, tuple) else offered
                if lookup.startswith(f"{field}__"):
                    return True
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> NoReturn:
        raise Http404


def _kept(value: Any) -> Any:
    """A value of a form as it is put on record: rows by their keys."""
    if isinstance(value, Model):
        return value.pk if isinstance(value.pk, int) else str(value.pk)
    if isinstance(value, list | QuerySet):
        return [_kept(each) for each in value]
    return value


class ReadOnly(Scoped):
    """Records of what happened: they are looked at, never written by hand."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]
    """Parts of a record, as a table without a form."""

    template = "admin/records_inline.html"
    extra = 0
    can_delete = False
    related: Sequence[str] = ("ticket",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.related)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ScopedFilter(admin.RelatedFieldListFilter):
    """A filter by related rows that offers those which their own admin lists."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: Any
    ) -> list[tuple[str, Any]]:
        related = model_admin.admin_site.get_model_admin(field.remote_field.model)
        return [(str(row.pk), str(row)) for row in related.get_queryset(request)]


def attempt(request: HttpRequest, rows: Iterable[Any], take: Callable[[Any], object]) -> int:
    """Take a step on each row; a refusal is told and stops none of the others. How many it took."""
    taken = 0
    for row in rows:
        try:
            take(row)
        except Refusal as refusal:
            messages.error(request, f"{row}: {refusal.message}")
        else:
            taken += 1
    return taken


def step(
    name: str, description: Any, take: Callable[[Any, User], object]
) -> Callable[[Any, HttpRequest, QuerySet[Any]], None]:
    """An admin action, for chosen rows of a list and for one on its own page.

    `take` gets the row and who acts. Django's log names it too, unless the row is about a
    visitor: that one has its own timeline, and the log would keep the name for ever.
    """

    @admin.action(
        description=description,
        location=[admin.ActionLocation.CHANGE_LIST, admin.ActionLocation.CHANGE_FORM],
    )
    def run(model_admin: Scoped, request: HttpRequest, rows: QuerySet[Any]) -> None:
        def take_and_log(row: Any) -> None:
            take(row, staff(request))
            if not row.PERSONAL:
                model_admin.log_change(request, row, str(description))

        if taken := attempt(request, rows, take_and_log):
            done = {"what": description, "count": taken}
            messages.success(request, _("%(what)s: done for %(count)d.") % done)

    run.__name__ = name
    return run
