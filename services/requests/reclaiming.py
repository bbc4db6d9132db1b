"""A manager asks for a device back that stands idle, or that is one more than its holder may have.

It becomes a request that is due back, as what a leaver holds. But whoever holds it may say that they still need it,
which ends the request and is told to whoever asked.
"""

from __future__ import annotations

from uuid import UUID, uuid5

import msgspec

from schemas.vocabulary import DeviceState, Role
from services.access import audit
from services.access.viewer import Viewer
from services.clock import london_date
from services.database.pool import Connection
from services.errors import BadInput, NotAllowed, NotFound, RuleBroken
from services.losses import queries as losses
from services.machines import NEW
from services.register import queries as register
from services.register.queries import HeldDevice
from services.requests import due_back, store
from services.requests.due_back import DueBack
from services.requests.handling import Handling
from services.requests.leaving import acting
from services.requests.queries import RequestView
from services.requests.rules.asking import LONGEST_TEXT
from services.requests.rules.machine import REQUEST as MACHINE
from services.requests.rules.machine import Cause, Status
from services.requests.rules.verdicts import Reason

_RECLAIMING = UUID("3a1f6d52-90c8-4e5b-8c0e-5f2f0a4b7d19")
_IN_HANDS = (DeviceState.DEPLOYED, DeviceState.IN_REPAIR)


class Reclaimable(msgspec.Struct, frozen=True, kw_only=True):
    """A device that may be asked for, and from whom."""

    device: HeldDevice
    label: str
    email: str
    name: str


class Reclaiming(Handling):
    """The command of those who ask for a device back."""

    async def ahead_of_reclaim(self, viewer: Viewer, device_id: UUID) -> Reclaimable:
        """The device, for somebody who is about to ask for it. Raises, and audits, what `reclaim` would."""
        async with self.transaction(viewer, "reclaim", str(device_id)) as connection:
            return await self._reclaimable(connection, viewer, device_id)

    async def reclaim(self, viewer: Viewer, device_id: UUID, *, why: str, idempotency_key: str) -> RequestView:
        """Ask whoever holds a device to hand it back, in the words `why`; it is due in as many days as every return.

        Raises NotAllowed for those who are neither manager nor planner, NotFound for a device they do not answer for,
        RuleBroken if nobody else holds it or it has an open request, BadInput without words.
        """
        now = self._clock.now()
        async with self.transaction(viewer, "reclaim", str(device_id)) as connection:
            _check_role(viewer)
            act = uuid5(_RECLAIMING, f"{viewer.email}\n{idempotency_key}")
            request_id = uuid5(act, str(device_id))
            if await self.is_repeated(connection, viewer, "reclaim", idempotency_key, request_id, now):
                return await self.view(connection, viewer, request_id)
            found = await self._reclaimable(connection, viewer, device_id)
            words = why.strip()
            if not words or len(words) > LONGEST_TEXT:
                raise BadInput(f"say why in up to {LONGEST_TEXT} characters", where="why")
            due = DueBack(
                viewer=viewer,
                email=found.email,
                name=found.name,
                reason=Reason.RECLAIM,
                explanation=words,
                first_line="Asked for back",
                act=act,
                now=now,
                due_on=self.policy.patience.return_due_on(london_date(now)),
            )
            step = MACHINE.take(NEW, Cause.RECLAIM, [acting(viewer)[1]], lambda _guard: True)
            written = await due_back.write(connection, self._directory, due, [found.device], Status(step.target))
            if not written:
                raise RuleBroken(f"Somebody was faster: {found.label} has an open request by now.")
            await audit.record(connection, now, viewer, "reclaim", written[0].reference, granted=True)
            return await self.view(connection, viewer, request_id)

    async def _reclaimable(self, connection: Connection, viewer: Viewer, device_id: UUID) -> Reclaimable:
        _check_role(viewer)
        seen = acting(viewer)[0]
        device = await register.device_by_id(connection, seen, device_id, london_date(self._clock.now()))
        # One's own device is seen wherever it stands, and answered for only in one's own units.
        if device is None or (seen.units is not None and device.unit not in seen.units):
            raise NotFound("There is no such device in the units you answer for.")
        label = device.serial or device.asset_tag or "the device"
        if device.state not in _IN_HANDS or device.holder_email is None:
            raise RuleBroken(f"By the register nobody has {label} now; look it up with `/kit find {label}`.")
        email = device.holder_email.lower()
        if email == viewer.email:
            raise RuleBroken("You hold it yourself; hand it to end-user services, who note that it is back.")
        reference = await store.open_request_of_device(connection, device_id)
        if reference is not None:
            raise RuleBroken(f"{label} has the open request {reference} already: `/kit request {reference}`.")
        loss = await losses.open_loss_of(connection, seen, self._directory, device_id)
        if loss is not None:
            raise RuleBroken(f"{label} is reported lost or stolen: `/kit loss {loss.reference}` says how that stands.")
        person = self._directory.person(email)
        held = HeldDevice(
            device_id=device.device_id,
            serial=device.serial,
            asset_tag=device.asset_tag,
            kind=device.kind,
            unit=device.unit,
        )
        return Reclaimable(device=held, label=label, email=email, name=person.name if person else email)


def _check_role(viewer: Viewer) -> None:
    if not viewer.has(Role.MANAGER, Role.PLANNER):
        raise NotAllowed("That is for the manager or the planner to do, not for you.")
