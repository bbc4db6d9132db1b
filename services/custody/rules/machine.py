"""A returned device's way to its end, as data. Nothing skips a step (DESIGN §4 rule 4).

Nothing outside this table says what may happen to a device in custody. `docs/machines.md` draws it.
"""

from __future__ import annotations

from enum import StrEnum

from services.machines import NEW, Actor, Machine, Step


class CustodyState(StrEnum):
    """Where a device in custody stands."""

    RETURNED = "returned"
    WIPE_REQUESTED = "wipe_requested"
    WIPE_FAILED = "wipe_failed"
    TO_DESTRUCTION = "to_destruction"
    DESTROYED = "destroyed"
    SANITISED = "sanitised"
    REVIEWED = "reviewed"
    RESOLD = "resold"
    REDISTRIBUTED = "redistributed"
    RECYCLED = "recycled"
    BACK_IN_USE = "back_in_use"
    WRITTEN_OFF = "written_off"
    JOINED = "joined"


class Cause(StrEnum):
    """What moves a device in custody on."""

    ARRIVE = "arrive"
    REQUEST_WIPE = "request_wipe"
    WIPE_DONE = "wipe_done"
    WIPE_FAILED = "wipe_failed"
    WIPE_REFUSED = "wipe_refused"
    CERTIFY = "certify"
    INSPECT = "inspect"
    SEND_TO_DESTRUCTION = "send_to_destruction"
    DESTROY = "destroy"
    REVIEW = "review"
    RESELL = "resell"
    REDISTRIBUTE = "redistribute"
    RECYCLE = "recycle"
    TAKE_BACK = "take_back"
    LOSE = "lose"
    DOUBT = "doubt"
    RENAME = "rename"
    JOIN = "join"


class Guard(StrEnum):
    """What must hold for a step; `services/custody/rules/guards.py` answers each from the facts."""

    ALREADY_SANITISED = "already_sanitised"
    ACCESSIBILITY_SETTLED = "accessibility_settled"
    MANAGED = "managed"
    CERTIFICATE_AT_HAND = "certificate_at_hand"
    HOLDS_NO_STORAGE = "holds_no_storage"
    TO_BE_RESOLD = "to_be_resold"
    TO_BE_REDISTRIBUTED = "to_be_redistributed"
    TO_BE_RECYCLED = "to_be_recycled"
    ROUTE_APPROVED = "route_approved"
    WEEE_NOTE_AT_HAND = "weee_note_at_hand"


_S, _C, _G, _A = CustodyState, Cause, Guard, Actor
_OPEN = (
    _S.RETURNED,
    _S.WIPE_REQUESTED,
    _S.WIPE_FAILED,
    _S.TO_DESTRUCTION,
    _S.DESTROYED,
    _S.SANITISED,
    _S.REVIEWED,
)

CUSTODY = Machine(
    "custody",
    states={
        _S.RETURNED: "It is back, and nothing proves it empty yet.",
        _S.WIPE_REQUESTED: "A wipe was requested, which is no proof yet.",
        _S.WIPE_FAILED: "The wipe failed: it must be destroyed.",
        _S.TO_DESTRUCTION: "It is on its way to physical destruction.",
        _S.DESTROYED: "It is destroyed, with a certificate.",
        _S.SANITISED: "It is proved empty, and its residual value is to be reviewed.",
        _S.REVIEWED: "Its residual value is reviewed, and where it goes is decided.",
        _S.RESOLD: "It was resold.",
        _S.REDISTRIBUTED: "It was given to an approved charity.",
        _S.RECYCLED: "It was recycled under WEEE.",
        _S.BACK_IN_USE: "It went back into use or stock.",
        _S.WRITTEN_OFF: "It was written off.",
        _S.JOINED: "It proved to be a device whose own record carries on.",
    },
    ends=[_S.RESOLD, _S.REDISTRIBUTED, _S.RECYCLED, _S.BACK_IN_USE, _S.WRITTEN_OFF, _S.JOINED],
    guards={
        _G.ALREADY_SANITISED: "Nothing proves it empty.",
        _G.ACCESSIBILITY_SETTLED: "Its user's accessibility settings are not checked on the new device yet; "
        "until then the old one keeps its data.",
        _G.MANAGED: "No device management knows this device; upload a certificate, or send it to destruction.",
        _G.CERTIFICATE_AT_HAND: "Upload the certificate: a file, who issued it, and its number.",
        _G.HOLDS_NO_STORAGE: "Only a device that holds no storage, such as a monitor, is cleared by inspection.",
        _G.TO_BE_RESOLD: "The review did not decide for resale; review it again to decide otherwise.",
        _G.TO_BE_REDISTRIBUTED: "The review did not decide for redistribution; review it again to decide otherwise.",
        _G.TO_BE_RECYCLED: "The review did not decide for recycling; review it again to decide otherwise.",
        _G.ROUTE_APPROVED: "Choose one of the approved charity routes.",
        _G.WEEE_NOTE_AT_HAND: "Give the number of the WEEE consignment note.",
    },
    steps=[
        Step(
            NEW,
            _C.ARRIVE,
            _S.SANITISED,
            who=[_A.REGISTER],
            guards=[_G.ALREADY_SANITISED],
            does="came back and is proved empty",
        ),
        Step(NEW, _C.ARRIVE, _S.RETURNED, who=[_A.REGISTER], does="came back"),
        # Proof.
        Step(
            _S.RETURNED,
            _C.REQUEST_WIPE,
            _S.WIPE_REQUESTED,
            who=[_A.PLANNER],
            guards=[_G.ACCESSIBILITY_SETTLED, _G.MANAGED],
            does="wipe requested",
        ),
        *(
            Step(source, _C.WIPE_DONE, _S.SANITISED, who=[_A.REGISTER], does="device management tells it is wiped")
            for source in (_S.RETURNED, _S.WIPE_REQUESTED, _S.WIPE_FAILED)
        ),
        *(
            Step(source, _C.WIPE_FAILED, _S.WIPE_FAILED, who=[_A.REGISTER], does="the wipe failed")
            for source in (_S.RETURNED, _S.WIPE_REQUESTED)
        ),
        # Not a failed wipe: none was tried. It may be asked for again, or another proof found.
        Step(
            _S.WIPE_REQUESTED,
            _C.WIPE_REFUSED,
            _S.RETURNED,
            who=[_A.MDM, _A.REGISTER],
            does="device management did not carry out the wipe",
        ),
        # The register found out that it was in use after its proof. One that was said to be destroyed was not, then.
        *(
            Step(
                source,
                _C.DOUBT,
                _S.RETURNED,
                who=[_A.REGISTER],
                does="it was in use after its proof, which proves nothing any more",
            )
            for source in (_S.SANITISED, _S.REVIEWED, _S.DESTROYED)
        ),
        *(
            Step(
                source,
                _C.CERTIFY,
                _S.SANITISED,
                who=[_A.PLANNER],
                guards=[_G.ACCESSIBILITY_SETTLED, _G.CERTIFICATE_AT_HAND],
                does="a certificate of sanitisation was uploaded",
            )
            for source in (_S.RETURNED, _S.WIPE_REQUESTED)
        ),
        Step(
            _S.RETURNED,
            _C.INSPECT,
            _S.SANITISED,
            who=[_A.PLANNER],
            guards=[_G.HOLDS_NO_STORAGE],
            does="inspected: it holds no storage",
        ),
        *(
            Step(
                source,
                _C.SEND_TO_DESTRUCTION,
                _S.TO_DESTRUCTION,
                who=[_A.PLANNER],
                guards=[_G.ACCESSIBILITY_SETTLED],
                does="sent to physical destruction",
            )
            for source in (_S.RETURNED, _S.WIPE_REQUESTED, _S.WIPE_FAILED)
        ),
        Step(
            _S.TO_DESTRUCTION,
            _C.DESTROY,
            _S.DESTROYED,
            who=[_A.PLANNER],
            guards=[_G.CERTIFICATE_AT_HAND],
            does="destroyed; the certificate was uploaded",
        ),
        # Where it goes.
        *(
            Step(source, _C.REVIEW, _S.REVIEWED, who=[_A.PLANNER], does="residual value reviewed")
            for source in (_S.SANITISED, _S.REVIEWED)
        ),
        # What a sale brought is a price, and nobody can add it afterwards: it is recorded by those who see prices.
        Step(
            _S.REVIEWED,
            _C.RESELL,
            _S.RESOLD,
            who=[_A.FINANCE],
            guards=[_G.TO_BE_RESOLD],
            does="resold",
        ),
        Step(
            _S.REVIEWED,
            _C.REDISTRIBUTE,
            _S.REDISTRIBUTED,
            who=[_A.PLANNER],
            guards=[_G.TO_BE_REDISTRIBUTED, _G.ROUTE_APPROVED],
            does="given to a charity",
        ),
        Step(
            _S.REVIEWED,
            _C.RECYCLE,
            _S.RECYCLED,
            who=[_A.PLANNER],
            guards=[_G.TO_BE_RECYCLED, _G.WEEE_NOTE_AT_HAND],
            does="recycled",
        ),
        Step(
            _S.DESTROYED,
            _C.RECYCLE,
            _S.RECYCLED,
            who=[_A.PLANNER],
            guards=[_G.WEEE_NOTE_AT_HAND],
            does="recycled",
        ),
        # What the register tells besides.
        *(
            Step(source, _C.TAKE_BACK, _S.BACK_IN_USE, who=[_A.REGISTER], does="back in use or in stock")
            for source in _OPEN
        ),
        *(Step(source, _C.LOSE, _S.WRITTEN_OFF, who=[_A.REGISTER], does="written off") for source in _OPEN),
        # Two records of the register proved to be one device.
        *(Step(source, _C.RENAME, source, who=[_A.REGISTER], does="known by another id now") for source in _OPEN),
        *(
            Step(source, _C.JOIN, _S.JOINED, who=[_A.REGISTER], does="is a device that is in custody already")
            for source in _OPEN
        ),
    ],
)
