// What happens around an act: the control is busy while the app answers, and trouble is said.

import * as api from "./api.js";
import { toast } from "./dom.js";
import { heldValues } from "./elements.js";

/** Run an act with a control marked busy; whatever failed is told to the person. */
export async function busy(node, work) {
  node?.setAttribute("aria-busy", "true");
  try {
    const act = await work();
    if (act?.notice && act.outcome !== "acknowledged") toast(act.notice, "trouble");
    return act;
  } catch (error) {
    toast(`That did not work: ${error.message}`, "trouble");
    return null;
  } finally {
    node?.removeAttribute("aria-busy");
  }
}

/** The surface of a message, for its blocks. */
export function messageSurface(channel, message, root) {
  return {
    id: `m${message.ts}`,
    act: (node, block, element, value) =>
      busy(node, () => api.act({ channel, ts: message.ts, block_id: block.block_id, action_id: element.action_id, value, values: heldValues(root()) })),
  };
}

/** The surface of a view, for its blocks. */
export function viewSurface(view, root, errors) {
  return {
    id: view.id,
    errors,
    values: view.state.values,
    act: (node, block, element, value) =>
      busy(node, () => api.act({ view_id: view.id, block_id: block.block_id, action_id: element.action_id, value, values: heldValues(root()) })),
  };
}
