"""People submitting and closing modals, and what the app answers: errors, another view, or nothing more."""

from __future__ import annotations

from deploy.local.workspace import payloads
from deploy.local.workspace.acts.result import TROUBLE, Act, failure
from deploy.local.workspace.blocks.rules import Json
from deploy.local.workspace.blocks.values import merged, submission_errors
from deploy.local.workspace.context import Context
from deploy.local.workspace.errors import RefusedError, SlackError
from deploy.local.workspace.modals import (
    change_modal,
    checked_view,
    clear_modals,
    close_modal,
    hold_values,
    show_modal,
)
from deploy.local.workspace.seed import App
from deploy.local.workspace.store.views import StoredView
from deploy.local.workspace.uploads import attached


async def submit(context: Context, user: str, held: StoredView, given: Json) -> Act:
    """Submit a modal with the plain values of its elements, and do what the app answers."""
    if not held.open or held.type != "modal":
        raise RefusedError("That window was closed.")
    app = context.app(held.app)
    values, errors = merged(held.body["blocks"], held.body["state"]["values"], given)
    values = attached(context, user, app, values)
    errors = {**submission_errors(held.body["blocks"], values), **errors}
    if errors:
        return Act(outcome="refused", response_action="errors", errors=errors, view_id=held.id)
    held = hold_values(context, held, values)
    payload = {
        "type": "view_submission",
        **payloads.who(context, app, user),
        "trigger_id": context.triggers.issue(app.id, user),
        "view": held.body,
        "response_urls": [],
    }
    outcome = await context.couriers[app.id].deliver("interactive", payload)
    if not outcome.acknowledged:
        return failure(outcome)
    current = context.store.views.get(held.id) or held
    try:
        return _followed(context, app, user, current, outcome.payload or {})
    except SlackError as error:
        return Act(outcome="failed", notice=f"{TROUBLE} ({error.code})")


def _followed(context: Context, app: App, user: str, held: StoredView, answer: Json) -> Act:
    action = answer.get("response_action")
    if action is None:
        close_modal(context, held)
        return Act()
    if action == "clear":
        clear_modals(context, user)
        return Act(response_action="clear")
    if action == "errors":
        return _errors(held, answer.get("errors"))
    if action in ("update", "push"):
        view = checked_view(context, app, answer.get("view"), "modal")
        if action == "update":
            shown = change_modal(context, app, held, view, None)
        else:
            shown = show_modal(context, app, user, view, push=True)
        return Act(response_action=action, view_id=shown.id, view=shown.body)
    raise SlackError("invalid_arguments")


def _errors(held: StoredView, errors: object) -> Act:
    inputs = {block["block_id"] for block in held.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise SlackError("invalid_arguments")
    texts = {block: str(text) for block, text in errors.items()}
    return Act(response_action="errors", errors=texts, view_id=held.id)


async def close(context: Context, user: str, held: StoredView, *, everything: bool) -> Act:
    """Close a modal, or the whole stack; the app hears of it where it asked to."""
    if not held.open or held.type != "modal":
        return Act()
    stack = context.store.views.stack(user)
    closed = [view for view in stack if view.id == held.id or everything or held.body["clear_on_close"]]
    for view in closed:
        close_modal(context, view)
    for view in closed:
        if view.body["notify_on_close"]:
            app = context.app(view.app)
            payload = {
                "type": "view_closed",
                **payloads.who(context, app, user),
                "view": view.body,
                "is_cleared": everything,
            }
            await context.couriers[app.id].deliver("interactive", payload)
    return Act()
