"""What could not be read is not lost: it lies in the dead letters, and who may sees and settles it in chat."""

from __future__ import annotations

from functools import partial

from deploy.local.demo.plain_text import lines_of, text_of
from deploy.local.demo.stage import Stage
from deploy.local.workspace.scripted import Json

TITLE = "What could not be read is not lost"
ABOUT = "Jamf's half body lies in the dead letters. Planners deal with it, auditors look, staff do not."
OPEN = "SELECT count(*) FROM intake.dead_letters WHERE settled_at IS NULL"


async def play(stage: Stage) -> None:
    """The list for three roles, the letter in a modal, discarded twice."""
    tell, helen = stage.tell, stage.helen
    for actor, may in ((stage.amara, False), (stage.ruth, True)):
        seen = await actor.asks("/kit deadletters")
        tell.equal(f"{actor.role} may look", "jamf" in seen.text, may)
        tell.check("and may not deal with it", not seen.has_button("dead_letter_discard"))
    listed = await helen.asks("/kit deadletters")
    tell.check("the planner sees source, reason and place", "jamf" in listed.text and "where it ends" in listed.text)

    helen.presses("Show", "#general")
    await helen.person.press(listed.message, "dead_letter_show")
    view = await helen.person.wait_for_view(lambda view: "webhookEvent" in str(view["blocks"]), 15)
    shown = lines_of(view["blocks"])
    tell.came(shown, None, "Quartermaster, in a form")
    tell.check("with what was sent, as far as it came", "webhookEvent" in text_of(view["blocks"]))
    await helen.person.close_view(view)

    for pressed, expected in (("Discard", "Discarded."), ("Discard, once more", "was discarded before")):
        helen.presses(pressed, "#general")
        before = len(helen.person.updates)
        await helen.person.press(listed.message, "dead_letter_discard")
        answer = await helen.sees(partial(_says, expected), after=before)
        tell.came(answer.lines, answer.seconds)
    tell.equal("open dead letters", await stage.truth.one(OPEN), 0)
    audited = await stage.truth.rows(
        "SELECT email, count(*) FROM access.audit WHERE action = 'deadletter show' AND granted GROUP BY 1"
    )
    tell.equal("who looked into it stands in the audit log", audited, [(helen.email, 1)])


def _says(words: str, message: Json) -> bool:
    return words in str(message)
