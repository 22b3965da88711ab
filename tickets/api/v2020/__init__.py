"""Version 2020-09-01: the newer calls, JSON in and out, at the root of the site."""
