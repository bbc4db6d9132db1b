"""What a person does with requests. Each is one transaction of state, event and audit; what is refused is audited too.

Which step may be taken, and by whom, is the machine's to say. The same key again answers the same.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid5

from schemas.vocabulary import Kind
from services.access import audit
from services.access.viewer import Viewer
from services.clock import london_date
from services.errors import BadInput
from services.eventlog import outbox
from services.requests import covers, store
from services.requests.covers import Cover
from services.requests.delivering import Deliveries as Deliveries
from services.requests.delivering import Done as Done
from services.requests.handling import Decision, Handling
from services.requests.leaving import Leaving as Leaving
from services.requests.leaving import Left as Left
from services.requests.queries import RequestView
from services.requests.raising import Asked, Raising
from services.requests.reclaiming import Reclaimable as Reclaimable
from services.requests.rules import asking, covering
from services.requests.rules.machine import Cause
from services.requests.rules.verdicts import Reason

_REQUESTS = UUID("0a8d7c52-6d0f-4d6a-9a53-0f5b7f6a2f64")
_COVERS = UUID("5e0b4d0f-7c55-4a0d-9b35-2a3c1f0d6f11")


class Requests(Handling):
    """The commands of those who ask and decide."""

    async def raise_request(
        self,
        viewer: Viewer,
        *,
        device_id: UUID | None,
        kind: Kind,
        reason: Reason,
        needed_by: date | None,
        accessibility_needs: bool,
        explanation: str,
        delivery_place: str,
        idempotency_key: str,
        since: date | None = None,
        photos: tuple[str, ...] = (),
        assistive_technology: str = "",
        recipient_email: str | None = None,
        recipient_name: str | None = None,
    ) -> RequestView:
        """Ask for a device; a device's own kind goes before `kind`. A manager names a recipient for who joins.

        Raises NotAllowed (not theirs), RuleBroken (an open request, over entitlement, nobody may decide), BadInput.
        """
        asked = Asked(
            device_id=device_id,
            kind=kind,
            reason=reason,
            needed_by=needed_by,
            accessibility_needs=accessibility_needs,
            explanation=explanation,
            delivery_place=delivery_place,
            since=since,
            photos=photos,
            assistive_technology=assistive_technology,
            recipient_email=recipient_email,
            recipient_name=recipient_name,
        )
        now = self._clock.now()
        async with self.transaction(viewer, "replace", str(device_id or kind)) as connection:
            request_id = uuid5(_REQUESTS, f"{viewer.email}\n{idempotency_key}")
            if await store.use_key(connection, viewer.email, "raise", idempotency_key, request_id, now):
                return await self.view(connection, viewer, request_id)
            raising = Raising(connection, viewer, self._directory, self.policy, now)
            request, told = await raising.raise_one(request_id, asked)
            await outbox.append(connection, told)
            await audit.record(connection, now, viewer, "replace", request.reference, granted=True)
            return await self.view(connection, viewer, request_id)

    async def approve(self, viewer: Viewer, request_id: UUID, *, idempotency_key: str) -> Decision:
        """Say yes; from stock if a device there fits. Raises NotFound (or not theirs to see) and NotAllowed."""
        return await self.decide_on(viewer, request_id, Cause.APPROVE, None, idempotency_key)

    async def refuse(self, viewer: Viewer, request_id: UUID, *, refusal: str, idempotency_key: str) -> Decision:
        """Say no, and why. Raises NotFound, NotAllowed, and BadInput without a reason."""
        words = _words(refusal, "refusal")
        return await self.decide_on(viewer, request_id, Cause.REFUSE, words, idempotency_key)

    async def ask(self, viewer: Viewer, request_id: UUID, *, question: str, idempotency_key: str) -> RequestView:
        """Who decides wants to know something first. Raises NotFound, NotAllowed, RuleBroken, BadInput."""
        words = _words(question, "question")
        return await self.take_step(
            viewer,
            request_id,
            Cause.ASK,
            idempotency_key,
            what=f"Asked: {words}",
            told="Who decides has a question",
            writes=lambda connection: store.ask_back(connection, request_id, words),
        )

    async def answer(self, viewer: Viewer, request_id: UUID, *, answer: str, idempotency_key: str) -> RequestView:
        """Answer what was asked. Raises NotFound, NotAllowed, RuleBroken, BadInput."""
        words = _words(answer, "answer")
        return await self.take_step(
            viewer,
            request_id,
            Cause.ANSWER,
            idempotency_key,
            what=f"Answered: {words}",
            told="The question is answered",
            writes=lambda connection: store.answer(connection, request_id, words),
        )

    async def withdraw(self, viewer: Viewer, request_id: UUID, *, idempotency_key: str) -> RequestView:
        """Take it back. Raises NotFound, NotAllowed, RuleBroken."""
        return await self.take_step(viewer, request_id, Cause.WITHDRAW, idempotency_key, what="Withdrawn")

    async def insist(self, viewer: Viewer, request_id: UUID, *, why: str, idempotency_key: str) -> RequestView:
        """Not wait for the wave: a manager decides. Raises NotFound, NotAllowed, RuleBroken, BadInput."""
        what = f"Cannot wait for the wave: {_words(why, 'why')}"
        return await self.take_step(
            viewer, request_id, Cause.INSIST, idempotency_key, what=what, told="It cannot wait for its wave"
        )

    async def repaired(self, viewer: Viewer, request_id: UUID, *, idempotency_key: str) -> RequestView:
        """The repair helped. Raises NotFound, NotAllowed, RuleBroken."""
        return await self.take_step(viewer, request_id, Cause.REPAIRED, idempotency_key, what="It is repaired")

    async def not_repaired(self, viewer: Viewer, request_id: UUID, *, why: str, idempotency_key: str) -> RequestView:
        """The repair did not help: a manager decides. Raises NotFound, NotAllowed, RuleBroken, BadInput."""
        what = f"The repair did not help: {_words(why, 'why')}"
        return await self.take_step(
            viewer, request_id, Cause.NOT_REPAIRED, idempotency_key, what=what, told="The repair did not help"
        )

    async def keep(self, viewer: Viewer, request_id: UUID, *, why: str, idempotency_key: str) -> RequestView:
        """Whoever holds a device that is asked for still needs it: it stays. Raises NotFound, NotAllowed, RuleBroken,
        BadInput.
        """
        what = f"Still needed: {_words(why, 'why')}"
        return await self.take_step(
            viewer, request_id, Cause.KEEP, idempotency_key, what=what, told="Its holder still needs it"
        )

    async def call_off(self, viewer: Viewer, request_id: UUID, *, idempotency_key: str) -> RequestView:
        """Ask no more for a device that was asked for. Raises NotFound, NotAllowed, RuleBroken."""
        return await self.take_step(viewer, request_id, Cause.CALL_OFF, idempotency_key, what="Asked for no more")

    async def arrange_cover(
        self, viewer: Viewer, deputy_email: str, from_on: date, until_on: date, *, idempotency_key: str | None = None
    ) -> Cover:
        """Let somebody decide for a manager or director who is away; it takes the place of the cover before.

        Raises NotAllowed (decides nothing), NotFound (no such person), BadInput (days).
        """
        now = self._clock.now()
        async with self.transaction(viewer, "cover", deputy_email) as connection:
            deputy = covering.check_cover(
                viewer,
                self._directory.person(deputy_email),
                deputy_email,
                from_on,
                until_on,
                london_date(now),
                self.policy.days.longest_cover,
            )
            named = f"{viewer.email}\n{idempotency_key or f'{deputy} {from_on} {until_on} {now.isoformat()}'}"
            cover = Cover(
                cover_id=uuid5(_COVERS, named),
                manager_email=viewer.email,
                deputy_email=deputy,
                from_on=from_on,
                until_on=until_on,
            )
            if await covers.begin(connection, cover, viewer.email, now):
                await audit.record(connection, now, viewer, "cover", deputy, granted=True)
            return cover

    async def end_cover(self, viewer: Viewer) -> list[str]:
        """End one's cover now; who covered, nobody if there was none."""
        now = self._clock.now()
        async with self.transaction(viewer, "cover off", viewer.email) as connection:
            ended = await covers.end(connection, viewer.email, now)
            if ended:
                await audit.record(connection, now, viewer, "cover off", ", ".join(ended), granted=True)
            return ended


def _words(text: str, where: str) -> str:
    """What somebody wrote. Raises BadInput if it is nothing, or too long."""
    words = text.strip()
    if not words or len(words) > asking.LONGEST_TEXT:
        raise BadInput(f"say why in up to {asking.LONGEST_TEXT} characters", where=where)
    return words
