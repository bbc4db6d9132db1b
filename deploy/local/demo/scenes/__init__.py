"""One file a scene, each with a TITLE, an ABOUT and a `play`. They are played in this order, one after another."""

from __future__ import annotations

from types import ModuleType

from deploy.local.demo.scenes import (
    alert,
    arrival,
    asking,
    auditor,
    conflict,
    crash,
    deciding,
    delivery,
    disposal,
    finance,
    idle,
    imports,
    leaver,
    letters,
    loss,
    manager,
    planner,
    repeats,
    replacement,
    sanitising,
    service_desk,
    staff,
    surplus,
    wave,
)

SCENES: tuple[ModuleType, ...] = (
    arrival,
    staff,
    replacement,
    delivery,
    service_desk,
    manager,
    planner,
    finance,
    alert,
    repeats,
    letters,
    conflict,
    imports,
    wave,
    asking,
    deciding,
    loss,
    leaver,
    sanitising,
    disposal,
    idle,
    surplus,
    auditor,
    crash,
)
