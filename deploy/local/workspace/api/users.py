"""users.*, bots.info, team.info, auth.test: who is who."""

from __future__ import annotations

from deploy.local.workspace.api.call import Call, Method
from deploy.local.workspace.api.paging import page_of
from deploy.local.workspace.errors import SlackError
from deploy.local.workspace.store.connection import Json


def _shown(call: Call, user: Json) -> Json:
    if "users:read.email" in call.token.scopes:
        return user
    return {**user, "profile": {key: value for key, value in user["profile"].items() if key != "email"}}


def list_all(call: Call) -> Json:
    """users.list."""
    found = [_shown(call, user) for user in call.context.store.people.users()]
    page, more = page_of(found, call.arguments.text("cursor"), call.arguments.number("limit", 1000, 1000))
    return {"members": page, "cache_ts": int(call.context.now()), **more}


def info(call: Call) -> Json:
    """users.info."""
    return {"user": _shown(call, call.person(call.arguments.text("user")))}


def lookup_by_email(call: Call) -> Json:
    """users.lookupByEmail."""
    call.need("users:read")
    found = call.context.store.people.user_by_email(call.arguments.text("email"))
    if found is None:
        raise SlackError("users_not_found")
    return {"user": found}


def profile(call: Call) -> Json:
    """users.profile.get."""
    user = call.arguments.text("user") or call.app.user_id
    return {"profile": _shown(call, call.person(user))["profile"]}


def bot_info(call: Call) -> Json:
    """bots.info."""
    bot = call.arguments.text("bot") or call.app.bot_id
    for app in call.context.seed.apps:
        if app.bot_id == bot:
            told = {"id": bot, "deleted": False, "name": app.name, "app_id": app.id, "user_id": app.user_id}
            return {"bot": told | {"updated": 0, "icons": {}}}
    raise SlackError("bot_not_found")


def team_info(call: Call) -> Json:
    """team.info."""
    team = call.context.seed.team
    told = {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "", "icon": {}}
    return {"team": told | {"url": f"{call.context.base_url}/"}}


def auth_test(call: Call) -> Json:
    """auth.test."""
    team = call.context.seed.team
    return {
        "url": f"{call.context.base_url}/",
        "team": team.name,
        "team_id": team.id,
        "user": call.app.handle,
        "user_id": call.app.user_id,
        "bot_id": call.app.bot_id,
        "is_enterprise_install": False,
    }


METHODS = {
    "users.list": Method(list_all, "users:read"),
    "users.info": Method(info, "users:read"),
    "users.lookupByEmail": Method(lookup_by_email, "users:read.email"),
    "users.profile.get": Method(profile, "users:read"),
    "bots.info": Method(bot_info, "users:read"),
    "team.info": Method(team_info, "team:read"),
    "auth.test": Method(auth_test),
}
