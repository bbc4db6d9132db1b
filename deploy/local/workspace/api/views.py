"""views.*: opening, stacking, changing modals and publishing home tabs."""

from __future__ import annotations

from typing import Any

from deploy.local.workspace import modals
from deploy.local.workspace.api.call import Call, Method
from deploy.local.workspace.errors import SlackError, refused_arguments
from deploy.local.workspace.store.connection import Json


def _view(call: Call, expected: str) -> Json:
    view: Any = call.arguments.structure("view", "invalid_arguments")
    if view is None:
        raise refused_arguments("invalid_arguments", ["missing required field: view"])
    return modals.checked_view(call.context, call.app, view, expected)


def _shown(call: Call, *, push: bool) -> Json:
    trigger = call.arguments.text("trigger_id") or call.arguments.text("interactivity_pointer")
    if not trigger:
        raise refused_arguments("invalid_arguments", ["missing required field: trigger_id"])
    view = _view(call, "modal")
    user = call.context.triggers.exchange(trigger, call.app.id)
    return {"view": modals.show_modal(call.context, call.app, user, view, push=push).body}


def open_modal(call: Call) -> Json:
    """views.open."""
    return _shown(call, push=False)


def push_modal(call: Call) -> Json:
    """views.push."""
    return _shown(call, push=True)


def update(call: Call) -> Json:
    """views.update, of a modal or a home tab, by id or by the app's external_id."""
    views = call.context.store.views
    identity, external = call.arguments.text("view_id"), call.arguments.text("external_id")
    if not identity and not external:
        raise refused_arguments("invalid_arguments", ["missing required field: view_id"])
    held = views.get(identity) if identity else views.by_external_id(call.app.id, external)
    if held is None or held.app != call.app.id:
        raise SlackError("not_found")
    view = _view(call, held.type)
    given_hash = call.arguments.text("hash") or None
    if held.type == "home":
        return {"view": modals.publish_home(call.context, call.app, held.user, view, given_hash).body}
    return {"view": modals.change_modal(call.context, call.app, held, view, given_hash).body}


def publish(call: Call) -> Json:
    """views.publish."""
    if not call.app.home:
        raise SlackError("not_enabled")
    user = call.person(call.arguments.required("user_id"))["id"]
    view = _view(call, "home")
    given_hash = call.arguments.text("hash") or None
    return {"view": modals.publish_home(call.context, call.app, user, view, given_hash).body}


METHODS = {
    "views.open": Method(open_modal),
    "views.push": Method(push_modal),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
