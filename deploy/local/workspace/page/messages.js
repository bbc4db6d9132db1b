// The list of messages of a conversation or a thread.

import * as api from "./api.js";
import { busy, messageSurface } from "./acting.js";
import { avatar } from "./avatar.js";
import { renderBlocks } from "./blocks.js";
import { fill, h, icon, menu } from "./dom.js";
import { emoji, emojiNode } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { member, state } from "./state.js";

const GROUPED_SECONDS = 300;
const moment = (ts) => new Date(Number(ts) * 1000);
export const clock = (ts) => moment(ts).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

function dayName(ts) {
  const date = moment(ts);
  const start = (value) => new Date(value.getFullYear(), value.getMonth(), value.getDate());
  const apart = Math.round((start(new Date()) - start(date)) / 86400000);
  if (apart === 0) return "Today";
  if (apart === 1) return "Yesterday";
  return date.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: apart > 300 ? "numeric" : undefined });
}

function size(bytes) {
  return bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function attachment(file) {
  const address = api.fileAddress(file.url_private);
  if (file.mimetype.startsWith("image/") && file.mimetype !== "image/svg+xml") {
    return h("figure", { class: "picture" }, h("figcaption", {}, file.title), h("a", { href: address, target: "_blank", rel: "noopener" }, h("img", { src: address, alt: file.alt_txt ?? file.title, loading: "lazy" })));
  }
  return h(
    "a",
    { class: "file", href: api.fileAddress(file.url_private, "&download=1"), download: file.name },
    icon("file"),
    h("span", {}, h("b", {}, file.title), h("small", {}, `${file.filetype.toUpperCase()} · ${size(file.size)} · Download`)),
  );
}

function reactions(channel, message) {
  if (!message.reactions?.length) return null;
  const one = (reaction) =>
    h(
      "button",
      {
        type: "button",
        class: `reaction ${reaction.users.includes(state.me) ? "mine" : ""}`,
        "aria-label": `${reaction.name}, ${reaction.count}`,
        title: reaction.users.map((user) => member(user).real_name).join(", "),
        onclick: () => api.react({ channel, ts: message.ts, name: reaction.name }),
      },
      emojiNode(reaction.name),
      ` ${reaction.count}`,
    );
  return h("div", { class: "reactions" }, message.reactions.map(one));
}

function tools(channel, message, { openThread }) {
  if (message.is_ephemeral) return null;
  const items = () => [
    ...["+1", "eyes", "white_check_mark"].map((name) => ({ text: `React ${emoji(name)}`, content: h("span", { class: "react" }, "React with ", emojiNode(name)), run: () => api.react({ channel, ts: message.ts, name }) })),
    ...state.apps.flatMap((app) =>
      app.shortcuts
        .filter((shortcut) => shortcut.type === "message")
        .map((shortcut) => ({ text: `${shortcut.name} · ${app.name}`, run: () => busy(null, () => api.shortcut({ callback_id: shortcut.callback_id, channel, ts: message.ts })) })),
    ),
  ];
  return h(
    "div",
    { class: "tools" },
    openThread && h("button", { type: "button", class: "round", "aria-label": "Reply in thread", onclick: () => openThread(message.thread_ts ?? message.ts) }, icon("reply")),
    menu(h("button", { type: "button", class: "round", "aria-label": "More actions" }, icon("more")), items),
  );
}

function threadLink(message, { openThread }) {
  if (!message.reply_count || !openThread) return null;
  const count = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  return h(
    "button",
    { type: "button", class: "thread-link", onclick: () => openThread(message.ts) },
    message.reply_users.slice(0, 3).map((user) => avatar(user, "tiny")),
    h("span", {}, count),
    h("small", {}, `last at ${clock(message.latest_reply)}`),
  );
}

function content(channel, message, root) {
  const parts = [];
  if (message.blocks?.length) parts.push(renderBlocks(message.blocks, messageSurface(channel, message, root)));
  else if (message.text) parts.push(h("div", { class: "text" }, mrkdwn(message.text), message.edited && h("span", { class: "edited" }, " (edited)")));
  parts.push((message.files ?? []).map(attachment));
  return parts;
}

/** One message; `first` draws the author, and the time. */
export function messageNode(channel, message, options, first = true) {
  const author = member(message.user);
  const classes = ["message", first ? "first" : "", message.is_ephemeral ? "ephemeral" : ""].join(" ");
  const time = h("time", { datetime: moment(message.ts).toISOString(), title: moment(message.ts).toLocaleString("en-GB") }, clock(message.ts));
  const node = h("article", { class: classes, "data-ts": message.ts, "data-user": message.user, "aria-label": `${author.real_name} at ${clock(message.ts)}`, tabIndex: -1 });
  fill(
    node,
    h("div", { class: "gutter" }, first ? avatar(message.user) : time.cloneNode(true)),
    h(
      "div",
      { class: "body" },
      message.is_ephemeral && h("div", { class: "only-you" }, icon("eye"), "Only visible to you"),
      first && h("div", { class: "byline" }, h("b", {}, author.real_name), author.is_bot && h("span", { class: "badge" }, "App"), time),
      content(channel, message, () => node),
      reactions(channel, message),
      threadLink(message, options),
    ),
    tools(channel, message, options),
  );
  return node;
}

function startsGroup(before, message) {
  if (!before || message.is_ephemeral || before.is_ephemeral || message.blocks?.length) return true;
  return before.user !== message.user || Number(message.ts) - Number(before.ts) > GROUPED_SECONDS;
}

const drawn = new WeakMap();

/** The node of a message, drawn once as long as the message is the same, so that what was chosen in it stays. */
function keptNode(channel, message, options, first) {
  const kept = drawn.get(message);
  if (kept && kept.first === first) return kept.node;
  const node = messageNode(channel, message, options, first);
  drawn.set(message, { first, node });
  return node;
}

/** All messages as nodes, with the days between them. */
export function messageNodes(channel, messages, options = {}) {
  const nodes = [];
  let before = null;
  for (const message of messages) {
    const newDay = !before || dayName(before.ts) !== dayName(message.ts);
    if (newDay && options.days !== false) nodes.push(h("div", { class: "day", role: "separator" }, h("span", {}, dayName(message.ts))));
    nodes.push(keptNode(channel, message, options, newDay || startsGroup(before, message)));
    before = message;
  }
  return nodes;
}
