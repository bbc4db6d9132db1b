"""A managedDevice as Graph v1.0 writes it, made afresh from the simulator's device when it is asked for."""

from __future__ import annotations

import msgspec

from deploy.local.simulator.fleet.device import Device
from deploy.local.simulator.fleet.serials import imei_of
from deploy.local.simulator.identifiers import dashed, digest
from deploy.local.simulator.moments import GRAPH_FOREVER, GRAPH_NEVER, from_microseconds, graph_moment
from deploy.local.simulator.world import World

GIGABYTE = 1_000_000_000


class ActionResult(msgspec.Struct, rename="camel", frozen=True):
    action_name: str
    action_state: str
    start_date_time: str
    last_updated_date_time: str


class ManagedDevice(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """One record; what the simulator does not vary has its usual value as default."""

    id: str
    user_id: str
    device_name: str
    device_action_results: list[ActionResult]
    enrolled_date_time: str
    last_sync_date_time: str
    operating_system: str
    compliance_state: str
    os_version: str
    device_enrollment_type: str
    email_address: str
    azure_ad_device_id: str = msgspec.field(name="azureADDeviceId")
    device_category_display_name: str
    user_principal_name: str
    model: str
    manufacturer: str
    imei: str
    serial_number: str
    user_display_name: str
    wi_fi_mac_address: str
    total_storage_space_in_bytes: int
    free_storage_space_in_bytes: int
    managed_device_name: str
    managed_device_owner_type: str = "company"
    jail_broken: str = "Unknown"
    management_agent: str = "mdm"
    eas_activated: bool = True
    eas_device_id: str = ""
    eas_activation_date_time: str = GRAPH_NEVER
    azure_ad_registered: bool = msgspec.field(name="azureADRegistered", default=True)
    activation_lock_bypass_code: None = None
    device_registration_state: str = "registered"
    is_supervised: bool = False
    exchange_last_successful_sync_date_time: str = GRAPH_NEVER
    exchange_access_state: str = "none"
    exchange_access_state_reason: str = "none"
    remote_assistance_session_url: None = None
    remote_assistance_session_error_details: None = None
    is_encrypted: bool = True
    compliance_grace_period_expiration_date_time: str = GRAPH_FOREVER
    phone_number: str = ""
    android_security_patch_level: str = ""
    configuration_manager_client_enabled_features: None = None
    device_health_attestation_state: None = None
    subscriber_carrier: str = ""
    meid: str = ""
    partner_reported_threat_state: str = "unknown"


def managed_device(world: World, device: Device) -> ManagedDevice:
    """The record of a device. A few have no serial, or a zero for one, and a few have no user, as in life."""
    key = digest(world.seed, "intune", device.number)
    holder = None if _userless(world, device) else device.holder
    phone = device.model.plan.platform == "android"
    email = holder.email if holder else ""
    enrolled = from_microseconds(device.enrolled)
    system = "Android" if phone else "Windows"
    storage = (128 if phone else 512) * GIGABYTE
    return ManagedDevice(
        id=intune_id(world, device),
        user_id=dashed(digest(world.seed, "entra", holder.number)) if holder else "",
        device_name=f"{world.scenario.scenario.asset_prefix}-{device.serial}",
        device_action_results=_actions(device),
        enrolled_date_time=graph_moment(device.enrolled // 1_000_000 * 1_000_000),
        last_sync_date_time=graph_moment(device.last_sync),
        operating_system=system,
        compliance_state="noncompliant" if key[0] == "0" else "compliant",
        os_version=device.os_version,
        device_enrollment_type=_enrolment(userless=holder is None, phone=phone),
        email_address=email,
        azure_ad_device_id=dashed(key[::-1]),
        device_category_display_name=device.model.kind.capitalize(),
        user_principal_name=email,
        model=device.model.plan.name,
        manufacturer=device.model.plan.manufacturer,
        imei=imei_of(device.number) if phone else "",
        serial_number=reported_serial(world, device),
        user_display_name=holder.name if holder else "",
        wi_fi_mac_address=key[:12].upper(),
        total_storage_space_in_bytes=storage,
        free_storage_space_in_bytes=storage * (20 + int(key[1:3], 16) % 60) // 100,
        managed_device_name=(f"{email.partition('@')[0]}_{system}_{enrolled.month}/{enrolled.day}/{enrolled.year}"),
        eas_device_id=key.upper(),
    )


def intune_id(world: World, device: Device) -> str:
    """What Intune calls the device."""
    return dashed(digest(world.seed, "intune", device.number))


def reported_serial(world: World, device: Device) -> str:
    """The serial as Intune knows it: empty or `0` on a few devices that nobody of the directory holds."""
    if device.number >= world.acting_devices:
        if device.number % 1_499 == 7:
            return ""
        if device.number % 2_999 == 11:
            return "0"
    return device.serial


def _userless(world: World, device: Device) -> bool:
    return device.number >= world.acting_devices and device.number % 211 == 3


def _enrolment(*, userless: bool, phone: bool) -> str:
    if phone:
        return "deviceEnrollmentManager" if userless else "userEnrollment"
    return "windowsBulkUserless" if userless else "windowsAzureADJoin"


def _actions(device: Device) -> list[ActionResult]:
    actions = device.commanded if device.action is None else (device.action, *device.commanded)
    return [
        ActionResult(action.name, action.state, graph_moment(action.started), graph_moment(action.updated))
        for action in actions
    ]
