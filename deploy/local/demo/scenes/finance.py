"""Money: who sees it, who does not, and that the audit log knows both."""

from __future__ import annotations

import io

from openpyxl import load_workbook

from bot.render.budget_sheets import MOST_ENTRIES
from bot.render.wording import money
from deploy.local.demo.figures import column, pence, pence_after, signed_pence
from deploy.local.demo.stage import Stage
from deploy.local.workspace.scripted import Json

TITLE = "Finance follows the money"
ABOUT = "Idris Bello sees lines, outturn, kinds and earlier years; a manager the totals; staff nothing. All is audited."
PNG = b"\x89PNG\r\n\x1a\n"


async def play(stage: Stage) -> None:
    """The budget as each role sees it, against the ledger; then the audit log."""
    tell, idris = stage.tell, stage.idris
    sums = await stage.truth.sums()
    whole = await idris.asks("/kit budget")
    seen = {label: pence_after(label, whole.text) for label in ("committed", "invoiced", "left")}
    ledger = {"committed": sums.committed, "invoiced": sums.invoiced, "left": sums.left}
    tell.equal("the line is the ledger's sum", seen, ledger, money)
    approved = stage.world.scenario.published.approved_pence["2024/25"]
    tell.equal("approved is what was published", pence_after(" % of ", whole.text), approved, money)
    kinds = sum(pence(row[2]) + pence(row[3]) for row in whole.rows)
    tell.equal("the kinds sum to the line", kinds, sums.committed + sums.invoiced, money)
    ordered = await stage.truth.one(
        "SELECT sum(CASE entry_type WHEN 'committed' THEN quantity WHEN 'released' THEN -quantity ELSE 0 END)::bigint"
        " FROM budget.ledger WHERE financial_year = '2024/25'"
    )
    tell.equal("devices ordered this year", sum(column(whole.rows, 1)), ordered)
    outturn = pence_after("Outturn", whole.text)
    tell.check(
        "the outturn lies between what is promised and what is approved",
        # A forecast is told in whole pounds.
        (sums.committed + sums.invoiced) // 100 * 100 <= outturn <= approved,
        money(outturn),
    )
    await _sides(stage, sums.committed + sums.invoiced)
    await _files(stage, whole.message, sums.committed + sums.invoiced)
    published = stage.world.scenario.published.spent_pence
    years = {year: pence_after(year, whole.text) for year in published}
    tell.equal("earlier years as published", years, dict(published), money)

    prior = await idris.asks("/kit budget 2022/23")
    tell.equal("a year before the ledger", pence_after("2022/23 ", prior.text), published["2022/23"], money)
    director = await stage.catherine.asks("/kit budget", room="it-help")
    tell.check("the director sees the same lines and kinds", director.text == whole.text)
    auditor = await stage.ruth.asks("/kit budget")
    tell.check("so does the auditor", auditor.text == whole.text)
    totals = await stage.priya.asks("/kit budget")
    tell.check("a manager sees totals without kinds", not totals.rows and "committed" in totals.text)
    closed = await stage.priya.asks("/kit budget by unit")
    tell.check("and no side of it", "is for finance" in closed.text and "£" not in closed.text)
    refused = await stage.amara.asks("/kit budget")
    tell.check("staff are refused, and see no sum", "is for managers" in refused.text and "£" not in refused.text)
    await _audited(stage)


async def _sides(stage: Stage, used: int) -> None:
    """Every side of the year adds up to the line."""
    months = await stage.idris.asks("/kit budget by month")
    stage.tell.equal("the months sum to the line", sum(signed_pence(row[2]) for row in months.rows), used, money)
    demands = await stage.idris.asks("/kit budget by demand")
    both = sum(signed_pence(row[2]) + signed_pence(row[3]) for row in demands.rows)
    stage.tell.equal("so do refresh and business as usual", both, used, money)


async def _files(stage: Stage, message: Json, used: int) -> None:
    chart = await stage.idris.fetches(message, "budget_chart", "Chart")
    stage.tell.check("the chart is a PNG", chart.startswith(PNG), f"{len(chart):,} bytes")
    book = load_workbook(io.BytesIO(await stage.idris.fetches(message, "budget_xlsx", "XLSX")), read_only=True)
    _, *kinds = book["Kinds"].iter_rows(values_only=True)
    in_book = sum(round(100 * (committed + invoiced)) for _, _, committed, invoiced, *_ in kinds)
    stage.tell.equal("the workbook's kinds sum to the line", in_book, used, money)
    entries = await stage.truth.one("SELECT count(*) FROM budget.ledger WHERE financial_year = '2024/25'")
    shown = sum(1 for _ in book["Ledger entries"].iter_rows()) - 1
    stage.tell.equal("and it holds the ledger's newest entries", shown, min(entries, MOST_ENTRIES + 1))


async def _audited(stage: Stage) -> None:
    tell = stage.tell
    rows = await stage.truth.rows(
        "SELECT email, split_part(action, ' ', 1), subject, granted, count(*) FROM access.audit"
        " WHERE split_part(action, ' ', 1) IN ('budget', 'counts') GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )
    tell.note("The audit log, budgets and counts:")
    tell.table(
        [
            ["who", "read", "of what", "", "times"],
            *([who.partition("@")[0], act, of, "granted" if ok else "REFUSED", str(n)] for who, act, of, ok, n in rows),
        ],
        numbers_from=4,
    )
    for actor in stage.people.values():
        logged = {each: sum(row[4] for row in rows if row[:2] == (actor.email, each)) for each in ("budget", "counts")}
        asked = {each: actor.asked[each] for each in logged}
        if any(asked.values()):
            tell.equal(f"every such read of {actor.name} stands in it once", logged, asked)
    granted = {email for email, _, _, ok, _ in rows if ok}
    tell.check("staff's are all refused", stage.amara.email not in granted)
    north = (stage.priya.email, "counts", "Central North", False)
    tell.check("and the unit that was not hers", north in {row[:4] for row in rows}, north[2])
