// rich_text blocks: sections, lists, quotes, preformatted runs.

import { h } from "./dom.js";
import { emojiNode, texted } from "./emoji.js";
import { channelMention, dateText, link, userMention } from "./mrkdwn.js";

const TAGS = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u", highlight: "mark" };

function styled(node, style = {}) {
  return Object.entries(TAGS).reduce((inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner), node);
}

function piece(part) {
  switch (part.type) {
    case "text":
      return styled(texted(part.text), part.style);
    case "link":
      return styled(link(part.url, part.text), part.style);
    case "emoji":
      return emojiNode(part.name);
    case "user":
      return userMention(part.user_id);
    case "channel":
      return channelMention(part.channel_id);
    case "broadcast":
      return h("span", { class: "mention me" }, `@${part.range}`);
    case "date":
      return h("time", { title: part.fallback }, dateText(part.timestamp, part.format));
    case "color":
      return h("code", {}, h("i", { class: "swatch", style: `background:${/^#[0-9a-f]{3,8}$/i.test(part.value) ? part.value : "transparent"}` }), part.value);
    default:
      return `@${part.usergroup_id ?? part.type}`;
  }
}

function run(element) {
  const pieces = element.elements.map(piece);
  switch (element.type) {
    case "rich_text_list": {
      const items = element.elements.map((item) => h("li", {}, item.elements.map(piece)));
      const attributes = { style: `margin-left:${(element.indent ?? 0) * 1.4}em`, start: element.offset ? String(element.offset + 1) : null };
      return h(element.style === "ordered" ? "ol" : "ul", attributes, items);
    }
    case "rich_text_quote":
      return h("blockquote", {}, pieces);
    case "rich_text_preformatted":
      return h("pre", {}, h("code", {}, pieces));
    default:
      return h("p", {}, pieces);
  }
}

/** A rich_text block's content. */
export const richText = (block) => h("div", { class: "rich" }, block.elements.map(run));
