"""What kind of thing a model is, and its maker's and model's names in one spelling.

Vendors give an operating system and a model's name; the kind has to be known from these. Names of model families are
listed here once, for all sources. What is not listed stays unknown rather than guessed.
"""

from __future__ import annotations

import re

from schemas.vocabulary import Kind

_MAKERS = {
    "dell": "Dell",
    "dell inc.": "Dell",
    "dell inc": "Dell",
    "dell computer corporation": "Dell",
    "hp": "HP",
    "hp inc.": "HP",
    "hp inc": "HP",
    "hewlett-packard": "HP",
    "hewlett packard": "HP",
    "lenovo": "Lenovo",
    "apple": "Apple",
    "apple inc.": "Apple",
    "apple inc": "Apple",
    "samsung": "Samsung",
    "samsung electronics": "Samsung",
    "microsoft": "Microsoft",
    "microsoft corporation": "Microsoft",
    "google": "Google",
    "motorola": "Motorola",
    "zebra": "Zebra",
    "zebra technologies": "Zebra",
    "panasonic": "Panasonic",
    "getac": "Getac",
    "asus": "ASUS",
    "asustek computer inc.": "ASUS",
    "acer": "Acer",
    "toshiba": "Toshiba",
    "fujitsu": "Fujitsu",
}
_BY_LENGTH = sorted(_MAKERS, key=len, reverse=True)

_VIRTUAL = re.compile(r"virtual machine|vmware|virtualbox|cloud pc|\bkvm\b", re.I)
_TABLET = re.compile(
    r"\bipad|\btablet\b|galaxy tab|\btab (active|[asm]\d)|\bsm-[txp]\d"
    r"|surface (go(?! laptop)|pro\b|3\b)|latitude 72(02|12|20|30)\b|latitude (5290|5285) 2-in-1"
    r"|venue \d|elite x2|pro x2|thinkpad x1[02]\b|toughpad|\bfz-[agm]\d|getac (f|k|ux)\d|\bet(40|45|5[0156])\b",
    re.I,
)
_DESKTOP = re.compile(
    r"optiplex|precision.*tower|precision (t\d|3[2346][0-9]0 (small|compact)|rack)|elite ?(desk|one)|pro ?(desk|one)"
    r"|\bhp z[1-9](?! ?book)|\bz[1-9] (g\d|mini|sff|tower)|thinkcentre|thinkstation|esprimo|veriton|\bwyse\b"
    r"|vostro.*desktop|inspiron.*desktop|surface studio|\bimac\b|\bimac(pro)?\d|mac ?mini|mac ?studio|mac ?pro\b|\bnuc",
    re.I,
)
_LAPTOP = re.compile(
    r"macbook|latitude|elitebook|probook|zbook|dragonfly|thinkpad|thinkbook|xps|inspiron|vostro|precision|"
    r"surface (laptop|book)|chromebook|toughbook|notebook|laptop|lifebook|travelmate|dynabook|portege|tecra|zenbook",
    re.I,
)
_SMARTPHONE = re.compile(r"\biphone|galaxy (a|s|z|note|xcover)|\bpixel \d|\bsm-[agsnf]\d|moto |smartphone", re.I)
_MONITOR = re.compile(
    r"\bmonitor\b|\bdisplay\b|ultrasharp|elitedisplay|prodisplay|thinkvision"
    r"|^(dell )?[pues]\d{4}[a-z]{1,3}$|^(hp )?[ep]\d{2}[a-z]? g\d",
    re.I,
)

_WORDS = {
    "laptop": Kind.LAPTOP,
    "laptops": Kind.LAPTOP,
    "notebook": Kind.LAPTOP,
    "desktop": Kind.DESKTOP,
    "desktops": Kind.DESKTOP,
    "workstation": Kind.DESKTOP,
    "monitor": Kind.MONITOR,
    "monitors": Kind.MONITOR,
    "display": Kind.MONITOR,
    "smartphone": Kind.SMARTPHONE,
    "smartphones": Kind.SMARTPHONE,
    "mobile phone": Kind.SMARTPHONE,
    "mobile phones": Kind.SMARTPHONE,
    "phone": Kind.SMARTPHONE,
    "tablet": Kind.TABLET,
    "tablets": Kind.TABLET,
}


def kind_named(words: str | None) -> Kind | None:
    """The kind a category's name stands for; None for wider words such as "Computer"."""
    return _WORDS.get(words.lower()) if words else None


def kind_of(os: str | None, model: str | None) -> Kind | None:
    """The kind of a device with this operating system and model; None where they do not tell.

    A phone's or tablet's system tells by itself; a computer runs Windows or macOS whatever its shape, so its model
    decides, and an unlisted Windows computer is a laptop, as nearly all managed ones are.
    """
    system, name = (os or "").lower(), model or ""
    if _VIRTUAL.search(name):
        return None
    if system.startswith("ipad") or _TABLET.search(name):
        return Kind.TABLET
    if system.startswith(("ios", "android")):
        return Kind.SMARTPHONE
    if system.startswith(("windows", "macos", "mac os", "os x", "linux", "chrome")) or not system:
        if _DESKTOP.search(name):
            return Kind.DESKTOP
        if _LAPTOP.search(name):
            return Kind.LAPTOP
    if not system:
        return Kind.SMARTPHONE if _SMARTPHONE.search(name) else Kind.MONITOR if _MONITOR.search(name) else None
    return Kind.LAPTOP if system.startswith("windows") else None


def maker_name(words: str | None) -> str | None:
    """A manufacturer in the one spelling we use; unlisted ones as they come."""
    return _MAKERS.get(words.lower(), words) if words else None


def maker_and_model(words: str | None, manufacturer: str | None = None) -> tuple[str | None, str | None]:
    """Take the maker's name off the front of a model's: "Dell Inc. Latitude 5440" → Dell, Latitude 5440."""
    maker = maker_name(manufacturer)
    if not words:
        return maker, None
    lower = words.lower()
    for name in _BY_LENGTH:
        if lower.startswith(name + " "):
            return maker or _MAKERS[name], words[len(name) :].strip()
    return maker, words
