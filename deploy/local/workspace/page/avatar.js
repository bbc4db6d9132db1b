// A person's or an app's picture: initials on their colour.

import { h, icon } from "./dom.js";
import { appOfUser, member } from "./state.js";

const initials = (name) =>
  name
    .split(/\s+/)
    .map((word) => word[0])
    .filter(Boolean)
    .slice(0, 2)
    .join("")
    .toUpperCase();

/** The picture of a member; decorative, since the name stands beside it. */
export function avatar(id, size = "") {
  const user = member(id);
  const app = user.is_bot;
  const colour = /^[0-9a-f]{3,8}$/i.test(user.color) ? `#${user.color}` : "#7a7f87";
  const content = app && !appOfUser(id) ? icon("bolt") : initials(user.real_name);
  return h("span", { class: `avatar ${size} ${app ? "app" : ""}`, style: `--colour:${colour}`, "aria-hidden": "true" }, content);
}
