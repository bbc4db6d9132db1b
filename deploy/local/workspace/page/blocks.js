// Layout blocks as elements: the same for messages, modals and home tabs.

import { h } from "./dom.js";
import { interactive, isInteractive } from "./elements.js";
import { mrkdwn, plainNodes, plainText, textObject } from "./mrkdwn.js";
import { richText } from "./rich_text.js";
import { fileAddress } from "./api.js";

const source = (image) => image.image_url ?? (image.slack_file?.url ? fileAddress(image.slack_file.url) : fileAddress(`/files/${image.slack_file?.id}/file`));

function accessory(block, surface) {
  const element = block.accessory;
  if (!element) return null;
  if (element.type === "image") return h("img", { class: "accessory-image", src: source(element), alt: element.alt_text });
  const name = element.type === "button" || element.type === "overflow" ? undefined : plainText(block.text?.text ?? "").slice(0, 120) || undefined;
  return h("div", { class: "accessory" }, interactive(block, element, surface, { name }));
}

function section(block, surface) {
  const fields = block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", {}, textObject(field))));
  const text = block.text && h("div", { class: "text" }, textObject(block.text));
  return h("div", { class: "section" }, h("div", { class: "section-body" }, text, fields), accessory(block, surface));
}

function context(block) {
  const item = (element) =>
    element.type === "image" ? h("img", { src: source(element), alt: element.alt_text }) : h("span", {}, textObject(element));
  return h("div", { class: "context" }, block.elements.map(item));
}

function image(block) {
  return h("figure", {}, block.title && h("figcaption", {}, plainText(block.title.text)), h("a", { href: source(block), target: "_blank", rel: "noopener" }, h("img", { src: source(block), alt: block.alt_text, loading: "lazy" })));
}

function cell(content) {
  if (content.type === "rich_text") return richText(content);
  return content.type === "raw_number" ? String(content.text ?? content.value) : plainNodes(content.text);
}

function table(block) {
  const settings = block.column_settings ?? [];
  const attributes = (place) => ({ style: `text-align:${settings[place]?.align ?? "left"};${settings[place]?.is_wrapped ? "white-space:normal" : ""}` });
  const [head, ...rows] = block.rows;
  return h(
    "div",
    { class: "table", tabIndex: 0, role: "region", "aria-label": "Table" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, head.map((content, place) => h("th", { scope: "col", ...attributes(place) }, cell(content))))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((content, place) => h("td", attributes(place), cell(content)))))),
    ),
  );
}

function input(block, surface) {
  const element = block.element;
  const dispatch = Boolean(block.dispatch_action);
  const grouped = ["radio_buttons", "checkboxes"].includes(element.type);
  const label = plainText(block.label.text);
  const node = interactive(block, element, surface, { name: label, dispatch });
  const control = grouped ? node : (node.querySelector?.("summary, input") ?? node);
  const error = surface.errors?.[block.block_id];
  const note = `${node.id || block.block_id}-note`.replace(/[^\w-]/g, "_");
  if (error) control.setAttribute("aria-invalid", "true");
  if (error || block.hint) control.setAttribute("aria-describedby", note);
  return h(
    "div",
    { class: `input ${error ? "wrong" : ""}` },
    h(grouped ? "div" : "label", { class: "label", for: grouped ? null : control.id || null }, label, block.optional && h("span", { class: "optional" }, " optional")),
    node,
    h("div", { id: note, class: "note" }, error ? h("span", { class: "error", role: "alert" }, error) : block.hint && plainText(block.hint.text)),
  );
}

const LAYOUTS = {
  section,
  context,
  image,
  input,
  table,
  header: (block) => h("h3", {}, plainNodes(block.text.text)),
  divider: () => h("hr"),
  rich_text: richText,
  markdown: (block) => h("div", { class: "text" }, mrkdwn(block.text.replaceAll("**", "*").replace(/^#+ (.*)$/gm, "*$1*"))),
  actions: (block, surface) =>
    h("div", { class: "actions" }, block.elements.filter(isInteractive).map((element) => interactive(block, element, surface))),
};

/** Blocks as one node. `surface`: id, act(node, block, element, value), values, errors. */
export function renderBlocks(blocks, surface) {
  return h(
    "div",
    { class: "blocks" },
    blocks.map((block) => {
      const node = LAYOUTS[block.type]?.(block, surface) ?? h("div", { class: "unknown" }, `(${block.type})`);
      node.classList.add("block");
      return node;
    }),
  );
}
