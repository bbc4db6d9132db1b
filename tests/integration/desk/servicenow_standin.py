"""ServiceNow's `incident` table, as far as our tickets need it."""

from __future__ import annotations

import re

from aiohttp import web

from schemas.events.desk import TicketState
from tests.integration.desk.standins import AMARA, AMARA_ID, DeskStandIn, StoodTicket, json_object

CODES: dict[TicketState, str] = {
    "open": "1",
    "in_progress": "2",
    "waiting": "3",
    "resolved": "6",
    "closed": "7",
    "cancelled": "8",
}
WRITABLE = frozenset(
    {
        "short_description",
        "description",
        "correlation_id",
        "correlation_display",
        "caller_id",
        "state",
        "close_code",
        "close_notes",
    }
)


class ServiceNowStandIn(DeskStandIn):
    """The `incident` table. Fields that it does not know are ignored, as ServiceNow ignores them."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, dict[str, str]] = {}
        self.notes: dict[str, list[str]] = {}
        self.unsearchable = False

    def route(self, application: web.Application) -> None:
        table = "/api/now/table/incident"
        application.router.add_get("/api/now/table/sys_user", self._users)
        application.router.add_get(table, self._find)
        application.router.add_post(table, self._create)
        application.router.add_get(table + "/{record}", self._read)
        application.router.add_patch(table + "/{record}", self._update)

    def refusal(self, status: int, words: str) -> web.Response:
        return web.json_response({"error": {"message": words, "detail": None}, "status": "failure"}, status=status)

    async def _users(self, request: web.Request) -> web.Response:
        match = re.fullmatch(r"email=([^^]+)\^active=true", request.query["sysparm_query"])
        assert match is not None
        found = [{"sys_id": AMARA_ID, "email": AMARA}] if match[1] == AMARA else []
        return web.json_response({"result": found})

    async def _find(self, request: web.Request) -> web.Response:
        match = re.fullmatch(r"correlation_id=([^^]+)\^ORDERBYsys_created_on", request.query["sysparm_query"])
        assert match is not None
        # A condition that may not be applied is left out of the query: every row is answered.
        found = [row for row in self.rows.values() if self.unsearchable or row["correlation_id"] == match[1]]
        limit = int(request.query["sysparm_limit"])
        return await self.meet(
            "find", request, lambda: web.json_response({"result": [self._shown(row, request) for row in found[:limit]]})
        )

    async def _create(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        if body is None:
            return self.refusal(400, "Exception while reading request")

        def do() -> web.Response:
            number = len(self.rows) + 1
            written = self._stamp() | {"sys_id": f"{number:032x}", "number": f"INC{number:07d}"}
            row = dict.fromkeys(WRITABLE, "") | {"state": "1", "active": "true"} | written
            row |= {name: str(value) for name, value in body.items() if name in WRITABLE}
            self.rows[row["sys_id"]] = row
            self.notes[row["sys_id"]] = []
            return web.json_response({"result": self._shown(row, request)}, status=201)

        return await self.meet("create", request, do)

    async def _read(self, request: web.Request) -> web.Response:
        row = self.rows.get(request.match_info["record"])
        if row is None:
            return self.refusal(404, "No Record found")
        return await self.meet("read", request, lambda: web.json_response({"result": self._shown(row, request)}))

    async def _update(self, request: web.Request) -> web.Response:
        row, body = self.rows.get(request.match_info["record"]), await json_object(request)
        if row is None or body is None:
            return self.refusal(400 if row else 404, "No Record found")

        if body.get("state") == CODES["resolved"] and not (body.get("close_code") and body.get("close_notes")):
            return self.refusal(403, "Data Policy Exception: close_code and close_notes are mandatory")

        def do() -> web.Response:
            if body.get("work_notes"):
                self.notes[row["sys_id"]].append(str(body["work_notes"]))
            self._change(row, {name: str(value) for name, value in body.items() if name in WRITABLE})
            return web.json_response({"result": self._shown(row, request)})

        return await self.meet("update", request, do)

    def _stamp(self, count: int = 0) -> dict[str, str]:
        return {"sys_updated_on": f"{self.moment():%Y-%m-%d %H:%M:%S}", "sys_mod_count": str(count)}

    def _change(self, row: dict[str, str], values: dict[str, str]) -> None:
        row |= values | self._stamp(int(row["sys_mod_count"]) + 1)
        row["active"] = "false" if row["state"] in ("7", "8") else "true"

    def _shown(self, row: dict[str, str], request: web.Request) -> dict[str, str]:
        fields = request.query["sysparm_fields"].split(",")
        shown = {name: row[name] for name in fields if name in row}
        if "work_notes" in fields:
            # The journal has no value of its own: it is there only where display values are asked for.
            entries = "\n\n".join(
                f"2024-11-04 09:30:00 - quartermaster (Work notes)\n{note}" for note in self.notes[row["sys_id"]]
            )
            shown["work_notes"] = entries if request.query.get("sysparm_display_value") == "true" else ""
        return shown

    def tickets(self) -> list[StoodTicket]:
        states = {code: state for state, code in CODES.items()}
        return [
            StoodTicket(
                row["sys_id"],
                row["correlation_id"],
                row["short_description"],
                row["description"],
                row["caller_id"],
                states[row["state"]],
                self.notes[row["sys_id"]],
            )
            for row in self.rows.values()
        ]

    def agent_sets(self, record: str, state: TicketState) -> None:
        self._change(self.rows[record], {"state": CODES[state]})
