"""Clerks: where they work, at which desk, and what becomes of their visitors when they leave."""

from functools import partial

import pytest
from django.core import mail

from tests.conftest import Threads
from tests.factories import DeskFactory, LineFactory, LocationFactory, UserFactory
from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import history, latest
from tickets.actions import lifecycle, routing, staff
from tickets.exceptions import (
    AssigneeNotHere,
    DeskNotFound,
    DeskTaken,
    OwnAccount,
    OwnerStays,
)
from tickets.models import Activity, RoleType, Ticket, User
from tickets.states import Status


def test_choose_desk_is_on_record(office: Office) -> None:
    staff.choose_desk(office.clerk, desk=office.desk, by=office.clerk)

    activity = Activity.objects.get(event="desk.selected")
    assert User.objects.get(pk=office.clerk.pk).desk == office.desk
    assert activity.changes == {"desk_id": [None, office.desk.pk]}


def test_choose_desk_of_a_colleague_names_them(office: Office) -> None:
    staff.choose_desk(office.colleague, desk=office.desk, by=office.colleague)

    with pytest.raises(DeskTaken, match=f"Juan is at {office.desk}"):
        staff.choose_desk(office.clerk, desk=office.desk, by=office.clerk)

    assert office.clerk.desk is None


def test_choose_one_desk_at_once_has_one_winner(office: Office, in_threads: Threads) -> None:
    results = in_threads(
        *(
            lambda each=clerk: staff.choose_desk(each, desk=office.desk, by=each)
            for clerk in (office.clerk, office.colleague)
        )
    )

    assert sorted(type(result).__name__ for result in results) == ["DeskTaken", "NoneType"]
    assert User.objects.filter(desk=office.desk).count() == 1


def test_choose_a_closed_desk_is_refused(office: Office) -> None:
    with pytest.raises(DeskNotFound):
        staff.choose_desk(office.clerk, desk=DeskFactory.create(is_active=False), by=office.clerk)


def test_leaving_the_desk_frees_it(office: Office) -> None:
    staff.choose_location(office.clerk, location=office.location)
    staff.choose_desk(office.clerk, desk=office.desk, by=office.clerk)

    staff.choose_desk(office.clerk, desk=None, by=office.clerk)

    assert User.objects.get(pk=office.clerk.pk).desk is None
    latest_choice = Activity.objects.filter(event="desk.selected").latest("id")
    assert latest_choice.changes == {"desk_id": [office.desk.pk, None]}


def test_leaving_a_desk_nowhere_needs_no_record(office: Office) -> None:
    staff.choose_desk(office.clerk, desk=None, by=office.clerk)

    assert Activity.objects.count() == 0


def test_choose_location_frees_the_desk_elsewhere(office: Office) -> None:
    staff.choose_desk(office.clerk, desk=office.desk, by=office.clerk)
    elsewhere = LocationFactory.create()

    staff.choose_location(office.clerk, location=elsewhere)

    clerk = User.objects.get(pk=office.clerk.pk)
    assert (clerk.selected_location, clerk.desk) == (elsewhere, None)


def test_choose_location_again_keeps_the_desk(office: Office) -> None:
    staff.choose_desk(office.clerk, desk=office.desk, by=office.clerk)

    staff.choose_location(office.clerk, location=office.location)

    assert User.objects.get(pk=office.clerk.pk).desk == office.desk


def test_choose_lines_remembers_them(office: Office) -> None:
    staff.choose_lines(office.clerk, location=office.location, lines=[office.line])

    assert list(office.clerk.selected_lines.all()) == [office.line]


def test_choose_lines_keeps_the_choice_elsewhere(office: Office) -> None:
    elsewhere = LineFactory.create()
    office.clerk.selected_lines.set([elsewhere])

    staff.choose_lines(office.clerk, location=office.location, lines=[office.line])

    assert set(office.clerk.selected_lines.all()) == {elsewhere, office.line}


def test_choose_lines_at_two_locations_at_once_keeps_both(
    office: Office, in_threads: Threads
) -> None:
    elsewhere = LineFactory.create()
    office.clerk.selected_lines.set([office.other_line])

    results = in_threads(
        *(
            partial(staff.choose_lines, office.clerk, location=line.location, lines=[line])
            for line in (office.line, elsewhere)
        )
    )

    assert results == [None, None]
    assert set(office.clerk.selected_lines.all()) == {office.line, elsewhere}


def test_deactivate_clears_what_was_assigned(office: Office) -> None:
    staff.choose_desk(office.colleague, desk=office.desk, by=office.colleague)
    waiting = routing.assign(office.waiting(), assignee=office.colleague, by=office.clerk)
    called = routing.assign(office.called(), assignee=office.colleague, by=office.clerk)
    served = routing.assign(office.called(), assignee=office.colleague, by=office.clerk)
    lifecycle.serve(served, by=office.clerk)

    staff.deactivate(office.colleague, by=office.clerk)

    rows = [Ticket.objects.get(pk=ticket.pk) for ticket in (waiting, called, served)]
    assert [row.assignee for row in rows] == [None, None, office.colleague]
    assert [latest(row).event for row in rows[:2]] == ["ticket.unassigned"] * 2
    assert (office.colleague.is_active, office.colleague.desk) == (False, None)
    activity = Activity.objects.get(event="user.deactivated")
    assert activity.location == office.location
    assert activity.changes["user_id"] == [office.colleague.pk, office.colleague.pk]


def test_deactivate_leaves_whom_they_called_to_any_colleague(office: Office) -> None:
    ticket = lifecycle.call(office.waiting(), by=office.colleague)

    staff.deactivate(office.colleague, by=office.clerk)
    lifecycle.serve(ticket, by=office.clerk)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.caller) == (Status.SERVED, office.colleague)


def test_deactivate_twice_leaves_one_record(office: Office) -> None:
    staff.deactivate(office.colleague, by=office.clerk)

    staff.deactivate(office.colleague, by=office.clerk)

    assert Activity.objects.filter(event="user.deactivated").count() == 1


def test_deactivate_of_an_administrator_tells_every_location(office: Office) -> None:
    admin = UserFactory.create()
    admin.roles.create(type=RoleType.ADMIN)
    elsewhere = LocationFactory.create()

    staff.deactivate(admin, by=office.clerk)

    told = Activity.objects.filter(event="user.deactivated").values_list("location", flat=True)
    assert list(told) == [office.location.pk, elsewhere.pk]


def test_deactivate_clears_what_an_earlier_role_left(office: Office) -> None:
    ticket = routing.assign(office.waiting(), assignee=office.colleague, by=office.clerk)
    office.colleague.roles.all().delete()

    staff.deactivate(office.colleague, by=office.clerk)

    assert Ticket.objects.get(pk=ticket.pk).assignee is None
    assert history(ticket)[-1] == "ticket.unassigned"


def test_deactivate_and_assign_at_once_never_leave_a_visitor_with_nobody(
    office: Office, in_threads: Threads
) -> None:
    for _round in range(10):
        ticket = office.waiting()
        gone = UserFactory.create()
        gone.roles.create(type=RoleType.CLERK, location=office.location)

        assigned, _deactivated = in_threads(
            partial(routing.assign, ticket, assignee=gone, by=office.clerk),
            partial(staff.deactivate, gone, by=office.colleague),
        )

        assert isinstance(assigned, Ticket | AssigneeNotHere)
        assert Ticket.objects.get(pk=ticket.pk).assignee is None


def test_deactivate_of_oneself_is_refused(office: Office) -> None:
    with pytest.raises(OwnAccount):
        staff.deactivate(office.clerk, by=office.clerk)

    assert User.objects.get(pk=office.clerk.pk).is_active


def test_deactivate_of_an_owner_is_refused(office: Office) -> None:
    owner = UserFactory.create()
    owner.roles.create(type=RoleType.OWNER)

    with pytest.raises(OwnerStays):
        staff.deactivate(owner, by=office.clerk)

    assert User.objects.get(pk=owner.pk).is_active


def test_invite_at_once_adds_one_person(office: Office, in_threads: Threads) -> None:
    invite = partial(
        staff.invite,
        email="kai@example.org",
        first_name="Kai",
        last_name="",
        grants=[staff.Grant(RoleType.CLERK, office.location)],
        site="http://testserver",
        by=office.clerk,
    )

    results = in_threads(invite, invite, invite)

    assert sorted(type(each).__name__ for each in results) == ["User", "UserExists", "UserExists"]
    assert len(mail.outbox) == 1
    assert Activity.objects.filter(event="user.invited").count() == 1


def test_give_role_at_once_gives_it_once(office: Office, in_threads: Threads) -> None:
    give = partial(
        staff.give_role,
        office.colleague,
        grant=staff.Grant(RoleType.MANAGER, office.location),
        by=office.clerk,
    )

    results = in_threads(give, give)

    assert sorted(results, key=str) == [False, True]
    assert Activity.objects.filter(event="role.granted").count() == 1
