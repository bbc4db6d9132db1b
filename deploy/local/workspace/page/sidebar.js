// The list of places, and whom one acts as.

import { avatar } from "./avatar.js";
import { fill, h, icon, menu } from "./dom.js";
import { conversationName, directWith, member, state } from "./state.js";

const people = () => [...state.users.values()].filter((user) => !user.is_bot);

function actAs(change) {
  const me = member(state.me);
  const node = h(
    "button",
    { type: "button", class: "act-as", "aria-label": `Act as: ${me.real_name}, ${me.profile.title}` },
    avatar(me.id),
    h("span", {}, h("small", {}, "Acting as"), h("b", {}, me.real_name), h("i", {}, me.profile.title)),
    icon("chevron"),
  );
  return menu(
    node,
    () =>
      people().map((user) => ({
        checked: user.id === state.me,
        run: () => change(user.id),
        content: h("span", { class: "person" }, avatar(user.id, "small"), h("span", {}, h("b", {}, user.real_name), h("small", {}, user.profile.title))),
      })),
    { role: "menuitemradio", label: "Act as" },
  );
}

function entry({ href, mark, label, unread, current }) {
  return h(
    "a",
    { class: `entry ${unread ? "unread" : ""}`, href, "aria-current": current ? "page" : null },
    mark,
    h("span", { class: "name" }, label),
    unread ? h("span", { class: "count", "aria-label": `${unread} unread` }, unread > 99 ? "99+" : String(unread)) : null,
  );
}

function group(title, entries) {
  const id = `group-${title.replace(/\W/g, "")}`;
  return entries.length ? h("section", { "aria-labelledby": id }, h("h2", { id }, title), entries) : null;
}

/** Draw the sidebar. */
export function drawSidebar(node, { change, closeDrawer }) {
  const all = [...state.conversations.values()];
  const channel = (item) =>
    entry({ href: `#/c/${item.id}`, mark: icon(item.kind === "group" ? "lock" : "hash"), label: item.name, unread: item.unread, current: state.place.id === item.id });
  const app = (item) => {
    const direct = directWith(item.user);
    return entry({ href: `#/a/${item.id}/${item.home && !direct?.unread ? "home" : "messages"}`, mark: avatar(item.user, "small"), label: item.name, unread: direct?.unread, current: state.place.id === item.id });
  };
  const person = (user) => {
    const direct = directWith(user.id);
    return entry({ href: `#/u/${user.id}`, mark: avatar(user.id, "small"), label: user.real_name, unread: direct?.unread, current: direct && state.place.id === direct.id });
  };
  fill(
    node,
    h(
      "div",
      { class: "brand" },
      h("img", { src: "/page/icon.svg", alt: "" }),
      h("span", {}, h("b", {}, state.team.name), h("small", {}, "Workspace")),
      h("button", { type: "button", class: "round only-phone", "aria-label": "Close the list", onclick: closeDrawer }, icon("close")),
    ),
    actAs(change),
    h(
      "div",
      { class: "places" },
      group("Apps", state.apps.map(app)),
      group("Channels", all.filter((item) => item.kind !== "im").map(channel)),
      group("Direct messages", people().filter((user) => user.id !== state.me).map(person)),
    ),
  );
}

export { conversationName };
