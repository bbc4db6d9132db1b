"""The programs of a local Quartermaster, and the settings that each is given.

Intake asks the simulated vendors, who send to intake: the same secrets stand on both sides, under each side's names.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.secrets import LocalSecrets
from deploy.local.stack.ports import free_ports
from deploy.local.stack.processes import ProcessSpec

CORE = ("register", "requests", "refresh", "budget", "desk", "losses", "custody", "mdm")
SERVICES = 4
"""Processes of ours, each with its own page of health."""


class Programs:
    """Those that answer people, and those that bring the fleet and watch over it.

    `environment` is what all share; `intake` and `vendors` are ports.
    """

    def __init__(self, environment: Mapping[str, str], keys: LocalSecrets, intake: int, vendors: int) -> None:
        self._environment = environment
        self._keys = keys
        self._intake = intake
        self._vendors = vendors
        self._vendors_url = f"http://127.0.0.1:{vendors}"
        self._health = iter(free_ports(SERVICES))

    def answering(self, slack: Mapping[str, str]) -> list[ProcessSpec]:
        """Those that answer people. Where the environment names a real system, no stand-in is named beside it."""
        real_mdm = {"MDM_INTUNE_TENANT_ID", "MDM_JAMF_URL"} & os.environ.keys()
        stand_ins = ({} if "DESK_SYSTEM" in os.environ else self._desk()) | ({} if real_mdm else self._mdm())
        return [
            self._service("services", *CORE, **stand_ins),
            self._service("intake", "intake", **self._sources()),
            self._service("bot", "bot", **slack),
        ]

    def fleet(self, scenario: str, var: Path, *, live: bool, more: Mapping[str, str]) -> list[ProcessSpec]:
        """The simulated fleet, and the watch over it. `more` are further settings of the simulated vendors."""
        simulator = [sys.executable, "-m", "deploy.local.simulator", "--scenario", scenario]
        state = {"SIMULATOR_STATE": str(var / "simulator.json"), "SIMULATOR_LIVE": str(live).lower()}
        return [
            self._service("watch", "watch"),
            ProcessSpec(
                name="simulator",
                argv=[*simulator, "--port", str(self._vendors)],
                environment={**self._environment, **self._senders(), **state, **more},
                ready_url=f"{self._vendors_url}/healthz",
                ready_seconds=60,
            ),
        ]

    def _service(self, name: str, *names: str, **more: str) -> ProcessSpec:
        port = next(self._health)
        return ProcessSpec(
            name=name,
            argv=[sys.executable, "-m", "deploy.command_line", "run", *names],
            environment={**self._environment, **more, "QUARTERMASTER_HEALTH_PORT": str(port)},
            ready_url=f"http://127.0.0.1:{port}/health/ready",
            ready_seconds=60,
        )

    def _sources(self) -> dict[str, str]:
        keys = self._keys
        return {
            "INTAKE_PORT": str(self._intake),
            "INTUNE_TENANT_ID": "metropolitan.example",
            "INTUNE_CLIENT_ID": "quartermaster",
            "INTUNE_CLIENT_SECRET": keys.intune_client_secret,
            "INTUNE_GRAPH_URL": self._vendors_url,
            "INTUNE_LOGIN_URL": self._vendors_url,
            "INTUNE_POLL_SECONDS": "5",
            "JAMF_WEBHOOK_SECRETS": keys.jamf_webhook_secret,
            "JAMF_URL": self._vendors_url,
            "JAMF_CLIENT_ID": "quartermaster",
            "JAMF_CLIENT_SECRET": keys.jamf_client_secret,
            "JAMF_POLL_SECONDS": "5",
            "SERVICENOW_URL": self._vendors_url,
            "SERVICENOW_USER": "quartermaster",
            "SERVICENOW_PASSWORD": keys.servicenow_password,
            "SERVICENOW_POLL_SECONDS": "5",
            "SERVICENOW_PUSH_SECRETS": keys.servicenow_push_secret,
            "FINANCE_SECRETS": keys.finance_secret,
            # A scenario's day may pass in a minute, and a laptop that sleeps is no silent source.
            "INTAKE_SILENT_AFTER_HOURS": json.dumps(dict.fromkeys(("intune", "jamf", "servicenow"), 60 * 24)),
        }

    def _desk(self) -> dict[str, str]:
        return {
            "DESK_SYSTEM": "servicenow",
            "DESK_SERVICENOW_URL": self._vendors_url,
            "DESK_SERVICENOW_USER": "quartermaster",
            "DESK_SERVICENOW_PASSWORD": self._keys.servicenow_password,
        }

    def _mdm(self) -> dict[str, str]:
        return {
            "MDM_INTUNE_TENANT_ID": "metropolitan.example",
            "MDM_INTUNE_CLIENT_ID": "quartermaster-commands",
            "MDM_INTUNE_CLIENT_SECRET": self._keys.mdm_intune_client_secret,
            "MDM_INTUNE_GRAPH_URL": self._vendors_url,
            "MDM_INTUNE_LOGIN_URL": self._vendors_url,
            "MDM_JAMF_URL": self._vendors_url,
            "MDM_JAMF_CLIENT_ID": "quartermaster-commands",
            "MDM_JAMF_CLIENT_SECRET": self._keys.mdm_jamf_client_secret,
        }

    def _senders(self) -> dict[str, str]:
        keys = self._keys
        return {
            "INTAKE_URL": f"http://127.0.0.1:{self._intake}",
            "INTUNE_TENANT_ID": "metropolitan.example",
            "INTUNE_CLIENT_ID": "quartermaster",
            "INTUNE_CLIENT_SECRET": keys.intune_client_secret,
            "JAMF_WEBHOOK_SECRET": keys.jamf_webhook_secret,
            "JAMF_CLIENT_ID": "quartermaster",
            "JAMF_CLIENT_SECRET": keys.jamf_client_secret,
            "SERVICENOW_USER": "quartermaster",
            "SERVICENOW_PASSWORD": keys.servicenow_password,
            "SERVICENOW_PUSH_SECRET": keys.servicenow_push_secret,
            "FINANCE_SECRET": keys.finance_secret,
            "MDM_INTUNE_CLIENT_ID": "quartermaster-commands",
            "MDM_INTUNE_CLIENT_SECRET": keys.mdm_intune_client_secret,
            "MDM_JAMF_CLIENT_ID": "quartermaster-commands",
            "MDM_JAMF_CLIENT_SECRET": keys.mdm_jamf_client_secret,
        }
