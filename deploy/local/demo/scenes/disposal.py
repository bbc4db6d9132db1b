"""The end of what was proved empty: reviewed, given to a charity, resold; certificates that anybody can check."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from bot.render.wording import money
from deploy.local.demo.custody import acts, certificate, outcome
from deploy.local.demo.figures import pence
from deploy.local.demo.shell import quartermaster
from deploy.local.demo.stage import Stage

TITLE = "Resold, given away, and proved"
ABOUT = "Helen Marsh reviews what is proved empty; policy says which way; Idris Bello records what the lot brought."
BROUGHT = 41_001
"""Pence, which three devices cannot share evenly."""
LIFE = (
    "Resold",
    "value reviewed",
    "Wiped",
    "The old device is no longer",
    "Money is set aside",
    "Asked for",
    "First heard",
)
"""Of Amara's old laptop, the latest first."""


async def play(stage: Stage) -> None:
    """Review, charity, resale; the files, and a byte that was changed."""
    await _reviewed(stage)
    await _given(stage)
    await _resold(stage)
    await _checked_outside(stage)
    await _told(stage)


async def _reviewed(stage: Stage) -> None:
    tell, helen = stage.tell, stage.helen
    early = await helen.asks(f"/kit custody {stage.props.worn.serial}")
    tell.check("nothing is sold or given before its review", not early.has_button("custody_act:redistribute"))
    seen = len(helen.person.updates)
    await acts(helen, "custody act review on sanitised", {"condition": "good"}, "all in good condition")
    await outcome(helen, seen, "Reviewed")
    routes = dict(
        await stage.truth.rows("SELECT route, count(*) FROM custody.records WHERE state = 'reviewed' GROUP BY route")
    )
    tell.equal("policy's way for each", routes, {"resale": 3, "redistribution": 1})


async def _given(stage: Stage) -> None:
    tell, helen = stage.tell, stage.helen
    seen = len(helen.person.updates)
    await acts(helen, "custody act redistribute on reviewed", {"charity": "schools"}, "to Devices for Schools")
    told = await outcome(helen, seen, "Given to a charity")
    tell.check("what is to be resold stays, and says why", "did not decide for redistribution" in told.text)
    charity = await stage.truth.one("SELECT charity FROM custody.records WHERE serial = $1", stage.props.worn.serial)
    tell.equal("it went to the charity that was named", charity, "schools")


async def _resold(stage: Stage) -> None:
    tell, idris = stage.tell, stage.idris
    seen = len(idris.person.updates)
    await acts(idris, "custody act resell on reviewed", {"proceeds_pence": money(BROUGHT)}, money(BROUGHT))
    told = await outcome(idris, seen, "Resold")
    name, content = await certificate(idris, seen)
    stage.files[name] = content
    batch = told.text.partition(":")[0]
    tell.check("the certificate of the batch comes with it", batch in name and content.startswith(b"%PDF"), name)
    shares = await stage.truth.rows(
        "SELECT proceeds_pence FROM custody.records WHERE state = 'resold' ORDER BY residual_pence"
    )
    sums = [share for (share,) in shares]
    tell.equal("shared out by value, to the penny", sum(sums), BROUGHT, money)
    tell.check("the one worth most brought most", sums == sorted(sums) and len(sums) == 3, ", ".join(map(money, sums)))


async def _checked_outside(stage: Stage) -> None:
    tell = stage.tell
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, content in stage.files.items():
            files.append(Path(folder) / name)
            files[-1].write_bytes(content)
        code, words = await quartermaster(
            stage, ["custody", "verify", *map(str, files)], ["custody", "verify", *(file.name for file in files)]
        )
        tell.check(
            "both files are as issued, and their chains hold", code == 0 and words.count(": sound.") == len(files)
        )
        changed = Path(folder) / "changed.pdf"
        forged = bytearray(next(iter(stage.files.values())))
        forged[len(forged) // 2] ^= 1
        changed.write_bytes(forged)
        code, words = await quartermaster(
            stage, ["custody", "verify", str(changed)], ["custody", "verify", changed.name]
        )
        tell.check("with one byte changed it is not ours", code == 1 and "NOT OURS" in words)
    code, words = await quartermaster(stage, ["custody", "verify"], ["custody", "verify"])
    documents = await stage.truth.one("SELECT count(*) FROM custody.documents")
    tell.check("every chain and document holds", code == 0 and f"{documents} document" in words and "All hold" in words)
    kept = await stage.truth.rows("SELECT digest, content FROM custody.documents")
    tell.check("each kept document hashes to its digest", all(_sha(each) == digest for digest, each in kept), len(kept))


async def _told(stage: Stage) -> None:
    tell = stage.tell
    finance = await stage.idris.asks("/kit disposals")
    year = finance.rows[-1]
    ends = dict(await stage.truth.rows("SELECT state, count(*) FROM custody.records GROUP BY state"))
    counted = [ends.get("resold", 0), ends.get("redistributed", 0), ends.get("recycled", 0)]
    tell.equal("resold, given, recycled this year", [int(each) for each in year[1:4]], counted)
    tell.equal("and what it brought", pence(year[-1]), BROUGHT, money)
    planner = await stage.helen.asks("/kit disposals")
    tell.check("the planner sees no sum", "£" not in planner.text and planner.rows[-1][1:4] == year[1:4])
    old = stage.props.old.serial
    pages = [await stage.helen.asks(f"/kit find {old}"), await stage.helen.asks(f"/kit find {old} after 15")]
    told = "\n".join(page.text.partition("What happened")[2] for page in pages)
    places = [told.find(step) for step in LIFE]
    in_order = places == sorted(places) and min(places) >= 0
    tell.check("the whole life of one stands in one place, the latest first", in_order, " ← ".join(LIFE))


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
