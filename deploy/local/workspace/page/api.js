// Speaking with the workspace as one person.

let acting = "";

/** Act as a person from now on. */
export function actAs(user) {
  acting = user;
}

/** A path with whom it is fetched as, for images and downloads. */
export function fileAddress(url, extra = "") {
  const path = new URL(url, location.href).pathname;
  return `${path}?as=${encodeURIComponent(acting)}${extra}`;
}

async function ask(verb, path, body) {
  const answer = await fetch(path, {
    method: verb,
    headers: { "X-Act-As": acting, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok && answer.status !== 409) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer.json();
}

export const frame = () => ask("GET", "/client/frame");
export const history = (channel, before = "") =>
  ask("GET", `/client/conversations/${channel}/messages?limit=60&before=${encodeURIComponent(before)}`);
export const thread = (channel, ts) => ask("GET", `/client/conversations/${channel}/messages?thread_ts=${ts}`);
export const say = (channel, body) => ask("POST", `/client/conversations/${channel}/messages`, body);
export const markRead = (channel, ts) => ask("POST", `/client/conversations/${channel}/read`, { ts });
export const openDirect = (user) => ask("POST", "/client/direct", { user });
export const command = (channel, line) => ask("POST", "/client/commands", { channel, line });
export const act = (body) => ask("POST", "/client/actions", body);
export const submit = (view, values) => ask("POST", `/client/views/${view}/submit`, { values });
export const closeView = (view, everything = false) => ask("POST", `/client/views/${view}/close`, { everything });
export const openApp = (app, tab) => ask("POST", `/client/apps/${app}/open`, { tab });
export const shortcut = (body) => ask("POST", "/client/shortcuts", body);
export const react = (body) => ask("POST", "/client/reactions", body);

/** Upload a file; its description. */
export async function upload(file) {
  const answer = await fetch(`/client/files?name=${encodeURIComponent(file.name)}`, {
    method: "POST",
    headers: { "X-Act-As": acting },
    body: file,
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

/** Listen for what happens; reconnects by itself and then says `reload`. */
export function listen(user, told) {
  let socket = null;
  let ended = false;
  let before = false;
  const connect = () => {
    socket = new WebSocket(`ws://${location.host}/client/live?as=${encodeURIComponent(user)}`);
    socket.addEventListener("message", (event) => {
      const update = JSON.parse(event.data);
      if (update.type !== "ready") told(update);
      else if (before) told({ type: "reload" });
      else before = true;
    });
    socket.addEventListener("close", () => {
      if (!ended) setTimeout(connect, 1000);
    });
  };
  connect();
  return () => {
    ended = true;
    socket.close();
  };
}
