// Building elements from text and attributes only, so that nothing anybody wrote can become markup.

/** An element: attributes by name, `on…` listeners, `class`, and children (text, nodes, lists, nothing). */
export function h(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "style") node.setAttribute("style", value);
    else if (key in node && typeof value !== "string") node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...flat(children));
  return node;
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}

/** Replace all children of a node. */
export function fill(node, ...children) {
  node.replaceChildren(...flat(children));
  return node;
}

const SHAPES = {
  menu: "M4 6h16M4 12h16M4 18h16",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 12l16-8-6 16-3-7z",
  attach: "M20 11.5l-8.2 8.2a5 5 0 01-7-7l8.9-8.9a3.3 3.3 0 014.7 4.7l-8.7 8.7a1.6 1.6 0 01-2.3-2.3l7.8-7.8",
  reply: "M4 5h16v11H10l-5 4v-4H4z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 110 5 2.5 2.5 0 010-5z",
  hash: "M9 4L7 20M17 4l-2 16M4.5 9h16M3.5 15h16",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 017 0v3",
  chevron: "M7 10l5 5 5-5",
  back: "M14 6l-6 6 6 6",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  bolt: "M13 3L5 14h6l-1 7 8-11h-6z",
  people: "M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M16 4.500a3.3 3.3 0 010 6.300M18 14.500c2 .8 3.2 2.6 3.5 5.5",
};

/** A line icon; decorative, so give its button a label. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** A menu that opens under a button and closes on choice, Escape or a click elsewhere. */
export function menu(button, items, { role = "menuitem", label } = {}) {
  const list = h("div", { class: "menu", role: "menu", "aria-label": label ?? button.getAttribute("aria-label") });
  const close = () => {
    list.remove();
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
  };
  const outside = (event) => {
    if (!list.contains(event.target) && !button.contains(event.target)) close();
  };
  const open = () => {
    fill(
      list,
      (typeof items === "function" ? items() : items).map((item) =>
        h(
          "button",
          {
            type: "button",
            role,
            class: item.danger ? "danger" : null,
            "aria-checked": role === "menuitemradio" ? String(Boolean(item.checked)) : null,
            onclick: () => {
              close();
              button.focus();
              item.run();
            },
          },
          item.content ?? item.text,
        ),
      ),
    );
    (button.closest("dialog") ?? document.body).append(list);
    place(list, button);
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside, true);
    list.querySelector("button")?.focus();
  };
  list.addEventListener("keydown", (event) => {
    const entries = [...list.querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      entries[(entries.indexOf(document.activeElement) + step + entries.length) % entries.length].focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      close();
      button.focus();
    }
  });
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => (list.isConnected ? close() : open()));
  return button;
}

function place(list, button) {
  const box = button.getBoundingClientRect();
  if (box.width > 180) list.style.minWidth = `${box.width}px`;
  const width = Math.max(list.offsetWidth, 180);
  const below = window.innerHeight - box.bottom;
  list.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - width - 8))}px`;
  if (below < list.offsetHeight + 12 && box.top > below) list.style.bottom = `${window.innerHeight - box.top + 6}px`;
  else list.style.top = `${box.bottom + 6}px`;
}

/** A short notice at the edge of the page. */
export function toast(text, kind = "") {
  if (!text) return;
  const node = h("div", { class: `toast ${kind}` }, text);
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), 7000);
}

/** A question before something is done, as an app asked for it; resolves to whether to go on. */
export function confirmed(question, text) {
  if (!question) return Promise.resolve(true);
  return new Promise((resolve) => {
    const done = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const dialog = h(
      "dialog",
      { class: "confirm", "aria-labelledby": "confirm-title", oncancel: () => done(false) },
      h("h2", { id: "confirm-title" }, text(question.title)),
      h("div", { class: "confirm-text" }, text(question.text)),
      h(
        "div",
        { class: "dialog-foot" },
        h("button", { type: "button", class: "button", onclick: () => done(false) }, question.deny ? text(question.deny) : "Cancel"),
        h(
          "button",
          { type: "button", class: `button ${question.style === "danger" ? "danger" : "primary"}`, onclick: () => done(true) },
          question.confirm ? text(question.confirm) : "Yes",
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
