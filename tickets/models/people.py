"""Who signs in: users, and what they may do at which location."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tickets.models.fields import InstantField
from tickets.models.locations import Desk, Line, Location


def validate_ascii(email: str) -> None:
    if not email.isascii():
        raise ValidationError(_("Write the e-mail address in letters from A to Z."), code="ascii")


class RoleType(models.TextChoices):
    CLERK = "CLERK", _("Clerk")
    MANAGER = "MANAGER", _("Manager")
    ADMIN = "ADMIN", _("Administrator")
    OWNER = "OWNER", _("Owner")


LOCAL_ROLES = (RoleType.CLERK, RoleType.MANAGER)
ACCOUNT_ROLES = (RoleType.ADMIN, RoleType.OWNER)


class UserQuerySet(models.QuerySet["User"]):
    def working_at(self, location: Location | Value) -> "UserQuerySet":
        """Active people with a role that reaches `location`."""
        return self._with_role(Q(roles__location=location))

    def working_in(self, locations: Iterable[Location]) -> "UserQuerySet":
        """Active people with a role that reaches one of `locations`."""
        return self._with_role(Q(roles__location__in=locations))

    def with_email(self, email: str) -> "UserQuerySet":
        """Whose address this is, in capitals or not; of ASCII, in which all addresses of staff are.

        Of other letters PostgreSQL and SQLite would not agree which are the same.
        """
        return self.filter(email__iexact=email) if email.isascii() else self.none()

    def _with_role(self, there: Q) -> "UserQuerySet":
        reaches = there | Q(roles__type__in=ACCOUNT_ROLES)
        return self.filter(reaches, is_active=True).distinct()


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.with_email(username or "").get()
        return user

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user: User = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        """The owner of the installation."""
        user = self.create_user(email, password, **fields)
        user.roles.create(type=RoleType.OWNER)
        return user


class User(AbstractBaseUser):
    """Somebody of the staff. Never deleted, only switched off: old tickets name them."""

    PERSONAL = ()  # staff, not visitors: retention does not reach them

    email = models.EmailField(_("e-mail"), max_length=100, unique=True, validators=[validate_ascii])
    first_name = models.CharField(_("first name"), max_length=50)
    last_name = models.CharField(_("last name"), max_length=50, blank=True)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Switch off instead of deleting.")
    )
    joined_at = InstantField(auto_now_add=True)
    selected_location = models.ForeignKey(
        Location, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    desk = models.ForeignKey(
        Desk, models.SET_NULL, null=True, blank=True, related_name="clerks", verbose_name=_("desk")
    )
    selected_lines = models.ManyToManyField(Line, blank=True, related_name="+")
    last_called_at = InstantField(null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["first_name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ("first_name", "last_name", "id")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email",
                violation_error_message=_("Somebody with this e-mail address is there already."),
            ),
            # A partial index is no key to PostgreSQL, so that changing desks does not lock out
            # whoever writes a row that names this person (a deadlock with the clerk's own steps).
            models.UniqueConstraint(
                fields=("desk",), condition=Q(desk__isnull=False), name="user_desk"
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name

    @property
    def is_account_wide(self) -> bool:
        return any(role.type in ACCOUNT_ROLES for role in self.roles.all())

    @property
    def is_staff(self) -> bool:
        """May enter the admin: managers of a location, administrators, owners."""
        return any(role.type != RoleType.CLERK for role in self.roles.all())

    # What somebody may do in the admin is decided by its classes, from `access`.
    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff


class UserPicture(models.Model):
    """Somebody's face as a square JPEG. Whoever knows the token may see it: pages show it by address."""

    PERSONAL = ()

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="picture")
    token = models.CharField(max_length=43, unique=True, editable=False)
    image = models.BinaryField()

    def __str__(self) -> str:
        return str(self.user)


class Role(models.Model):
    """Clerks and managers work at a location, administrators and owners everywhere."""

    PERSONAL = ()

    user = models.ForeignKey(User, models.CASCADE, related_name="roles")
    type = models.CharField(_("role"), max_length=7, choices=RoleType)
    location = models.ForeignKey(
        Location, models.CASCADE, null=True, blank=True, related_name="roles"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(type__in=LOCAL_ROLES, location__isnull=False)
                | Q(type__in=ACCOUNT_ROLES, location__isnull=True),
                name="role_location",
                violation_error_message=_(
                    "Clerks and managers need a location, administrators and owners have none."
                ),
            ),
            models.UniqueConstraint(fields=("user", "type", "location"), name="role_local_once"),
            models.UniqueConstraint(
                fields=("user", "type"),
                condition=Q(location__isnull=True),
                name="role_account_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()}" + (f", {self.location}" if self.location_id else "")
