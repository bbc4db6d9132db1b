// The stack of modals in front of a person, in one dialog that shows the one on top.

import * as api from "./api.js";
import { viewSurface } from "./acting.js";
import { renderBlocks } from "./blocks.js";
import { fill, h, icon } from "./dom.js";
import { heldFiles, heldValues } from "./elements.js";
import { plainText } from "./mrkdwn.js";
import { appOfUser, state } from "./state.js";

const dialog = document.getElementById("modal");
let errors = {};
let notice = "";
let drawn = null;

const top = () => state.views.at(-1);
const words = (object, otherwise) => (object ? plainText(object.text) : otherwise);

dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  dismiss();
});

async function dismiss() {
  const view = top();
  if (!view) return;
  drop(view.id);
  await api.closeView(view.id);
}

function drop(id) {
  state.views = state.views.filter((view) => view.id !== id);
  errors = {};
  notice = "";
  draw();
}

async function submit(event) {
  event.preventDefault();
  const view = top();
  const button = dialog.querySelector(".dialog-foot .primary");
  const values = heldValues(dialog);
  button.setAttribute("aria-busy", "true");
  button.disabled = true;
  try {
    const act = await api.submit(view.id, values);
    errors = act.errors ?? {};
    notice = act.outcome === "acknowledged" || act.response_action === "errors" ? "" : act.notice;
  } catch (error) {
    notice = `That did not work: ${error.message}`;
  }
  button.removeAttribute("aria-busy");
  button.disabled = false;
  if (top()?.id === view.id && (notice || Object.keys(errors).length)) {
    draw();
    dialog.querySelector("[aria-invalid]")?.focus();
  }
}

/** Keep what was typed and where the caret was across a new drawing of the same view. */
function typedSoFar(view) {
  if (drawn !== view.id || !dialog.open) return { values: {}, files: {}, focus: null };
  const active = document.activeElement;
  return { values: heldValues(dialog), files: heldFiles(dialog), focus: dialog.contains(active) && active.id ? { id: active.id, at: active.selectionStart } : null };
}

function restore(view, { values, focus }) {
  for (const node of dialog.querySelectorAll("input.field, textarea.field")) {
    const value = values[node.dataset.block]?.[node.dataset.action];
    if (typeof value === "string" && value !== "" && !view.state.values[node.dataset.block]?.[node.dataset.action]?.value) node.value = value;
  }
  const again = focus && document.getElementById(focus.id);
  if (!again) return;
  again.focus();
  if (focus.at !== null && again.setSelectionRange && ["text", "textarea"].includes(again.type)) again.setSelectionRange(focus.at, focus.at);
}

/** Before another view covers the one on screen, keep what it holds. */
function remember(next) {
  const covered = drawn && drawn !== next.id && dialog.open && state.views.find((view) => view.id === drawn);
  if (covered) covered.state = { values: keep(covered, heldValues(dialog), heldFiles(dialog)) };
}

/** Draw the modal on top, or none. */
export function draw() {
  const view = top();
  if (!view) {
    drawn = null;
    if (dialog.open) dialog.close();
    return;
  }
  remember(view);
  const before = typedSoFar(view);
  const merged = { ...view, state: { values: keep(view, before.values, before.files) } };
  const app = state.apps.find((entry) => entry.id === view.app_id);
  const deeper = state.views.length > 1;
  dialog.setAttribute("aria-labelledby", "modal-title");
  fill(
    dialog,
    h(
      "form",
      { class: "modal-form", onsubmit: submit, novalidate: true },
      h(
        "header",
        { class: "dialog-head" },
        deeper && h("button", { type: "button", class: "round", "aria-label": "Back", onclick: dismiss }, icon("back")),
        h("div", {}, h("h2", { id: "modal-title" }, words(view.title, "")), app && h("small", {}, app.name)),
        h("button", { type: "button", class: "round", "aria-label": "Close", onclick: dismiss }, icon("close")),
      ),
      h(
        "div",
        { class: "dialog-body" },
        notice && h("div", { class: "trouble-box", role: "alert" }, notice),
        renderBlocks(merged.blocks, viewSurface(merged, () => dialog, errors)),
      ),
      h(
        "footer",
        { class: "dialog-foot" },
        h("button", { type: "button", class: "button", onclick: dismiss }, words(view.close, view.submit ? "Cancel" : "Close")),
        view.submit && h("button", { type: "submit", class: "button primary" }, words(view.submit, "Submit")),
      ),
    ),
  );
  if (!dialog.open) dialog.showModal();
  restore(view, before);
  if (drawn !== view.id && !before.focus) (dialog.querySelector("[autofocus], .dialog-body .field, .dialog-body input") ?? dialog.querySelector("button"))?.focus();
  drawn = view.id;
}

/** The view's state, with choices made here that the workspace has not heard of yet. */
function keep(view, held, files) {
  const values = structuredClone(view.state.values);
  for (const block of view.blocks) {
    const element = block.element ?? block.accessory;
    const value = held[block.block_id]?.[element?.action_id];
    const entry = values[block.block_id]?.[element?.action_id];
    if (!entry || value === undefined || value === null) continue;
    const options = (element.option_groups ?? [{ options: element.options ?? [] }]).flatMap((group) => group.options);
    if ("selected_option" in entry) entry.selected_option = options.find((option) => option.value === value) ?? entry.selected_option;
    else if ("selected_options" in entry) entry.selected_options = options.filter((option) => value.includes(option.value));
    else if ("files" in entry) entry.files = files[block.block_id][element.action_id];
    else if ("selected_users" in entry) entry.selected_users = value;
    else for (const key of Object.keys(entry)) if (key !== "type") entry[key] = value || null;
  }
  return values;
}

/** Take in what happened to views. */
export function viewHappened(update) {
  errors = {};
  notice = "";
  if (update.type === "view_opened") state.views = [update.view];
  else if (update.type === "view_pushed") state.views.push(update.view);
  else if (update.type === "view_updated") state.views = state.views.map((view) => (view.id === update.view.id ? update.view : view));
  else return drop(update.view_id);
  return draw();
}

export { appOfUser };
