// Our own drawings of the emoji that apps use most, so that they look the same, and at all, where no emoji font is.
// Each is a list of shapes on a 20 by 20 field: [colour, path] filled, or [colour, path, width] stroked.

const G = "#2f8f5b";
const R = "#c8423b";
const A = "#d98e1f";
const B = "#3b78c2";
const N = "#6b7480";
const Y = "#e5b93c";
const W = "#ffffff";
const K = "#2d333a";
const disc = "M10 1.500a8.5 8.5 0 100 17 8.5 8.5 0 000-17z";
const tile = "M4 2h12a2 2 0 012 2v12a2 2 0 01-2 2H4a2 2 0 01-2-2V4a2 2 0 012-2z";
const tick = "M5.5 10.500l3 3 6-7";
const cross = "M6 6l8 8M14 6l-8 8";
const bell = "M10 2.500a5 5 0 015 5c0 4 1.5 5.5 2 6.500H3c.5-1 2-2.5 2-6.500a5 5 0 015-5zM8 15.500h4a2 2 0 01-4 0z";
const glass = "M5 2h10v2c0 3-3.5 4-3.5 6s3.5 3 3.5 6v2H5v-2c0-3 3.5-4 3.5-6S5 7 5 4z";
const screen = [[K, "M3.5 4h13v9h-13z"], ["#9cc4e4", "M5 5.500h10v6H5z"]];
const page = [["#f3f0e8", "M4 2h9l3 3v13H4z"], [N, "M4 2h9l3 3v13H4z", 1.2]];
const box = [["#b98550", "M2.5 6.500L10 3l7.5 3.500v8L10 18l-7.5-3.500z"], ["#8a5f35", "M2.5 6.500L10 10l7.5-3.500M10 10v8", 1.2]];
const padlock = [[Y, "M4 9h12v9H4z"], [N, "M6.5 9V6.500a3.5 3.5 0 017 0V9", 1.8]];
const clock = [[W, disc], [N, disc, 1.5], [K, "M10 5.500V10l3 2", 1.6]];
const thumb = "M3 9h3v8H3zM7 9l3-6.500c1.5 0 2 1 1.7 2.500L11 8h4.500c1 0 1.8.9 1.5 2l-1.3 5.500c-.2.9-1 1.5-1.8 1.500H7z";
const person = "M10 9.500a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM3 18c.5-4.5 3-7 7-7s6.5 2.5 7 7z";
const arrow = "M3 10h13M11 5l5 5-5 5";
const cycle = [[G, "M4 8a6.5 6.5 0 0111.5-1.500M16 12a6.5 6.5 0 01-11.5 1.500M15.8 3v4h-4M4.2 17v-4h4", 1.9]];
const siren = [[R, "M5.5 14V9.500a4.5 4.5 0 019 0V14z"], [K, "M4 14h12v3H4z"], [R, "M10 1v1.800M3.2 4l1.3 1.300M16.8 4l-1.3 1.3", 1.5]];
const chart = (colour, path) => [[W, tile], [N, tile, 1], [colour, path, 1.9]];

export const SHAPES = {
  white_check_mark: [[G, tile], [W, tick, 2.2]],
  heavy_check_mark: [[G, tick, 2.8]],
  x: [[R, cross, 2.8]],
  warning: [[Y, "M10 2l8.5 15.500h-17z"], [K, "M10 7.500v5M10 15v.1", 1.9]],
  no_entry: [[R, disc], [W, "M5.5 10h9", 2.6]],
  no_entry_sign: [[R, "M10 2.500a7.5 7.5 0 100 15 7.5 7.5 0 000-15zM4.8 4.800l10.4 10.4", 2]],
  rotating_light: siren,
  information_source: [[B, tile], [W, "M10 9v5.500M10 5.500v.1", 2.2]],
  bulb: [[Y, "M10 1.500a5.5 5.5 0 013 10.100V14H7v-2.400a5.5 5.5 0 013-10.100z"], [N, "M7.5 16h5M8.5 18h3", 1.5]],
  bell: [[Y, bell]],
  no_bell: [[N, bell], [R, "M3 3l14 14", 2]],
  zzz: [[B, "M3 10h5l-5 6h5M10 3h6l-6 7h6", 1.7]],
  clock3: clock,
  alarm_clock: clock,
  stopwatch: clock,
  hourglass: [[A, glass]],
  hourglass_flowing_sand: [[A, glass]],
  calendar: [[W, tile], [N, tile, 1.2], [R, "M2 4a2 2 0 012-2h12a2 2 0 012 2v3H2z"], [N, "M6 11h.100M10 11h.100M14 11h.100M6 14.500h.100M10 14.500h.1", 1.8]],
  date: [[W, tile], [N, tile, 1.2], [R, "M2 4a2 2 0 012-2h12a2 2 0 012 2v3H2z"], [K, "M8 10.500l2-1v6", 1.5]],
  computer: [...screen, [N, "M1.5 14.500h17l-1 2h-15z"]],
  desktop_computer: [...screen, [N, "M8.5 13h3v2.500h2.500V17h-8v-1.500h2.500z"]],
  iphone: [[K, "M6 1.500h8a1.5 1.5 0 011.5 1.500v14a1.5 1.5 0 01-1.5 1.500H6A1.5 1.5 0 014.5 17V3A1.5 1.5 0 016 1.500z"], ["#9cc4e4", "M6 4h8v10.500H6z"]],
  battery: [[N, "M2 6h14v8H2z", 1.5], [N, "M17 8.500h1.500v3H17z"], [G, "M4 8h8v4H4z"]],
  package: box,
  truck: [[B, "M1.5 5h10v9h-10z"], [N, "M12 8h3.500l3 3v3H12z"], [K, "M5 13a2 2 0 100 4 2 2 0 000-4zM15 13a2 2 0 100 4 2 2 0 000-4z"]],
  recycle: cycle,
  arrows_counterclockwise: cycle,
  wastebasket: [[N, "M4 6h12l-1.2 12H5.200z"], [N, "M3 4.500h14M8 2.500h4", 1.6]],
  lock: padlock,
  unlock: [[Y, "M4 9h12v9H4z"], [N, "M6.5 9V6a3.5 3.5 0 016.7-1.4", 1.8]],
  key: [[Y, "M6.5 13a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM10 9.500h8M15 9.500v3.500M18 9.500V12", 2]],
  shield: [[B, "M10 1.500l7 2.500v5.500c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V4z"], [W, "M6.5 10l2.5 2.5 4.5-5", 1.8]],
  wrench: [[N, "M13.5 2.500a4.5 4.5 0 00-4 6.300L3 15.3 4.7 17l6.5-6.500a4.5 4.5 0 006-5.500L14.5 7.5 12.5 5.500l2.5-2.700z"]],
  hammer_and_wrench: [[N, "M4 16L14 6M16 16L6 6", 2.4], [A, "M3 3l4 1 1 3-3 1-3-3zM13 3l4 4-2 2-4-4z"]],
  gear: [[N, "M10 4a6 6 0 100 12 6 6 0 000-12zM10 1v3M10 16v3M1 10h3M16 10h3M3.6 3.600l2.1 2.100M14.3 14.300l2.1 2.100M3.6 16.400l2.1-2.100M14.3 5.700l2.1-2.1", 2]],
  clipboard: [["#b98550", "M4 3h12v15H4z"], ["#f3f0e8", "M5.5 5h9v11.500h-9z"], [N, "M7.5 2h5v3h-5z"]],
  memo: [...page, [A, "M8 14l1-3 7-7 2 2-7 7z"]],
  page_facing_up: [...page, [N, "M6.5 8h7M6.5 11h7M6.5 14h5", 1.2]],
  receipt: [...page, [N, "M6.5 8h7M6.5 11h7M6.5 14h5", 1.2]],
  bar_chart: [[W, tile], [N, tile, 1], [G, "M5 9h2.500v7H5z"], [B, "M8.8 5h2.500v11H8.800z"], [R, "M12.6 11h2.500v5h-2.500z"]],
  chart_with_upwards_trend: chart(G, "M4.5 14.500l4-4 2.5 2 4.5-6.5"),
  chart_with_downwards_trend: chart(R, "M4.5 5.500l4 4 2.5-2 4.5 6.5"),
  moneybag: [[A, "M8 5h4c4 3 5.5 6 5.5 8.5 0 3-3 4.5-7.5 4.500s-7.5-1.5-7.5-4.500C2.5 11 4 8 8 5zM7 2h6l-1.5 3h-3z"], [W, "M12 9.500a2 2 0 00-3.5 1c0 1.5.5 3-.8 4.500H12M7.8 12.300H11", 1.3]],
  pound: [[G, "M1.5 5h17v10h-17z"], [W, "M12 7.800a1.8 1.8 0 00-3 .900c0 1.2.4 2.3-.8 3.800H12M8.3 10.300h2.5", 1.2]],
  mag: [[N, "M8.5 2.500a6 6 0 100 12 6 6 0 000-12zM13 13l5 5", 2.2]],
  link: [[N, "M8 12l4-4M9 5.500l1.5-1.500a3.5 3.5 0 015 5L14 10.500M11 14.500L9.5 16a3.5 3.5 0 01-5-5L6 9.5", 1.8]],
  pushpin: [[R, "M7 2h6l-.5 5 3 3v1.500h-11V10l3-3z"], [N, "M10 12v6", 1.5]],
  round_pushpin: [[R, "M10 2a4 4 0 100 8 4 4 0 000-8z"], [N, "M10 10v8", 1.6]],
  email: [[W, "M2 4.500h16v11H2z"], [N, "M2 4.500h16v11H2zM2 5l8 6 8-6", 1.4]],
  envelope: [[W, "M2 4.500h16v11H2z"], [N, "M2 4.500h16v11H2zM2 5l8 6 8-6", 1.4]],
  speech_balloon: [[B, "M3 3h14v10.500H9.500L5 17.500v-4H3z"]],
  eyes: [[W, "M5.5 4a4 6 0 100 12 4 6 0 000-12zM14.5 4a4 6 0 100 12 4 6 0 000-12z"], [N, "M5.5 4a4 6 0 100 12 4 6 0 000-12zM14.5 4a4 6 0 100 12 4 6 0 000-12z", 1], [K, "M4.3 8a2 2.5 0 100 5 2 2.5 0 000-5zM13.3 8a2 2.5 0 100 5 2 2.5 0 000-5z"]],
  "+1": [[Y, thumb]],
  thumbsup: [[Y, thumb]],
  wave: [[Y, "M6 17c-3-2-3.5-5-3.5-8l1.5.2.8 2.300L6 4l1.5.2.2 5L9 2.500l1.5.2.1 6.3 1.7-5.5 1.5.5-1 6.5 2.7-2.5 1.2 1-3.2 6c-1.5 2.5-4.5 3.5-7.5 2z"]],
  tada: [[A, "M2 18l4-11.5 7.5 7.500z"], [R, "M11 3.500v.100M17 9v.100M15 15v.1", 2.4], [B, "M8.5 4c1 .5 1.5 1.5 1 3M14 12c1.5-.7 2.8-.5 3.5.5", 1.5], [G, "M13 7.500L17 3.5", 1.8]],
  sparkles: [[Y, "M8 3l1.6 4.900L14.5 9.500l-4.9 1.600L8 16l-1.6-4.900L1.5 9.500l4.9-1.600zM15.5 2l.8 2.2 2.2.8-2.2.8-.8 2.2-.8-2.2-2.2-.8 2.2-.800z"]],
  star: [[Y, "M10 1.500l2.6 5.6 6 .7-4.5 4.1 1.3 6L10 14.9 4.6 17.900l1.3-6L1.4 7.800l6-.700z"]],
  heart: [[R, "M10 17.500C3 12.5 1.5 9.5 2 6.5 2.7 3 7.5 2.3 10 6c2.5-3.7 7.3-3 8 .5.5 3-1 6-8 11z"]],
  rocket: [[B, "M17.5 2.500c-5 0-9 3-11 8l3 3c5-2 8-6 8-11z"], [R, "M5.5 11l-3 1 2.5-4zM9 14.500l-1 3 4-2.500zM5 15c-1.5.3-2 1.5-2 2.5 1 0 2.2-.5 2.5-2z"], [W, "M13 5.500a1.5 1.5 0 100 3 1.5 1.5 0 000-3z"]],
  house: [[R, "M10 2l8.5 7h-17z"], ["#d9b98a", "M4 9h12v9H4z"], [K, "M8.5 12.500h3V18h-3z"]],
  office: [[N, "M4 2h12v16H4z"], [W, "M6.5 5h.100M10 5h.100M13.5 5h.100M6.5 9h.100M10 9h.100M13.5 9h.100M6.5 13h.100M10 13h.100M13.5 13h.1", 2]],
  bust_in_silhouette: [[N, person]],
  busts_in_silhouette: [[N, person]],
  robot_face: [[N, "M3.5 6h13v10.500h-13z"], [W, "M7 10.500h.100M13 10.500h.100M7 13.800h6", 1.9], [N, "M10 6V3", 1.6]],
  arrow_right: [[B, arrow, 2.3]],
  question: [[R, "M7 6.500a3 3 0 116 0c0 2-3 2.5-3 5.500M10 16v.1", 2.4]],
  exclamation: [[R, "M10 3v9M10 16v.1", 2.8]],
  small_red_triangle: [[R, "M10 4l6 11H4z"]],
  small_blue_diamond: [[B, "M10 5l5 5-5 5-5-5z"]],
  ...Object.fromEntries(Object.entries({ red: R, large_orange: A, large_yellow: Y, large_green: G, large_blue: B, white: "#d8dadd", black: K }).map(([name, colour]) => [`${name}_circle`, [[colour, disc]]])),
  ...Object.fromEntries(Object.entries({ large_green: G, large_yellow: Y, large_orange: A, large_red: R, white_large: "#d8dadd", black_large: K }).map(([name, colour]) => [`${name}_square`, [[colour, tile]]])),
};
