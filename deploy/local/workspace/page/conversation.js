// The middle of the page: a conversation, or an app with its home and messages.

import * as api from "./api.js";
import { viewSurface } from "./acting.js";
import { avatar } from "./avatar.js";
import { renderBlocks } from "./blocks.js";
import { composer } from "./composer.js";
import { fill, h, icon } from "./dom.js";
import { messageNodes } from "./messages.js";
import { mrkdwn } from "./mrkdwn.js";
import { conversationName, directWith, member, state } from "./state.js";

const main = document.getElementById("main");
const aside = document.getElementById("thread");

function head(mark, title, note, tabs, openDrawer) {
  return h(
    "header",
    { class: "head" },
    h("button", { type: "button", class: "round only-phone", "aria-label": "Show the list", onclick: openDrawer }, icon("menu")),
    mark,
    h("div", { class: "head-text" }, h("h1", {}, title), note && h("p", {}, note)),
    tabs,
  );
}

function welcome(entry) {
  const direct = entry.kind === "im";
  const other = direct && member(entry.user);
  return h(
    "div",
    { class: "welcome" },
    direct ? avatar(entry.user, "large") : h("span", { class: "mark large" }, icon(entry.kind === "group" ? "lock" : "hash")),
    h("h2", {}, conversationName(entry)),
    h("p", {}, direct ? other.profile.title || "This is the beginning of your conversation." : entry.purpose || "This is the beginning of the channel."),
  );
}

/** Draw the messages of a conversation into the list. */
export function drawMessages(list, entry, { openThread, older }) {
  const messages = state.messages.get(entry.id) ?? [];
  const nearEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 160;
  const more = state.more.get(entry.id);
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  fill(
    list,
    more ? h("button", { type: "button", class: "button older", onclick: older }, "Show earlier messages") : welcome(entry),
    messageNodes(entry.id, messages, { openThread }),
  );
  if (focused?.isConnected) focused.focus({ preventScroll: true });
  return nearEnd;
}

/** Draw a conversation's frame; returns its message list. */
export function drawConversation(entry, { openDrawer }) {
  const list = h("div", { class: "messages", role: "log", "aria-label": "Messages", tabIndex: 0 });
  const direct = entry.kind === "im";
  const mark = direct ? avatar(entry.user, "small") : h("span", { class: "mark" }, icon(entry.kind === "group" ? "lock" : "hash"));
  const note = direct ? member(entry.user).profile.title : entry.topic && mrkdwn(entry.topic);
  const count = !direct && h("span", { class: "head-count", title: entry.members.map((id) => member(id).real_name).join(", ") }, icon("people"), String(entry.members.length));
  const name = direct ? conversationName(entry) : `#${entry.name}`;
  fill(main, head(mark, conversationName(entry), note, count, openDrawer), list, composer({ channel: entry.id, name }));
  return list;
}

/** Draw an app's frame with a tab chosen; returns the message list or the home's place. */
export function drawApp(app, tab, { openDrawer }) {
  const direct = directWith(app.user);
  const tabs = h(
    "div",
    { class: "tabs", role: "tablist", "aria-label": app.name },
    (app.home ? ["home", "messages"] : ["messages"]).map((name) =>
      h("a", { role: "tab", href: `#/a/${app.id}/${name}`, "aria-selected": String(name === tab) }, name === "home" ? "Home" : "Messages"),
    ),
  );
  const content = h("div", tab === "home" ? { class: "home", role: "tabpanel", "aria-label": "Home", tabIndex: 0 } : { class: "messages", role: "log", "aria-label": "Messages", tabIndex: 0 });
  const writing = tab === "messages" && direct && composer({ channel: direct.id, name: app.name });
  fill(main, head(avatar(app.user, "small"), app.name, app.description, tabs, openDrawer), content, writing);
  return content;
}

/** Draw the home tab an app published, or that it is still to come. */
export function drawHome(content, app) {
  const view = state.homes.get(app.id);
  const waiting = h("div", { class: "welcome" }, avatar(app.user, "large"), h("h2", {}, app.name), h("p", {}, "Waiting for the app to show its home…"));
  const at = content.scrollTop;
  fill(content, view ? h("div", { class: "home-page" }, renderBlocks(view.blocks, viewSurface(view, () => content))) : waiting);
  content.scrollTop = at;
}

/** Draw the open thread beside the conversation, or close it. */
export async function drawThread(close) {
  const open = state.thread;
  aside.hidden = !open;
  document.body.classList.toggle("with-thread", Boolean(open));
  if (!open) return;
  const entry = state.conversations.get(open.channel);
  const { messages } = await api.thread(open.channel, open.ts);
  if (state.thread !== open) return;
  const list = h("div", { class: "messages", role: "log", "aria-label": "Replies", tabIndex: 0 }, messageNodes(open.channel, messages, { days: false }));
  const title = h("div", { class: "head-text" }, h("h1", {}, "Thread"), h("p", {}, entry.kind === "im" ? conversationName(entry) : `#${entry.name}`));
  const writing = aside.querySelector("form.composer");
  const keep = writing && aside.dataset.ts === open.ts ? writing : composer({ channel: open.channel, name: "thread", threadTs: open.ts, id: "reply-text" });
  aside.dataset.ts = open.ts;
  if (keep === writing) {
    aside.querySelector(".messages").replaceWith(list);
  } else {
    fill(aside, h("header", { class: "head" }, title, h("button", { type: "button", class: "round", "aria-label": "Close the thread", onclick: close }, icon("close"))), list, keep);
    keep.querySelector("textarea").focus();
  }
  list.scrollTop = list.scrollHeight;
}
