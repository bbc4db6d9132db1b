"""Which desk the settings name, ready to be spoken to."""

from __future__ import annotations

import aiohttp

from schemas.events.desk import TicketState
from services.desk.desks.jira import Jira
from services.desk.desks.service_desk import ServiceDesk
from services.desk.desks.servicenow import ServiceNow
from services.desk.settings import DeskSettings
from services.outbound.caller import Caller
from services.outbound.credentials import BasicAuthorisation


def chosen(settings: DeskSettings, session: aiohttp.ClientSession) -> ServiceDesk | None:
    """The desk, or None where there is none. The session is the caller's to close."""
    if settings.desk_system == "servicenow":
        url, password = settings.desk_servicenow_url, settings.desk_servicenow_password
        user = settings.desk_servicenow_user
        assert url is not None, "settings are whole"
        assert user is not None
        assert password is not None
        caller = Caller(session, str(url), BasicAuthorisation(user, password.get_secret_value()))
        return ServiceNow(
            caller, str(url), settings.desk_servicenow_table, close_code=settings.desk_servicenow_close_code
        )
    if settings.desk_system == "jira":
        url, token, project = settings.desk_jira_url, settings.desk_jira_token, settings.desk_jira_project
        email = settings.desk_jira_email
        assert url is not None, "settings are whole"
        assert email is not None
        assert token is not None
        assert project is not None
        caller = Caller(session, str(url), BasicAuthorisation(email, token.get_secret_value()))
        moves: dict[TicketState, str] = {
            "in_progress": settings.desk_jira_start_transition,
            "resolved": settings.desk_jira_resolve_transition,
            "cancelled": settings.desk_jira_cancel_transition,
        }
        return Jira(caller, str(url), project, settings.desk_jira_issue_type, moves)
    return None
