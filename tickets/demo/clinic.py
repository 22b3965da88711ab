"""The demo's clinic: strangers read initials and no service, and nobody is called without a room."""

from tickets.actions import labels, lifecycle, routing
from tickets.demo.morning import Guest, Scene
from tickets.demo.places import Office, Person, Question
from tickets.models import FieldType, NameForm, RoleType, Source

OFFICE = Office(
    slug="clinic",
    columns={
        "name": "Harbour Clinic",
        "timezone": "Europe/Tallinn",
        "country": "EE",
        "address": "Sadama 12, Rannamäe",
        "is_desk_required": True,
        "name_form": NameForm.INITIALS,
        "is_line_public": False,
    },
    lines=(
        ("G", "General practice", "0369A1", 12),
        ("L", "Blood tests", "BE123C", 6),
        ("V", "Vaccination", "4D7C0F", 7),
    ),
    desks=("Room 101", "Room 102", "Room 103", "Room 104", "Room 105"),
    questions=(
        Question(
            type=FieldType.FIRST_NAME,
            title="First name",
            columns={"is_mandatory_before_added": True, "is_mandatory_in_remote_sign_in": True},
        ),
        Question(type=FieldType.LAST_NAME, title="Last name"),
        Question(
            type=FieldType.SELECT,
            title="Appointment",
            columns={"visitor_facing_title": "Do you have an appointment?"},
            options=("Yes", "No"),
        ),
    ),
    people=(
        Person(
            email="clinic-manager@example.org",
            first_name="Rasmus",
            last_name="Lepik",
            role=RoleType.MANAGER,
        ),
        Person(
            email="clinic@example.org",
            first_name="Elena",
            last_name="Volkova",
            desk="Room 101",
            letters="GV",
        ),
        Person(
            email="daniel@example.org",
            first_name="Daniel",
            last_name="Kask",
            desk="Room 102",
            letters="GL",
        ),
        Person(
            email="noor@example.org",
            first_name="Noor",
            last_name="Rahman",
            desk="Room 104",
            letters="LV",
        ),
    ),
)

REMOTE = Source.MICROSITE
CLERK = Source.MANUAL
BOOKED = {"Appointment": "Yes"}

GUESTS = (
    Guest(at=71, line="L", first_name="Aleksander", last_name="Mets", takes=6, extras=BOOKED),
    Guest(at=69, line="G", first_name="Maria", last_name="Silva", takes=12),
    Guest(at=67, line="V", first_name="Hanna", last_name="Koppel", takes=7),
    Guest(at=66, line="L", first_name="Igor", last_name="Sidorov", takes=5, language="ru"),
    Guest(at=64, line="G", first_name="Layla", last_name="Mansour", source=REMOTE, takes=11),
    Guest(at=61, line="L", first_name="Karl", takes=6),
    Guest(at=59, line="V", first_name="Chen", last_name="Yu", takes=7, language="zh-hans"),
    Guest(at=57, line="G", first_name="Ülle", last_name="Õunapuu", takes=13, extras=BOOKED),
    Guest(at=54, line="L", first_name="Rosa", last_name="Jiménez", takes=3, then="NO_SHOW"),
    Guest(at=52, line="V", first_name="Samuel", last_name="Adeyemi", source=CLERK, takes=6),
    Guest(at=49, line="G", first_name="Leo", last_name="Hansen", takes=4, then="L"),
    Guest(at=48, line="L", first_name="Ingrid", last_name="Rätsep", takes=6),
    Guest(at=44, line="G", first_name="Zahra", last_name="Hosseini", source=REMOTE, takes=10),
    Guest(at=41, line="V", first_name="Paul", last_name="Schmidt", takes=8, language="de"),
    Guest(at=38, line="L", first_name="Marta", last_name="Kowalska", takes=3, then="RETURN"),
    Guest(at=35, line="G", first_name="Andres", last_name="Pihlak", takes=14, extras=BOOKED),
    Guest(at=32, line="V", first_name="Tatjana", last_name="Ivanova", takes=7),
    Guest(at=29, line="G", first_name="Diego", last_name="Vargas", source=REMOTE, takes=12),
    Guest(at=27, line="L", first_name="Mia", last_name="Jõgi", takes=7),
    Guest(at=24, line="G", first_name="Khalid", last_name="Nasser", takes=13, language="ar"),
    Guest(at=22, line="V", first_name="Birgit", last_name="Aru", takes=7),
    Guest(at=19, line="L", first_name="Nikolai", last_name="Fjodorov", source=CLERK, takes=7),
    Guest(at=14, line="G", first_name="Emma", last_name="Laine", takes=12, extras=BOOKED),
    Guest(at=15, line="V", first_name="Joon", last_name="Park", takes=8),
    Guest(at=13, line="L", first_name="Eha", takes=6),
    Guest(at=10, line="G", first_name="Jean-Baptiste", last_name="Moreau", source=REMOTE),
    Guest(at=9, line="V", first_name="Alia", last_name="Karimi", takes=7),
    Guest(at=7, line="G", first_name="Villem", last_name="Tõnisson", extras=BOOKED),
    Guest(at=5, line="L", first_name="Beatriz", last_name="Núñez"),
    Guest(at=3, line="G", first_name="Sergei", last_name="Popov", source=REMOTE),
    Guest(at=1, line="V", first_name="Liisa", last_name="Valk"),
    Guest(at=0, line="L", first_name="Abdul", last_name="Rahim"),
)

SCENES = (
    Scene(
        at=50,
        guest="Samuel",
        step=lambda t, m: labels.add(t, value="Fasting", by=m.people["Rasmus"]),
    ),
    Scene(at=4, guest="Eha", step=lambda t, m: lifecycle.cancel(t, by=m.people["Noor"])),
    Scene(
        at=6,
        guest="Villem",
        step=lambda t, m: routing.assign(t, assignee=m.people["Elena"], by=m.people["Rasmus"]),
    ),
    Scene(
        at=4,
        guest="Beatriz",
        step=lambda t, m: labels.add(t, value="Fasting", by=m.people["Daniel"]),
    ),
    Scene(
        at=2,
        guest="Sergei",
        step=lambda t, m: routing.reorder(
            t, after=m.tickets["Jean-Baptiste"], by=m.people["Rasmus"]
        ),
    ),
)
