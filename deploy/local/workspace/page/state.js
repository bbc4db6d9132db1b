// What the page knows, and the few questions everything asks of it.

export const state = {
  team: { name: "" },
  me: "",
  users: new Map(),
  apps: [],
  conversations: new Map(),
  messages: new Map(),
  more: new Map(),
  views: [],
  homes: new Map(),
  place: { kind: "channel", id: "" },
  thread: null,
};

/** A member, or something to show for one who is unknown. */
export function member(id) {
  const known = state.users.get(id);
  if (known) return known;
  const name = id === "USLACKBOT" ? "Workspace" : (id ?? "Unknown");
  return { id, real_name: name, name, is_bot: true, color: "7a7f87", profile: { title: "" } };
}

/** The app with a bot user. */
export const appOfUser = (user) => state.apps.find((app) => app.user === user);

/** The direct conversation with a member, if it exists. */
export const directWith = (user) => [...state.conversations.values()].find((entry) => entry.kind === "im" && entry.user === user);

/** What a conversation is called. */
export function conversationName(entry) {
  return entry.kind === "im" ? member(entry.user).real_name : entry.name;
}

/** Take in everything a page starts with. */
export function take(frame) {
  Object.assign(state, { team: frame.team, me: frame.me, apps: frame.apps, views: frame.views });
  state.users = new Map(frame.users.map((user) => [user.id, user]));
  state.conversations = new Map(frame.conversations.map((entry) => [entry.id, entry]));
  state.messages = new Map();
  state.more = new Map();
}
