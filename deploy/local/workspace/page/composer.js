// Writing: messages, slash commands with their completion, mentions, files.

import * as api from "./api.js";
import { busy } from "./acting.js";
import { avatar } from "./avatar.js";
import { fill, h, icon, menu, toast } from "./dom.js";
import { state } from "./state.js";

const drafts = new Map();

function suggestions(text, caret) {
  const typed = text.slice(0, caret);
  if (/^\/\S*$/.test(typed)) {
    return state.apps.flatMap((app) =>
      app.commands
        .filter((entry) => entry.command.startsWith(typed))
        .map((entry) => ({ insert: `${entry.command} `, from: 0, title: `${entry.command} ${entry.usage_hint}`, note: entry.description, who: app.user })),
    );
  }
  const mention = /(?:^|\s)@([\w ]{0,20})$/.exec(typed);
  if (!mention) return [];
  const wanted = mention[1].toLowerCase();
  return [...state.users.values()]
    .filter((user) => user.id !== state.me && user.real_name.toLowerCase().startsWith(wanted))
    .slice(0, 7)
    .map((user) => ({ insert: `@${user.real_name} `, from: caret - mention[1].length - 1, title: user.real_name, note: user.profile.title, who: user.id }));
}

/** The place to write in a conversation or thread. */
export function composer({ channel, name, threadTs = null, id = "composer-text" }) {
  const key = `${state.me}/${channel}/${threadTs}`;
  const files = [];
  let shown = [];
  let chosen = 0;

  const list = h("div", { class: "suggestions", role: "listbox", id: `${id}-suggestions`, "aria-label": "Suggestions", hidden: true });
  const attached = h("div", { class: "attached" });
  const text = h("textarea", {
    id,
    rows: "1",
    placeholder: `Message ${name}`,
    "aria-label": threadTs ? "Reply" : `Message ${name}`,
    "aria-autocomplete": "list",
    "aria-controls": `${id}-suggestions`,
    oninput: () => (grow(), suggest(), drafts.set(key, text.value)),
    onkeydown: keyed,
    onblur: () => setTimeout(hide, 150),
    onpaste: (event) => attach([...(event.clipboardData?.files ?? [])]),
  });
  const picker = h("input", { type: "file", multiple: true, hidden: true, onchange: () => (attach([...picker.files]), (picker.value = "")) });
  const send = h("button", { type: "submit", class: "button primary send", "aria-label": "Send" }, icon("send"));

  function grow() {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 200)}px`;
  }
  function hide() {
    shown = [];
    list.hidden = true;
    text.removeAttribute("aria-activedescendant");
  }
  function suggest() {
    shown = suggestions(text.value, text.selectionStart);
    chosen = 0;
    draw();
  }
  function draw() {
    list.hidden = shown.length === 0;
    fill(
      list,
      shown.map((item, place) =>
        h(
          "div",
          { role: "option", id: `${id}-option-${place}`, "aria-selected": String(place === chosen), onpointerdown: (event) => (event.preventDefault(), accept(place)) },
          avatar(item.who, "small"),
          h("span", {}, h("b", {}, item.title), h("small", {}, item.note)),
        ),
      ),
    );
    if (shown.length) text.setAttribute("aria-activedescendant", `${id}-option-${chosen}`);
  }
  function accept(place) {
    const item = shown[place];
    text.setRangeText(item.insert, item.from, text.selectionStart, "end");
    hide();
    grow();
    text.focus();
  }
  function keyed(event) {
    if (shown.length) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        chosen = (chosen + step + shown.length) % shown.length;
        return draw();
      }
      const whole = shown[chosen].insert.trim() === text.value.trim();
      if (event.key === "Tab" || (event.key === "Enter" && !whole)) {
        event.preventDefault();
        return accept(chosen);
      }
      if (event.key === "Escape") {
        event.stopPropagation();
        return hide();
      }
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  }
  async function attach(added) {
    for (const file of added) {
      try {
        files.push(await api.upload(file));
      } catch (error) {
        toast(error.message, "trouble");
      }
    }
    drawFiles();
  }
  function drawFiles() {
    fill(
      attached,
      files.map((file) =>
        h("span", { class: "chip" }, file.name, h("button", { type: "button", "aria-label": `Remove ${file.name}`, onclick: () => (files.splice(files.indexOf(file), 1), drawFiles()) }, "×")),
      ),
    );
  }
  async function submit(event) {
    event.preventDefault();
    const line = text.value;
    if (!line.trim() && !files.length) return;
    hide();
    text.value = "";
    drafts.delete(key);
    grow();
    const command = line.startsWith("/") && !files.length;
    const act = await busy(send, () =>
      command ? api.command(channel, line) : api.say(channel, { text: line, thread_ts: threadTs, files: files.map((file) => file.id) }),
    );
    if (!act && !text.value) text.value = line;
    else files.length = 0;
    drawFiles();
  }

  const shortcuts = state.apps.flatMap((app) => app.shortcuts.filter((entry) => entry.type === "global").map((entry) => ({ ...entry, app })));
  const more = menu(h("button", { type: "button", class: "round", "aria-label": "Attach or run a shortcut" }, icon("attach")), [
    { text: "Attach a file", run: () => picker.click() },
    ...shortcuts.map((entry) => ({ text: `${entry.name} · ${entry.app.name}`, run: () => busy(more, () => api.shortcut({ callback_id: entry.callback_id })) })),
  ]);
  const form = h("form", { class: "composer", onsubmit: submit }, list, attached, h("div", { class: "composer-row" }, more, picker, text, send));
  text.value = drafts.get(key) ?? "";
  requestAnimationFrame(grow);
  return form;
}
