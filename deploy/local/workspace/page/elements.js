// Interactive elements. Each is a node with `data-block`, `data-action` and, where it holds something, `held()`:
// its plain value. `surface.act(block, element, value)` is called when the app wants to know at once.

import { confirmed, h, icon, menu, toast } from "./dom.js";
import { fileAddress, upload } from "./api.js";
import { plainNodes, plainText, textObject } from "./mrkdwn.js";
import { member, state } from "./state.js";

const optionText = (option) => plainText(option.text.text);
const groups = (element) => element.option_groups ?? [{ options: element.options ?? [] }];
const optionsOf = (element) => groups(element).flatMap((group) => group.options);

/** What an element holds now: from the state kept of it, else its own initial value. */
function current(element, entry) {
  switch (element.type) {
    case "static_select":
    case "radio_buttons":
      return (entry ? entry.selected_option : element.initial_option)?.value ?? "";
    case "multi_static_select":
    case "checkboxes":
      return ((entry ? entry.selected_options : element.initial_options) ?? []).map((option) => option.value);
    case "users_select":
      return (entry ? entry.selected_user : element.initial_user) ?? "";
    case "multi_users_select":
      return (entry ? entry.selected_users : element.initial_users) ?? [];
    case "channels_select":
      return (entry ? entry.selected_channel : element.initial_channel) ?? "";
    case "conversations_select":
      return (entry ? entry.selected_conversation : element.initial_conversation) ?? "";
    case "datepicker":
      return (entry ? entry.selected_date : element.initial_date) ?? "";
    case "timepicker":
      return (entry ? entry.selected_time : element.initial_time) ?? "";
    case "datetimepicker":
      return (entry ? entry.selected_date_time : element.initial_date_time) ?? "";
    default:
      return (entry ? entry.value : element.initial_value) ?? "";
  }
}

function button(element, { act }) {
  const style = element.style ? ` ${element.style}` : "";
  const label = element.accessibility_label ?? null;
  const press = async () => {
    if (!(await confirmed(element.confirm, textObject))) return;
    if (element.url) window.open(element.url, "_blank", "noopener");
    act(node, element.value ?? null);
  };
  const node = h("button", { type: "button", class: `button${style}`, "aria-label": label, onclick: press }, plainNodes(element.text.text));
  return node;
}

function overflow(element, { act }) {
  const node = h("button", { type: "button", class: "button quiet", "aria-label": "More options" }, icon("more"));
  const run = async (option) => {
    if (!(await confirmed(element.confirm, textObject))) return;
    if (option.url) window.open(option.url, "_blank", "noopener");
    act(node, option.value);
  };
  return menu(node, element.options.map((option) => ({ text: optionText(option), run: () => run(option) })));
}

function choices(element) {
  const people = [...state.users.values()].filter((user) => !user.is_bot);
  const channels = [...state.conversations.values()].filter((entry) => entry.kind !== "im");
  switch (element.type) {
    case "users_select":
    case "multi_users_select":
      return [{ options: people.map((user) => ({ value: user.id, label: user.real_name, note: user.profile.title })) }];
    case "channels_select":
      return [{ options: channels.filter((entry) => entry.kind === "channel").map((entry) => ({ value: entry.id, label: `#${entry.name}` })) }];
    case "conversations_select":
      return [{ options: conversations(element.filter ?? {}) }];
    default:
      return groups(element).map((group) => ({
        label: group.label && plainText(group.label.text),
        options: group.options.map((option) => ({ value: option.value, label: optionText(option), note: option.description && plainText(option.description.text) })),
      }));
  }
}

const KIND_NAMES = { channel: "public", group: "private", im: "im" };

/** The conversations that a filter leaves: channels by name, then direct ones by whom they are with. */
function conversations({ include, exclude_bot_users: noBots }) {
  const wanted = [...state.conversations.values()].filter((entry) => (!include || include.includes(KIND_NAMES[entry.kind])) && !(noBots && entry.kind === "im" && member(entry.user).is_bot));
  const option = (entry) => ({ value: entry.id, label: entry.kind === "im" ? member(entry.user).real_name : `#${entry.name}` });
  return [...wanted.filter((entry) => entry.kind !== "im"), ...wanted.filter((entry) => entry.kind === "im")].map(option);
}

function select(element, { act, entry, id, name }) {
  const chosen = current(element, entry);
  const option = (item) => h("option", { value: item.value, selected: item.value === chosen }, item.note ? `${item.label} – ${item.note}` : item.label);
  const placeholder = plainText(element.placeholder?.text ?? "Choose…");
  const changed = async () => {
    if (await confirmed(element.confirm, textObject)) act(node, node.value || null);
    else node.value = chosen;
  };
  const node = h(
    "select",
    { id, class: "field", "aria-label": name ?? placeholder, onchange: changed },
    h("option", { value: "" }, placeholder),
    choices(element).map((group) => (group.label ? h("optgroup", { label: group.label }, group.options.map(option)) : group.options.map(option))),
  );
  node.held = () => node.value || null;
  return node;
}

function multiSelect(element, { act, entry, id, name }) {
  const chosen = new Set(current(element, entry));
  const placeholder = plainText(element.placeholder?.text ?? "Choose…");
  const most = element.max_selected_items ?? Infinity;
  const items = choices(element);
  const all = items.flatMap((group) => group.options);
  const summary = h("summary", { id, class: "field", role: "button", "aria-label": name ?? placeholder });
  const show = () => {
    const labels = all.filter((item) => chosen.has(item.value)).map((item) => h("span", { class: "chip" }, item.label));
    summary.replaceChildren(...(labels.length ? labels : [placeholder]));
  };
  const row = (item) => {
    const box = h("input", {
      type: "checkbox",
      checked: chosen.has(item.value),
      onchange: () => {
        if (box.checked && chosen.size >= most) {
          box.checked = false;
          toast(`Choose at most ${most}.`);
          return;
        }
        if (box.checked) chosen.add(item.value);
        else chosen.delete(item.value);
        show();
        act(node, [...chosen]);
      },
    });
    return h("label", {}, box, h("span", {}, item.label, item.note && h("small", {}, item.note)));
  };
  const list = h("div", { class: "options" }, items.map((group) => [group.label && h("b", {}, group.label), group.options.map(row)]));
  const node = h("details", { class: "multi" }, summary, list);
  node.held = () => [...chosen];
  show();
  return node;
}

function boxes(element, { act, entry, id, name }) {
  const single = element.type === "radio_buttons";
  const chosen = new Set([current(element, entry)].flat());
  const read = () => {
    const values = [...node.querySelectorAll("input:checked")].map((input) => input.value);
    return single ? (values[0] ?? null) : values;
  };
  const row = (option) =>
    h(
      "label",
      {},
      h("input", { type: single ? "radio" : "checkbox", name: id, value: option.value, checked: chosen.has(option.value), onchange: () => act(node, read()) }),
      h("span", {}, textObject(option.text), option.description && h("small", {}, textObject(option.description))),
    );
  const node = h("div", { class: "boxes", role: single ? "radiogroup" : "group", id, "aria-label": name }, optionsOf(element).map(row));
  node.held = read;
  return node;
}

const KINDS = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };
const local = (seconds) => {
  if (!seconds) return "";
  const moment = new Date(seconds * 1000);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
};

function picker(element, { act, entry, id, name }) {
  const moment = element.type === "datetimepicker";
  const value = current(element, entry);
  const node = h("input", {
    id,
    class: "field",
    type: KINDS[element.type],
    value: moment ? local(value) : value,
    "aria-label": name ?? plainText(element.placeholder?.text ?? element.type.replace("picker", "")),
    onchange: () => act(node, node.held()),
  });
  node.held = () => (moment ? node.value && Math.floor(new Date(node.value).getTime() / 1000) : node.value) || null;
  return element.type === "datepicker" ? inWords(node, element) : node;
}

// As in Slack, a day reads the same wherever the browser comes from; 3/4 would be March to some and April to others.
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

function inWords(input, element) {
  const shown = h("span", { class: "shown", "aria-hidden": "true" });
  const node = h("div", { class: "day-field" }, input, shown);
  const tell = () => {
    shown.textContent = input.value ? DAY.format(new Date(input.value)) : plainText(element.placeholder?.text ?? "Choose a day");
    node.classList.toggle("empty", !input.value);
  };
  input.addEventListener("input", tell);
  input.addEventListener("change", tell);
  tell();
  node.held = input.held;
  return node;
}

const INPUTS = { email_text_input: "email", url_text_input: "url", number_input: "text", plain_text_input: "text" };

function typed(element, { act, entry, id, name, dispatch }) {
  const tag = element.multiline ? "textarea" : "input";
  const number = element.type === "number_input";
  const on = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const node = h(tag, {
    id,
    class: "field",
    type: element.multiline ? null : INPUTS[element.type],
    inputmode: number ? (element.is_decimal_allowed ? "decimal" : "numeric") : null,
    placeholder: element.placeholder ? plainText(element.placeholder.text) : null,
    maxlength: element.max_length ? String(element.max_length) : null,
    rows: element.multiline ? "4" : null,
    "aria-label": name,
    oninput: () => dispatch && on.includes("on_character_entered") && act(node, node.value),
    onkeydown: (event) => {
      if (event.key === "Enter" && !element.multiline && dispatch && on.includes("on_enter_pressed")) {
        event.preventDefault();
        act(node, node.value);
      }
    },
  });
  node.value = current(element, entry);
  node.held = () => node.value;
  return node;
}

function files(element, { entry, id, name }) {
  const held = (entry?.files ?? []).filter((file) => file.id);
  const most = element.max_files ?? 10;
  const list = h("ul", { class: "uploads" });
  const show = () =>
    list.replaceChildren(
      ...held.map((file) =>
        h(
          "li",
          {},
          file.mimetype?.startsWith("image/") ? h("img", { src: fileAddress(file.url_private), alt: "" }) : icon("file"),
          h("span", {}, file.name),
          h("button", { type: "button", class: "round", "aria-label": `Remove ${file.name}`, onclick: () => (held.splice(held.indexOf(file), 1), show()) }, icon("close")),
        ),
      ),
    );
  const accept = (element.filetypes ?? []).map((type) => `.${type}`).join(",");
  const input = h("input", {
    id,
    type: "file",
    multiple: most > 1,
    accept: accept || null,
    "aria-label": name,
    onchange: async () => {
      const chosen = [...input.files];
      if (chosen.length > most - held.length) toast(`Attach at most ${most} file${most > 1 ? "s" : ""}.`);
      node.setAttribute("aria-busy", "true");
      for (const file of chosen.slice(0, most - held.length)) {
        try {
          held.push(await upload(file));
        } catch (error) {
          toast(`${file.name} was not uploaded: ${error.message}`, "trouble");
        }
      }
      node.removeAttribute("aria-busy");
      input.value = "";
      show();
    },
  });
  const node = h("div", { class: "file-field" }, input, list);
  node.held = () => held.map((file) => file.id);
  node.files = () => held;
  show();
  return node;
}

const MAKERS = {
  button,
  overflow,
  static_select: select,
  users_select: select,
  channels_select: select,
  conversations_select: select,
  multi_static_select: multiSelect,
  multi_users_select: multiSelect,
  radio_buttons: boxes,
  checkboxes: boxes,
  datepicker: picker,
  timepicker: picker,
  datetimepicker: picker,
  plain_text_input: typed,
  number_input: typed,
  email_text_input: typed,
  url_text_input: typed,
  file_input: files,
};

/** Whether an element is one of these. */
export const isInteractive = (element) => element.type in MAKERS;

/** An element of a block as a node; `name` labels it where no visible label does. */
export function interactive(block, element, surface, { name, dispatch = true } = {}) {
  const id = `${surface.id}-${block.block_id}-${element.action_id}`.replace(/[^\w-]/g, "_");
  const act = (node, value) => {
    if (dispatch) surface.act(node, block, element, value);
  };
  const entry = surface.values?.[block.block_id]?.[element.action_id];
  const node = MAKERS[element.type](element, { act, entry, id, name, dispatch });
  node.dataset.block = block.block_id;
  node.dataset.action = element.action_id;
  if (element.focus_on_load) node.autofocus = true;
  return node;
}

/** The files that fields under a node hold: block id, action id, descriptions. */
export function heldFiles(root) {
  const found = {};
  for (const node of root.querySelectorAll("[data-action]")) {
    if (node.files) (found[node.dataset.block] ??= {})[node.dataset.action] = node.files();
  }
  return found;
}

/** The plain values of all elements under a node: block id, action id, value. */
export function heldValues(root) {
  const values = {};
  for (const node of root.querySelectorAll("[data-action]")) {
    if (!node.held) continue;
    (values[node.dataset.block] ??= {})[node.dataset.action] = node.held();
  }
  return values;
}
