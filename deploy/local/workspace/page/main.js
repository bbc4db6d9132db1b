// The page: where one is, what happens, and what is drawn again because of it.

import * as api from "./api.js";
import { drawApp, drawConversation, drawHome, drawMessages, drawThread } from "./conversation.js";
import { toast } from "./dom.js";
import { draw as drawModal, viewHappened } from "./modal.js";
import { drawSidebar } from "./sidebar.js";
import { directWith, state, take } from "./state.js";

const sidebar = document.getElementById("sidebar");
let stopListening = () => {};
let list = null;
let home = null;
// What only this person sees is in no history, and what is said while a history is asked for may not be in it yet: what
// comes before the history is kept for it.
const early = new Map();
const asked = new Set();

const openDrawer = () => document.body.classList.add("drawer");
const closeDrawer = () => document.body.classList.remove("drawer");
document.getElementById("veil").addEventListener("click", closeDrawer);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    if (document.body.classList.contains("drawer")) closeDrawer();
    else if (state.thread) closeThread();
  }
});

function shownConversation() {
  if (state.place.kind === "channel") return state.conversations.get(state.place.id);
  if (state.place.kind === "app" && state.place.tab === "messages") return directWith(state.apps.find((app) => app.id === state.place.id)?.user);
  return null;
}

const side = () => drawSidebar(sidebar, { change: (user) => arrive(user), closeDrawer });
const openThread = (ts) => {
  state.thread = { channel: shownConversation().id, ts };
  drawThread(closeThread);
};
function closeThread() {
  state.thread = null;
  drawThread(closeThread);
}

function drawList(toEnd = false) {
  const entry = shownConversation();
  if (!entry || !list) return;
  const nearEnd = drawMessages(list, entry, { openThread, older: () => older(entry) });
  if (toEnd || nearEnd) end();
}
function end() {
  list.scrollTop = list.scrollHeight;
  for (const image of list.querySelectorAll("img")) if (!image.complete) image.addEventListener("load", () => (list.scrollTop = list.scrollHeight), { once: true });
}

async function older(entry) {
  const messages = state.messages.get(entry.id);
  const page = await api.history(entry.id, messages[0].ts);
  state.messages.set(entry.id, [...page.messages, ...messages]);
  state.more.set(entry.id, page.has_more);
  const height = list.scrollHeight;
  drawList();
  list.scrollTop = list.scrollHeight - height;
}

async function load(entry) {
  if (state.messages.has(entry.id)) return;
  asked.add(entry.id);
  const page = await api.history(entry.id);
  asked.delete(entry.id);
  const came = new Map((early.get(entry.id) ?? []).map((message) => [message.ts, message]));
  const known = page.messages.map((message) => came.get(message.ts) ?? message);
  const last = page.messages.at(-1)?.ts ?? "";
  const added = [...came.values()].filter((message) => message.is_ephemeral || message.ts > last);
  state.messages.set(entry.id, [...known, ...added]);
  early.delete(entry.id);
  state.more.set(entry.id, page.has_more);
}

function read(entry) {
  const last = (state.messages.get(entry.id) ?? []).at(-1);
  entry.unread = 0;
  if (last) api.markRead(entry.id, last.ts);
}

async function showConversation(entry) {
  list = drawConversation(entry, { openDrawer });
  home = null;
  side();
  await load(entry);
  if (shownConversation() !== entry) return;
  drawList(true);
  read(entry);
  side();
}

async function showApp(app, tab) {
  const content = drawApp(app, tab, { openDrawer });
  side();
  const place = state.place;
  if (tab === "home") {
    [home, list] = [content, null];
    drawHome(home, app);
    const before = state.homes.get(app.id);
    const act = await api.openApp(app.id, "home");
    // What the app published while we asked is newer than what we asked for.
    if (act.view && state.place === place && state.homes.get(app.id) === before) {
      state.homes.set(app.id, act.view);
      drawHome(home, app);
    }
    return;
  }
  [home, list] = [null, content];
  const entry = directWith(app.user);
  await load(entry);
  if (state.place !== place) return;
  drawList(true);
  read(entry);
  side();
  await api.openApp(app.id, "messages");
}

async function go() {
  const [, kind, id, rest] = location.hash.split("/");
  closeDrawer();
  if (state.thread) closeThread();
  if (kind === "u") {
    const entry = await api.openDirect(id);
    state.conversations.set(entry.id, entry);
    history.replaceState(null, "", `#/c/${entry.id}`);
    state.place = { kind: "channel", id: entry.id };
    return showConversation(entry);
  }
  const app = kind === "a" && state.apps.find((entry) => entry.id === id || entry.handle === id);
  if (app) {
    const tab = rest === "messages" || !app.home ? "messages" : "home";
    state.place = { kind: "app", id: app.id, tab };
    return showApp(app, tab);
  }
  const all = [...state.conversations.values()];
  const entry = state.conversations.get(id) ?? all.find((item) => item.name === "general") ?? all[0];
  const owner = entry.kind === "im" && state.apps.find((item) => item.user === entry.user);
  if (owner) {
    location.hash = `#/a/${owner.id}/messages`;
    return undefined;
  }
  state.place = { kind: "channel", id: entry.id };
  return showConversation(entry);
}

function messageHappened(update) {
  const held = state.messages.get(update.channel);
  const { message, ts } = update;
  const inThread = message.thread_ts && message.thread_ts !== message.ts && !message.is_ephemeral;
  if (held && !inThread) {
    const place = held.findIndex((entry) => entry.ts === ts);
    if (update.type === "message_deleted") place >= 0 && held.splice(place, 1);
    else if (place >= 0) held[place] = message;
    else if (update.type === "message") held.push(message);
  }
  const kept = message.is_ephemeral ? update.type === "message" : asked.has(update.channel) && update.type !== "message_deleted" && !inThread;
  if (!held && kept) early.set(update.channel, [...(early.get(update.channel) ?? []), message]);
  if (state.thread?.channel === update.channel && [message.thread_ts, message.ts].includes(state.thread.ts)) drawThread(closeThread);
  const shown = shownConversation();
  const entry = state.conversations.get(update.channel);
  if (!entry) return refresh();
  if (shown?.id === update.channel) {
    drawList(message.user === state.me);
    if (document.visibilityState === "visible") read(entry);
  } else if (update.type === "message" && message.user !== state.me) {
    entry.unread += 1;
    side();
  }
  return undefined;
}

function happened(update) {
  if (update.type === "reload") return refresh();
  if (update.type.startsWith("message")) return messageHappened(update);
  if (update.type.startsWith("view")) return viewHappened(update);
  if (update.type === "home_published") {
    state.homes.set(update.app, update.view);
    const app = state.apps.find((entry) => entry.id === update.app);
    if (home && state.place.id === update.app) drawHome(home, app);
  }
  return undefined;
}

async function refresh() {
  take(await api.frame());
  drawModal();
  await go();
}

async function arrive(user) {
  stopListening();
  api.actAs(user);
  sessionStorage.setItem("acting", user);
  state.homes = new Map();
  state.thread = null;
  early.clear();
  try {
    const frame = await api.frame();
    take(frame);
  } catch (error) {
    sessionStorage.removeItem("acting");
    return toast(`Cannot act as ${user}: ${error.message}`, "trouble");
  }
  drawThread(closeThread);
  document.title = `${state.team.name} · Workspace`;
  stopListening = api.listen(user, happened);
  drawModal();
  return go();
}

window.addEventListener("hashchange", go);
window.addEventListener("error", (event) => toast(`Something went wrong: ${event.message}`, "trouble"));

const wished = new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem("acting");
arrive(wished || (await (await fetch("/client/first")).json()).user);
