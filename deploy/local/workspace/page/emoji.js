// Short codes people and apps use most; others are shown as they were written.

import { h } from "./dom.js";
import { SHAPES } from "./emoji_shapes.js";

const TABLE =
  "white_check_mark ✅ heavy_check_mark ✔️ x ❌ warning ⚠️ no_entry ⛔ no_entry_sign 🚫 rotating_light 🚨 information_source ℹ️ bulb 💡 " +
  "bell 🔔 no_bell 🔕 zzz 💤 clock3 🕒 hourglass ⌛ hourglass_flowing_sand ⏳ alarm_clock ⏰ stopwatch ⏱️ calendar 📆 date 📅 spiral_calendar_pad 🗓️ " +
  "computer 💻 desktop_computer 🖥️ iphone 📱 calling 📲 keyboard ⌨️ printer 🖨️ battery 🔋 electric_plug 🔌 floppy_disk 💾 tv 📺 package 📦 inbox_tray 📥 " +
  "outbox_tray 📤 truck 🚚 recycle ♻️ wastebasket 🗑️ lock 🔒 unlock 🔓 key 🔑 shield 🛡️ wrench 🔧 hammer_and_wrench 🛠️ gear ⚙️ label 🏷️ clipboard 📋 " +
  "bar_chart 📊 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 moneybag 💰 pound 💷 credit_card 💳 receipt 🧾 page_facing_up 📄 memo 📝 pencil ✏️ " +
  "pencil2 ✏️ mag 🔍 link 🔗 paperclip 📎 pushpin 📌 round_pushpin 📍 file_folder 📁 open_file_folder 📂 books 📚 mailbox 📫 email 📧 envelope ✉️ phone ☎️ " +
  "speech_balloon 💬 thought_balloon 💭 eyes 👀 wave 👋 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 ok_hand 👌 clap 👏 raised_hands 🙌 pray 🙏 point_right 👉 " +
  "point_up ☝️ muscle 💪 handshake 🤝 smile 😄 slightly_smiling_face 🙂 grinning 😀 joy 😂 wink 😉 thinking_face 🤔 neutral_face 😐 disappointed 😞 cry 😢 " +
  "sweat_smile 😅 heart ❤️ green_heart 💚 blue_heart 💙 broken_heart 💔 star ⭐ sparkles ✨ tada 🎉 fire 🔥 rocket 🚀 trophy 🏆 seedling 🌱 sunny ☀️ cloud ☁️ " +
  "umbrella ☔ snowflake ❄️ coffee ☕ house 🏠 office 🏢 police_car 🚓 cop 👮 bust_in_silhouette 👤 busts_in_silhouette 👥 robot_face 🤖 arrow_right ➡️ arrow_left ⬅️ leftwards_arrow_with_hook ↩️ " +
  "arrow_up ⬆️ arrow_down ⬇️ arrows_counterclockwise 🔄 repeat 🔁 fast_forward ⏩ heavy_plus_sign ➕ heavy_minus_sign ➖ question ❓ exclamation ❗ " +
  "red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 white_circle ⚪ black_circle ⚫ large_green_square 🟩 " +
  "large_yellow_square 🟨 large_orange_square 🟧 large_red_square 🟥 white_large_square ⬜ black_large_square ⬛ small_red_triangle 🔺 small_blue_diamond 🔹 one 1️⃣ two 2️⃣ three 3️⃣";

const words = TABLE.split(" ");
const KNOWN = new Map();
for (let place = 0; place + 1 < words.length; place += 2) KNOWN.set(words[place], words[place + 1]);

/** The character of a short code, or the code as written. */
export const emoji = (name) => KNOWN.get(name) ?? `:${name}:`;
export const isEmoji = (name) => KNOWN.has(name) || name in SHAPES;

const DRAWN = new Map([...KNOWN].filter(([name]) => name in SHAPES).map(([name, character]) => [character, name]));
const CHARACTERS = new RegExp(`(${[...DRAWN.keys()].sort((a, b) => b.length - a.length).join("|")})`, "u");

/** Text as nodes, its emoji characters drawn where we have a drawing. */
export function texted(text) {
  return text.split(CHARACTERS).map((part) => (DRAWN.has(part) ? emojiNode(DRAWN.get(part)) : part));
}

/** A short code as a node: our drawing where we have one, else the character. */
export function emojiNode(name) {
  const shapes = SHAPES[name];
  if (!shapes) return h("span", { class: "emoji", role: "img", "aria-label": name }, emoji(name));
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 20 20", class: "emoji", role: "img", "aria-label": name.replaceAll("_", " ") })) svg.setAttribute(key, value);
  for (const [colour, d, width] of shapes) {
    const path = document.createElementNS(space, "path");
    const look = width ? { fill: "none", stroke: colour, "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round" } : { fill: colour };
    for (const [key, value] of Object.entries({ d, ...look })) path.setAttribute(key, value);
    svg.append(path);
  }
  return svg;
}
