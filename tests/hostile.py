"""Texts that no visitor has and no program should send, made by rule: the odder, the better."""

import unicodedata
from collections.abc import Iterator

ZERO_WIDTH = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u2060\u2061\u3164\ufeff"
BIDI = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
SPACES = "\t\n\x0b\x0c\r\x1c\x1f \x85\xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000"
#: None at all, private ones, the last of a plane, tags, selectors, and what stands for a lost one.
NO_CHARACTERS = "\ufdd0\ufffe\uffff\U0001fffe\U0010ffff\ue000\U000f0000\U000e0001\ufe0f\ufffd"
SURROGATES = ["\ud800", "\udbff", "\udc00", "\udfff", "\udc00\ud800", "a\ud83d"]
#: What composing changes: into one, into another, into more than there were.
COMPOSED = "\u212b\u2126\u212a\uac00\u0958\ufb2c\U0001d160\u01c6\u03b0\ufb03\u0130\u00df\u017f"
MARKS = "\u0301\u0308\u0323\u0489\u20dd\u0e4a\u094d"

BETWEEN = "¦"
SCRIPTS = (
    "李小龍¦𠮷野家¦ひらがな¦ｶﾀｶﾅ¦한국어¦ᄒᆞᆫ글¦العربية¦ﷺ¦فارسی‌ها¦עִבְרִית¦ไทย¦हिन्दी¦தமிழ்¦ខ្មែរ¦မြန်မာ¦ქართული¦Ελληνικά¦"
    "Русский¦Tiếng Việt¦የአማርኛ¦ᏣᎳᎩ¦𐍈𐍄¦𓀀𓂀¦ꦧꦱ¦ᠮᠣᠩᠭᠣᠯ¦ŁÓDŹ¦İstanbul ısı¦Straße¦X Æ A-12¦O'Brien¦D’Arcy"
)
EMOJI = "👩‍👩‍👧‍👦¦🏳️‍🌈¦👨🏿‍🚀¦🇪🇪¦🇪¦1️⃣¦🧑🏻‍❤️‍💋‍🧑🏿¦☠️¦🫱🏼‍🫲🏿¦\u200d\u200d"
FRAGMENTS = (
    "' OR 1=1 --¦'; DROP TABLE tickets_ticket; --¦1 UNION SELECT NULL¦%' ESCAPE '¦\\'¦\" OR \"\"=\"¦x'0041'¦$1¦"
    "%s¦%(id)s¦%n%x¦:id¦?¦@@version¦/*¦{{7*7}}¦{% debug %}¦${7*7}¦#{7*7}¦<%= 1 %>¦{0.__class__}¦$(id)¦`id`¦|id¦"
    ';id&¦<script>alert(1)</script>¦<img src=x onerror=alert(1)>¦</title>¦<!--¦]]>¦&lt;¦"><svg onload=alert(1)>¦'
    "javascript:alert(1)¦data:text/html,1¦&#0;¦&amp;amp;¦a\r\nSet-Cookie: b=c¦a\nLocation: /¦%0d%0aX: y¦\\r\\n¦"
    "\\u0000¦%00¦%C0%80¦../../etc/passwd¦..\\..\\boot.ini¦/dev/null¦file:///etc/passwd¦C:\\¦CON¦~¦.¦=1+1¦+1¦-1+1¦"
    '@SUM(A1)¦=cmd|\' /C calc\'!A0¦${jndi:ldap://x/}¦() { :; }¦{"$ne": 1}¦{"a":¦[¦]¦{¦}¦"¦[[]]¦null&a=b¦a=b&c=d¦'
    "a;b¦#¦?a¦<?xml version='1.0'?>¦<!ENTITY a SYSTEM 'file:///'>¦__proto__¦constructor¦\\¦\\\\"
)
LOOK_ALIKES = (
    "0¦00¦-0¦+0¦-1¦1.5¦1e5¦1e400¦0x10¦0b1¦1_000¦1,000¦١٢٣¦１２３¦NaN¦Infinity¦-Infinity¦inf¦½¦²¦Ⅷ¦null¦NULL¦None¦nil¦"
    "-9223372036854775809¦9223372036854775808¦undefined¦true¦TRUE¦false¦yes¦on¦True¦[]¦{}¦''¦\"\"¦[null]¦\\N¦now¦"
    "2026-02-30¦2026-13-01T00:00:00Z¦0000-00-00¦10000-01-01¦2026-01-05¦00000000-0000-4000-8000-000000000000¦NEW¦FIRST¦"
    "MANUAL¦a@b¦a@b@c.ee¦@b.ee¦a@¦a b@c.ee¦a@b..ee¦\u017f@b.ee¦a@\u00c4\u00d6.ee¦\u0130@b.ee¦http://¦https://¦//a.ee¦"
    "http://[::1¦http://a:99999/¦HTTP://A.EE/¦https://a.ee/\u202e¦0555123456¦+372 5551234¦٣٧٢٥٥٥١٢٣٤¦5551234;ext=1¦"
    "+37255512345678901¦+3725551234¦#FF00FF¦ff00ff¦#f0f¦GGGGGG¦TEAL¦teal¦FF00FF00¦ＦＦ００ＦＦ¦EE¦ee¦en"
)
#: Around each limit that a value has, in characters of one to four bytes and in letters of several.
LENGTHS = [1, 2, 29, 30, 31, 49, 50, 51, 99, 100, 101, 200, 201, 300, 301, 500, 501, 512, 513]
LETTERS = ["x", "é", "李", "𠮷", "e\u0301", "\u0958"]
LONGER = [1000, 1001, 1600, 1601, 2000, 2001, 16_385]


def texts() -> list[str]:
    """Each of them once, always in the same order."""
    return list(dict.fromkeys(_all()))


def _all() -> Iterator[str]:
    yield ""
    for character in "\x00\x01\x08\x1b\x1f\x7f\x80\x9f" + ZERO_WIDTH + BIDI + NO_CHARACTERS:
        yield from (character, f"a{character}b", f"{character}a")
    for character in SPACES:
        yield from (character, f"a{character}b", f"{character}a{character}")
    yield from SURROGATES
    scripts, fragments = SCRIPTS.split(BETWEEN), FRAGMENTS.split(BETWEEN)
    yield from [*scripts, *EMOJI.split(BETWEEN), *fragments, *LOOK_ALIKES.split(BETWEEN)]
    for form in ("NFC", "NFD", "NFKD"):
        yield from (unicodedata.normalize(form, text) for text in [*scripts, *COMPOSED])
    for mark in MARKS:
        yield from ("e" + mark * count for count in (1, 10, 49, 1000))
    yield from (letter * length for letter in LETTERS for length in LENGTHS)
    yield from ("x" * length for length in LONGER)
    yield from ("9" * length for length in (18, 19, 60))
    yield from (" " * 20_000, "x" * 1_000_000, "\x00" * 1_000_000)
