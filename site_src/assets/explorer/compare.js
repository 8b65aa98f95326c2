// Sets two images side by side: pinned neurons, and the neurons that differ most.

import { differences, number, percent } from "./answers.js";
import { card, overlay } from "./cards.js";
import { button, make } from "./dom.js";
import { nameOf } from "./state.js";

/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Result} Result */
/** @typedef {import("./cards.js").Around} Around */

const DIFFERENT = 12; // neurons listed

/**
 * The neurons that the reader has pinned, in that order.
 * @param {Result[]} results one or two
 * @param {string[]} pins
 * @param {Around} around
 */
export function pinnedSection(results, pins, around) {
  const found = pins.flatMap((pin) => {
    const answer = results[0].answers.flat().find(({ layer, neuron }) => nameOf(layer.name, neuron.channel) === pin);
    return answer ? [answer] : [];
  });
  if (!found.length) return null;
  const cards = found.map((answer) => card(results.map((result) => [result, same(result, answer)]), around));
  return make("section", { class: "na-pinned", "aria-label": "Pinned neurons" }, make("h2", {}, "Pinned"), make("ul", { class: "na-neuron-cards" }, ...cards));
}

/** A neuron's answer to another image. @param {Result} result @param {Answer} answer @returns {Answer} */
function same(result, { layer, row }) {
  const own = result.answers.find((answers) => answers[0].layer === layer);
  return /** @type {Answer[]} */ (own)[row];
}

/**
 * The neurons whose percentiles differ most between two images.
 * @param {Result[]} results two
 * @param {string} only the one layer shown, or empty
 * @param {Around} around
 */
export function differenceSection([first, second], only, around) {
  const found = differences(first, second).filter((pair) => !only || pair.first.layer.name === only).slice(0, DIFFERENT);
  const head = ["Neuron", "A", "B", "A − B", "In A", "In B", "Label", "Pin"].map((text) => make("th", { scope: "col", ...(text === "Label" && { class: "na-text" }) }, text));
  const rows = found.map(({ first: a, second: b, difference }) => {
    const name = nameOf(a.layer.name, a.neuron.channel);
    const pinned = around.isPinned(name);
    const points = `${difference > 0 ? "+" : ""}${number(Number((difference * 100).toFixed(1)))}`;
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, make("a", { href: a.neuron.page }, name)),
      ...[percent(a.percentile), percent(b.percentile), points].map((text) => make("td", {}, text)),
      make("td", {}, overlay(first, a)),
      make("td", {}, overlay(second, b)),
      make("td", { class: "na-text" }, a.neuron.label || "no label"),
      make("td", {}, button(pinned ? "Unpin" : "Pin", () => around.pin(name), { "aria-pressed": pinned, "aria-label": `${pinned ? "Unpin" : "Pin"} ${name}` })),
    );
  });
  return make(
    "section",
    { class: "na-differences", "aria-label": "Largest differences" },
    make("h2", {}, "Largest differences ", make("small", {}, "of percentiles, in points: one comparison of two images, without any interval")),
    make("div", { class: "na-scroll", tabindex: 0, role: "region", "aria-label": "Neurons by difference" }, make("table", { class: "na-table" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows))),
  );
}
