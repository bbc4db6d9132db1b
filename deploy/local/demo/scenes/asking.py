"""What staff are answered at once: repair, one from stock, the wave; and what policy does not give."""

from __future__ import annotations

from datetime import date

from deploy.local.demo.requests import about, asked, form_of, reference_in, request_message, serial_of
from deploy.local.demo.stage import Stage

TITLE = "Staff ask in their own words"
ABOUT = "A sentence leads to the form; policy answers at once, each time with its reason, and nobody need decide."
PHOTO = b"\x89PNG\r\n\x1a\n a cracked screen"


async def play(stage: Stage) -> None:
    """A repair, one from stock, one of a wave, one too many."""
    await _repaired_first(stage)
    await _from_stock(stage)
    await _of_a_wave(stage)
    await _too_many(stage)


async def _repaired_first(stage: Stage) -> None:
    tell, grace = stage.tell, stage.grace
    answer = await grace.says("my laptop screen is cracked")
    grace.presses("Replace a device")
    form = await grace.opens(await grace.person.press(answer.message, "replace"), "replace_form")
    laptop = serial_of(stage, grace, "laptop")
    tell.check("her words and her laptop stand in the form", "screen is cracked" in str(form) and laptop in str(form))
    photo = await grace.person.upload("screen.png", PHOTO)
    verdict = await asked(grace, form, {"photos": [photo]}, "with a photo of it")
    until: date = await stage.truth.one("SELECT warranty_ends_on FROM register.devices WHERE serial = $1", laptop)
    words = f"under warranty until {until.day} {until:%B %Y}: repair first"
    tell.check("policy: repair first, and until when", words in verdict, words)
    reference = reference_in(verdict)
    kept = await stage.truth.one("SELECT photos FROM requests.requests WHERE reference = $1", reference)
    tell.equal("photos with the request, as links", len(kept), 1)
    told = await request_message(grace, reference, "Withdraw")
    await grace.uses(told.message, "withdraw_request", "Withdraw")
    gone = await request_message(grace, reference, "Withdrawn")
    tell.check("she withdraws it, in the same message", gone.message["ts"] == told.message["ts"])


async def _from_stock(stage: Stage) -> None:
    tell, chloe = stage.tell, stage.chloe
    phone = serial_of(stage, chloe, "smartphone")
    form = await form_of(chloe)
    verdict = await asked(chloe, form, about(form, phone, "broken"), "a phone that is broken")
    tell.check("policy: one from stock, nothing is bought", "in stock" in verdict and "nothing is bought" in verdict)
    serial, was_in_stock = (
        await stage.truth.rows(
            "SELECT successor_serial, (SELECT state = 'in_stock' AND kind = 'smartphone' FROM register.devices"
            " WHERE serial = successor_serial) FROM requests.requests WHERE reference = $1",
            reference_in(verdict),
        )
    )[0]
    tell.check("the one set aside lies in stock", was_in_stock, serial)


async def _of_a_wave(stage: Stage) -> None:
    tell, idris = stage.tell, stage.idris
    laptop = serial_of(stage, idris, "laptop")
    form = await form_of(idris)
    verdict = await asked(idris, form, about(form, laptop, "slow"), "a laptop too slow to work with")
    quarter, ordered = (
        await stage.truth.rows(
            "SELECT coalesce(placed.quarter, foreseen.quarter), coalesce(placed.state = 'ordered', false)"
            " FROM refresh.queue LEFT JOIN refresh.placements AS placed USING (entry_id)"
            " LEFT JOIN refresh.wave_entries AS foreseen USING (entry_id)"
            " WHERE queue.serial = $1 ORDER BY foreseen.wave_id DESC LIMIT 1",
            laptop,
        )
    )[0]
    month = f"of {quarter:%B %Y}" if quarter else "no wave"
    tell.check("policy: its wave, and when that is", month in verdict, month)
    if ordered:
        told = await request_message(idris, reference_in(verdict), "Ordered")
        tell.check("that wave is ordered, and so is his", "ordered already" in verdict)
        return
    told = await request_message(idris, reference_in(verdict), "cannot wait")
    tell.check("who cannot wait may say so", told.has_button("insist_on_request"))


async def _too_many(stage: Stage) -> None:
    tell, grace = stage.tell, stage.grace
    grace_holds = serial_of(stage, grace, "laptop")
    form = await grace.chooses(await form_of(grace), "device", "not_listed", "kind")
    values = {"device": "not_listed", "kind": "laptop", "reason": "broken", "explanation": "A second one for home"}
    act = await grace.submits(form, values | {"delivery": "Home"}, "Ask", "a second laptop")
    said = " ".join(act.errors.values())
    tell.check("one too many is refused, with what she holds", grace_holds in said and "allows 1 laptop" in said)
    await grace.person.close_view(form)
