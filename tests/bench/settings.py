"""The site's settings, and in front of everything the floor that it is measured against."""

from qminder_site.settings import *
from qminder_site.settings import MIDDLEWARE

MIDDLEWARE = ["tests.bench.floor.floor", *MIDDLEWARE]
