// Slack's message markup as elements. Everything that is not markup becomes text nodes.

import { h } from "./dom.js";
import { emoji, emojiNode, isEmoji, texted } from "./emoji.js";
import { member, state } from "./state.js";

export const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

const SAFE = /^(https?:|mailto:|tel:)/i;

/** A link that opens elsewhere; only to web, mail and telephone addresses. */
export function link(address, content) {
  const url = plain(address);
  if (!SAFE.test(url)) return h("span", {}, content ?? url);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, content ?? url);
}

export const userMention = (id) =>
  h("span", { class: `mention ${id === state.me ? "me" : ""}` }, `@${member(id).real_name}`);

export function channelMention(id, label) {
  const known = state.conversations.get(id);
  const name = known?.name ?? label ?? id;
  return known ? h("a", { class: "mention", href: `#/c/${id}` }, `#${name}`) : h("span", { class: "mention" }, `#${name}`);
}

const DATES = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

function pretty(moment, form) {
  const day = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const apart = Math.round((day(new Date()) - day(moment)) / 86400000);
  return { "0": "today", "1": "yesterday", "-1": "tomorrow" }[apart] ?? moment.toLocaleDateString("en-GB", DATES[form]);
}

/** A moment in the words a date format asks for. */
export function dateText(seconds, format) {
  const moment = new Date(Number(seconds) * 1000);
  return format.replace(/\{(\w+)\}/g, (whole, name) => {
    if (name.endsWith("_pretty")) return pretty(moment, name.replace("_pretty", ""));
    if (name.startsWith("time")) return moment.toLocaleTimeString("en-GB", DATES[name] ?? DATES.time);
    return DATES[name] ? moment.toLocaleDateString("en-GB", DATES[name]) : whole;
  });
}

function special(token) {
  const [body, label] = split(token, "|");
  if (body.startsWith("@")) return userMention(body.slice(1));
  if (body.startsWith("#")) return channelMention(body.slice(1), label && plain(label));
  if (body.startsWith("!date^")) {
    const [, seconds, format, address] = body.split("^");
    const time = h("time", { datetime: new Date(Number(seconds) * 1000).toISOString(), title: label }, dateText(seconds, plain(format)));
    return address ? link(address, time) : time;
  }
  if (body.startsWith("!subteam^")) return h("span", { class: "mention" }, label ? plain(label) : "@group");
  if (body.startsWith("!")) return h("span", { class: "mention me" }, `@${body.slice(1)}`);
  return link(body, label ? inline(label) : undefined);
}

function split(text, mark) {
  const place = text.indexOf(mark);
  return place < 0 ? [text, ""] : [text.slice(0, place), text.slice(place + 1)];
}

const INLINE =
  /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+-]+)(?:::skin-tone-\d)?:|(?<![\w*])\*(?!\s)([^*\n]+?)(?<!\s)\*(?![\w*])|(?<![\w_])_(?!\s)([^_\n]+?)(?<!\s)_(?![\w_])|(?<![\w~])~(?!\s)([^~\n]+?)(?<!\s)~(?![\w~])/g;

function inline(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    const [whole, code, token, name, bold, italic, strike] = found;
    if (name && !isEmoji(name)) continue;
    nodes.push(texted(plain(text.slice(from, found.index))));
    from = found.index + whole.length;
    if (code) nodes.push(h("code", {}, plain(code)));
    else if (token) nodes.push(special(token));
    else if (name) nodes.push(emojiNode(name));
    else if (bold) nodes.push(h("strong", {}, inline(bold)));
    else if (italic) nodes.push(h("em", {}, inline(italic)));
    else nodes.push(h("s", {}, inline(strike)));
  }
  nodes.push(texted(plain(text.slice(from))));
  return nodes;
}

function lines(text) {
  const nodes = [];
  let quote = null;
  for (const [place, line] of text.split("\n").entries()) {
    const quoted = /^(?:&gt;|>) ?(.*)$/s.exec(line);
    if (quoted) {
      if (!quote) nodes.push((quote = h("blockquote")));
      else quote.append(h("br"));
      quote.append(...inline(quoted[1]));
      continue;
    }
    if (place > 0 && !quote) nodes.push(h("br"));
    quote = null;
    const item = /^\s*[•◦▪-]\s+(.*)$/s.exec(line);
    nodes.push(item ? h("span", { class: "bullet" }, inline(item[1])) : inline(line));
  }
  return nodes;
}

/** Message markup as nodes. */
export function mrkdwn(text) {
  return (text ?? "")
    .split(/```\n?([\s\S]*?)\n?```\n?/g)
    .map((part, place) => (place % 2 ? h("pre", {}, h("code", {}, plain(part))) : part && lines(part)));
}

/** Plain text with its emoji. */
export function plainText(text) {
  return plain(text ?? "").replace(/:([a-z0-9_+-]+):/g, (whole, name) => (isEmoji(name) ? emoji(name) : whole));
}

/** Plain text with its emoji drawn. */
export function plainNodes(text) {
  const parts = (text ?? "").split(/:([a-z0-9_+-]+):/g);
  return parts.map((part, place) => (place % 2 === 0 ? texted(plain(part)) : isEmoji(part) ? emojiNode(part) : `:${part}:`));
}

/** A text object of either kind. */
export function textObject(object) {
  if (!object) return null;
  return object.type === "mrkdwn" ? mrkdwn(object.text) : plainNodes(object.text);
}
