"""Raising a request: whose it is, what policy says of it at once, and what is written and told of that."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from schemas.topics import REQUEST
from schemas.vocabulary import Kind
from services.access.directory import Directory
from services.access.viewer import Viewer, viewer_for
from services.clock import london_date
from services.database.pool import Connection
from services.errors import BadInput, NotAllowed, RuleBroken
from services.eventlog.outbox import Outgoing
from services.losses import queries as losses
from services.machines import NEW, Actor
from services.register import queries as register
from services.register.queries import OnShelf
from services.requests import devices, stock, store, waves
from services.requests.announcements import BY_POLICY, announce_approved, announce_raised
from services.requests.policy import RequestPolicy
from services.requests.rules import asking, deciding
from services.requests.rules.asking import DeviceFacts, Recipient
from services.requests.rules.entitled import check_entitlement
from services.requests.rules.guards import Facts, holds
from services.requests.rules.judging import Judgement, judge
from services.requests.rules.machine import REQUEST as MACHINE
from services.requests.rules.machine import Cause, Status
from services.requests.rules.verdicts import GONE, Reason, Verdict
from services.requests.store import Moment, NewRequest

MOST_PHOTOS = 3
BY_POLICY_ALONE = (Status.APPROVED, Status.ALLOCATED)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks for, in their own terms. `device_id` None: nothing of theirs is replaced."""

    device_id: UUID | None
    kind: Kind
    reason: Reason
    needed_by: date | None
    accessibility_needs: bool
    explanation: str
    delivery_place: str
    since: date | None = None
    photos: tuple[str, ...] = ()
    assistive_technology: str = ""
    recipient_email: str | None = None
    recipient_name: str | None = None


class Raising:
    """One request being raised, inside the transaction of its command."""

    def __init__(
        self, connection: Connection, viewer: Viewer, directory: Directory, policy: RequestPolicy, now: datetime
    ) -> None:
        self._connection = connection
        self._viewer = viewer
        self._directory = directory
        self._policy = policy
        self._now = now
        self._today = london_date(now)
        self._managed = deciding.managed_units(viewer, directory)

    async def raise_one(self, request_id: UUID, asked: Asked) -> tuple[NewRequest, list[Outgoing]]:
        """Write the request and its beginning; it, and what is to be told.

        Raises NotAllowed (not theirs to ask for), RuleBroken (an open request, over entitlement, nobody may decide),
        BadInput.
        """
        self._check(asked)
        recipient = self._recipient(asked)
        names_device = asked.device_id is not None
        asking.check_recipient(recipient, asked.reason, self._viewer, self._managed, names_device=names_device)
        device = await self._device(asked)
        if device is not None:
            recipient = self._holder(device)
        kind = (device.kind if device else None) or asked.kind
        if device is None:
            await self._check_entitlement(kind, recipient)
        request = await self._begun(request_id, asked, device, kind, recipient)
        if not await store.insert_request(self._connection, request):
            raise await has_open_request(self._connection, asked.device_id)
        told = await self._written(request)
        if device is not None and device.in_released_wave is not None and device.wave_is_ordered:
            told += await waves.ordered(self._connection, {request_id: device.in_released_wave}, self._now)
        return request, told

    def _check(self, asked: Asked) -> None:
        asking.check_texts(asked.explanation, asked.delivery_place, asked.needed_by, self._today)
        if len(asked.assistive_technology) > asking.LONGEST_TEXT:
            raise BadInput(f"is longer than {asking.LONGEST_TEXT} characters", where="assistive technology")
        if asked.since is not None and asked.since > self._today:
            raise BadInput("lies in the future; choose today or earlier", where="since when")
        if len(asked.photos) > MOST_PHOTOS:
            raise BadInput(f"add at most {MOST_PHOTOS}", where="photos")

    def _recipient(self, asked: Asked) -> Recipient | None:
        if not asked.recipient_email:
            return None
        email = asked.recipient_email.strip().lower()
        person = self._directory.person(email)
        if person is not None:
            return Recipient(email=person.email.lower(), name=person.name, unit=person.unit)
        return Recipient(email=email, name=(asked.recipient_name or "").strip())

    def _holder(self, device: DeviceFacts) -> Recipient | None:
        """A manager asks for a device of somebody of theirs: what replaces it is for its holder."""
        email = (device.holder_email or "").lower()
        if not email or email == self._viewer.email:
            return None
        person = self._directory.person(email)
        return Recipient(email=email, name=person.name if person else email, unit=device.unit)

    async def _device(self, asked: Asked) -> DeviceFacts | None:
        if asked.device_id is None:
            return None
        found = await devices.device_facts(self._connection, self._viewer, asked.device_id, self._today)
        device = asking.check_device(found, self._viewer, self._managed)
        if await store.open_request_of_device(self._connection, asked.device_id):
            raise await has_open_request(self._connection, asked.device_id)
        await self._check_not_replaced(asked.device_id, device)
        await self._check_not_lost(asked.device_id, asked.reason)
        return await devices.with_outlook(self._connection, self._viewer, asked.device_id, device, self._today)

    async def _check_not_replaced(self, device_id: UUID, device: DeviceFacts) -> None:
        """What was lost stays its holder's for the register until it is written off, and is replaced once."""
        whose = (device.holder_email or self._viewer.email).lower()
        if reference := await store.replaced_by(self._connection, device_id, whose):
            raise RuleBroken(f"{reference} has replaced that device already; ask about the one that came instead.")

    async def _check_not_lost(self, device_id: UUID, reason: Reason) -> None:
        """What is reported lost is not repaired, nor swapped without a manager."""
        if reason in GONE:
            return
        loss = await losses.open_loss_of(self._connection, self._viewer, self._directory, device_id)
        if loss is not None:
            raise RuleBroken(
                f"{loss.reference} reports that device lost or stolen; choose that as what happened, or say there that "
                "it was found."
            )

    async def _check_entitlement(self, kind: Kind, recipient: Recipient | None) -> None:
        email = recipient.email if recipient else self._viewer.email
        person = self._directory.person(email)
        # Who asks is told what the recipient holds: their own manager asks, and nobody else may.
        held = await register.my_devices(self._connection, viewer_for(email, self._directory), self._today)
        alike = [each for each in held if each.kind is kind]
        check_entitlement(
            self._policy,
            kind,
            name=recipient.name if recipient else self._viewer.name,
            roles=person.all_roles if person else (),
            title=person.title if person else "",
            holds=[each.serial or "without a serial number" for each in alike],
            asked=await store.asked_for_more(self._connection, email, kind, [each.device_id for each in held]),
            own=recipient is None,
        )

    async def _begun(
        self, request_id: UUID, asked: Asked, device: DeviceFacts | None, kind: Kind, recipient: Recipient | None
    ) -> NewRequest:
        unit = (device.unit if device else None) or (recipient.unit if recipient else None) or self._viewer.unit
        if unit is None:
            raise NotAllowed("The directory does not know your unit; ask end-user services to add you.")
        approver = deciding.approver_for(
            self._viewer.email, unit, self._directory, recipient.email if recipient else None
        )
        judged, picked = await self._judged(asked.reason, device, kind)
        status = self._where_it_begins(judged, stock_at_hand=picked is not None)
        given = picked if status is Status.ALLOCATED else None
        return NewRequest(
            request_id=request_id,
            reference=await store.next_reference(self._connection),
            requester_email=self._viewer.email,
            requester_name=self._viewer.name,
            unit=unit,
            kind=kind,
            reason=asked.reason,
            device_id=asked.device_id,
            serial=device.serial if device else None,
            explanation=asked.explanation.strip(),
            needed_by=asked.needed_by,
            accessibility_needs=asked.accessibility_needs or asked.reason is Reason.ACCESSIBILITY,
            delivery_place=asked.delivery_place.strip(),
            status=status,
            verdict=judged.why,
            approver_email=approver,
            raised_at=self._now,
            recipient_email=recipient.email if recipient else None,
            recipient_name=recipient.name if recipient else None,
            verdict_kind=judged.verdict,
            wave_month=judged.wave_month,
            since=asked.since,
            photos=asked.photos,
            assistive_technology=asked.assistive_technology.strip(),
            successor_device_id=given.device_id if given else None,
            successor_serial=given.serial if given else None,
            from_stock=given is not None,
        )

    async def _judged(self, reason: Reason, device: DeviceFacts | None, kind: Kind) -> tuple[Judgement, OnShelf | None]:
        """Policy's verdict. Stock is looked at only where nothing else serves, for whoever looks holds it."""
        judged = judge(device, reason, self._policy, self._today, stock_fits=False)
        if judged.verdict is not Verdict.MANAGER_APPROVAL or reason not in self._policy.verdicts.from_stock:
            return judged, None
        shelf = await stock.hold(self._connection, self._today)
        picked = await stock.pick(self._connection, self._policy.served_by(kind), shelf)
        return judge(device, reason, self._policy, self._today, stock_fits=picked is not None), picked

    def _where_it_begins(self, judged: Judgement, *, stock_at_hand: bool) -> Status:
        facts = Facts(
            verdict=judged.verdict,
            asks_manager=self._policy.asks_manager(judged.verdict),
            stock_at_hand=stock_at_hand,
        )
        return Status(MACHINE.take(NEW, Cause.RAISE, [Actor.REQUESTER], lambda guard: holds(guard, facts)).target)

    async def _written(self, request: NewRequest) -> list[Outgoing]:
        """The beginning of its timeline, and its first events: where policy asks nobody, the approval too."""
        moments = [Moment(request.request_id, "raised", self._now, "Asked for", self._viewer.email)]
        told: list[Outgoing] = [(REQUEST, announce_raised(request))]
        if request.status in BY_POLICY_ALONE:
            await store.decide(self._connection, request.request_id, BY_POLICY, self._now, None)
            what = f"{request.successor_serial} from stock is set aside" if request.from_stock else "Approved by policy"
            moments.append(Moment(request.request_id, "approved by policy", self._now, what, BY_POLICY))
            told.append((REQUEST, announce_approved(request, BY_POLICY, 1, self._now)))
        await store.remember(self._connection, moments)
        return told


async def has_open_request(connection: Connection, device_id: UUID | None) -> RuleBroken:
    """That a device is spoken for, and by which request."""
    reference = None if device_id is None else await store.open_request_of_device(connection, device_id)
    return RuleBroken(
        f"That device already has an open request, {reference or 'raised a moment ago'}; follow that one."
    )
