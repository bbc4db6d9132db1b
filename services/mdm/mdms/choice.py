"""Which managements the settings name, ready to be spoken to."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

from services.mdm.mdms import intune, jamf
from services.mdm.mdms.device_management import DeviceManagement
from services.mdm.settings import MdmSettings
from services.outbound.caller import Caller
from services.outbound.credentials import BearerTokens

TITLES = {"intune": intune.Intune.title, "jamf": jamf.Jamf.title}
TOKEN_TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=10)


def chosen(settings: MdmSettings, session: aiohttp.ClientSession) -> Mapping[str, DeviceManagement]:
    """The managements by name, none where none is named. The session is the caller's to close."""
    found: dict[str, DeviceManagement] = {}
    if settings.mdm_intune_tenant_id and settings.mdm_intune_client_id and settings.mdm_intune_client_secret:
        login = str(settings.mdm_intune_login_url).rstrip("/")
        graph = str(settings.mdm_intune_graph_url).rstrip("/")
        tokens = BearerTokens(
            session,
            f"{login}/{settings.mdm_intune_tenant_id}/oauth2/v2.0/token",
            settings.mdm_intune_client_id,
            settings.mdm_intune_client_secret.get_secret_value(),
            settings.mdm_intune_scope,
            timeout=TOKEN_TIMEOUT,
        )
        found["intune"] = intune.Intune(Caller(session, graph, tokens, passing=intune.PASSING))
    if settings.mdm_jamf_url and settings.mdm_jamf_client_id and settings.mdm_jamf_client_secret:
        base = str(settings.mdm_jamf_url).rstrip("/")
        tokens = BearerTokens(
            session,
            f"{base}/api/oauth/token",
            settings.mdm_jamf_client_id,
            settings.mdm_jamf_client_secret.get_secret_value(),
            timeout=TOKEN_TIMEOUT,
        )
        found["jamf"] = jamf.Jamf(Caller(session, base, tokens, passing=jamf.PASSING))
    return found
