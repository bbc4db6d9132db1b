from __future__ import annotations

import pytest

from schemas.vocabulary import Kind
from services.intake.reading.kinds import kind_named, kind_of, maker_and_model


@pytest.mark.parametrize(
    ("os", "model", "kind"),
    [
        ("Windows", "Latitude 5440", Kind.LAPTOP),
        ("Windows", "20W0S0AB00", Kind.LAPTOP),
        ("Windows", None, Kind.LAPTOP),
        ("Windows", "OptiPlex 7010 Micro", Kind.DESKTOP),
        ("Windows", "HP EliteDesk 800 G6", Kind.DESKTOP),
        ("Windows", "ProDesk 600 G6 Mini", Kind.DESKTOP),
        ("Windows", "ThinkCentre M70q", Kind.DESKTOP),
        ("Windows", "Precision 3660 Tower", Kind.DESKTOP),
        ("Windows", "Precision 5570", Kind.LAPTOP),
        ("Windows", "HP Z2 Tower G9 Workstation", Kind.DESKTOP),
        ("Windows", "HP ZBook Firefly 14", Kind.LAPTOP),
        ("Windows", "Surface Go 2", Kind.TABLET),
        ("Windows", "Surface Pro 7", Kind.TABLET),
        ("Windows", "Surface Laptop Go 2", Kind.LAPTOP),
        ("Windows", "Surface Laptop Studio", Kind.LAPTOP),
        ("Windows", "Surface Studio 2", Kind.DESKTOP),
        ("Windows", "Latitude 7220 Rugged Extreme Tablet", Kind.TABLET),
        ("Windows", "Latitude 7220", Kind.TABLET),
        ("Windows", "Latitude 7230 Rugged Extreme Tablet", Kind.TABLET),
        ("Windows", "Latitude 7200", Kind.LAPTOP),
        ("Windows", "Virtual Machine", None),
        ("Windows", "Cloud PC Enterprise 2vCPU", None),
        ("iPadOS", None, Kind.TABLET),
        ("iOS", "iPad (8th generation)", Kind.TABLET),
        ("iOS", "iPhone 13", Kind.SMARTPHONE),
        ("Android", "Galaxy A54 5G", Kind.SMARTPHONE),
        ("Android", "SM-A546B", Kind.SMARTPHONE),
        ("Android", "Galaxy Tab Active5", Kind.TABLET),
        ("Android", "SM-T570", Kind.TABLET),
        ("macOS", "MacBook Air (M2, 2022)", Kind.LAPTOP),
        ("macOS", "iMac (24-inch, 2023)", Kind.DESKTOP),
        ("macOS", "Mac mini (2023)", Kind.DESKTOP),
        ("macOS", "Mac Pro (2023)", Kind.DESKTOP),
        ("macOS", "VirtualMac2,1", None),
        (None, "P2419H", Kind.MONITOR),
        (None, "E24 G4", Kind.MONITOR),
        (None, "Latitude 5440", Kind.LAPTOP),
        (None, "iPhone SE (3rd generation)", Kind.SMARTPHONE),
        (None, "Galaxy XCover6 Pro", Kind.SMARTPHONE),
        (None, "iPad (8th generation)", Kind.TABLET),
        (None, "Frobnicator", None),
        (None, None, None),
        ("tvOS", "Apple TV 4K", None),
    ],
)
def test_kind_of_a_model(os: str | None, model: str | None, kind: Kind | None) -> None:
    assert kind_of(os, model) is kind


@pytest.mark.parametrize(
    ("words", "kind"),
    [("Laptop", Kind.LAPTOP), ("Mobile Phone", Kind.SMARTPHONE), ("Computer", None), ("", None), (None, None)],
)
def test_kind_a_category_names(words: str | None, kind: Kind | None) -> None:
    assert kind_named(words) is kind


@pytest.mark.parametrize(
    ("words", "manufacturer", "expected"),
    [
        ("Dell Inc. Latitude 5440", None, ("Dell", "Latitude 5440")),
        ("Dell Latitude 5440", "Dell Inc.", ("Dell", "Latitude 5440")),
        ("Latitude 5440", "Dell Inc.", ("Dell", "Latitude 5440")),
        ("HP EliteBook 840 G9", "HP", ("HP", "EliteBook 840 G9")),
        ("ThinkPad T14 Gen 2", "LENOVO", ("Lenovo", "ThinkPad T14 Gen 2")),
        ("Fairphone 4", "Fairphone", ("Fairphone", "Fairphone 4")),
        (None, "Apple", ("Apple", None)),
        (None, None, (None, None)),
    ],
)
def test_one_spelling_of_maker_and_model(
    words: str | None, manufacturer: str | None, expected: tuple[str | None, str | None]
) -> None:
    assert maker_and_model(words, manufacturer) == expected
