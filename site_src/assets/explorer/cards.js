// Shows neurons: a card with the response map, the percentile, the picture, label and badge.

import { number, percent, ranked } from "./answers.js";
import { button, make } from "./dom.js";
import { drawOverlay } from "./maps.js";
import { nameOf } from "./state.js";

/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Layer} Layer */
/** @typedef {import("./types.js").Order} Order */
/** @typedef {import("./types.js").Result} Result */
/**
 * What cards need of the page around them.
 * @typedef {object} Around
 * @property {number} images of the atlas
 * @property {(name: string) => boolean} isPinned
 * @property {(name: string) => void} pin pins a neuron, or takes it off again
 */

const SHOWN = 6; // neurons of a layer at first
const STEP = 18; // more of them with each press

/** What a percentile says. @param {Answer} answer @param {number} images */
export function strength({ percentile, peak, neuron }, images) {
  if (neuron.dead) return "never active in the atlas";
  if (percentile >= 1) return `stronger than in all ${images.toLocaleString("en")} images`;
  if (percentile <= 0) return peak <= 0 && neuron.peaks[0] >= 0 ? "not active" : "weaker than in all images";
  return `stronger than in ${percent(percentile)} of images`;
}

/** A bar as long as the percentile. @param {number} share */
export function bar(share) {
  return make("span", { class: "na-bar-of", "aria-hidden": "true", style: `--part:${share.toFixed(4)}` }, make("b"));
}

/**
 * A neuron's overlay on one image.
 * @param {Result} result
 * @param {Answer} answer
 */
export function overlay(result, answer) {
  const { layer, neuron, percentile, peak } = answer;
  const where = layer.height * layer.width > 1 ? "Where it answers in" : "No map (one position):";
  const canvas = make("canvas", {
    role: "img",
    "aria-label": `${where} ${result.name}: ${layer.name}/${neuron.channel}, peak ${number(peak)}, percentile ${percent(percentile)}`,
  });
  drawOverlay(canvas, result, answer);
  return canvas;
}

/**
 * The card of a neuron with its answers to one image or two.
 * @param {[Result, Answer][]} shown
 * @param {Around} around
 */
export function card(shown, around) {
  const [[, { layer, neuron }]] = shown;
  const name = nameOf(layer.name, neuron.channel);
  const pinned = around.isPinned(name);
  return make(
    "li",
    { class: "na-neuron-card" },
    make("p", { class: "na-neuron-name" }, make("a", { href: neuron.page }, name), neuron.badge && make("span", { class: `na-reliability na-is-${neuron.badge}`, title: "Reliability of its pictures" }, neuron.badge)),
    make(
      "div",
      { class: "na-neuron-pictures" },
      ...shown.map(([result, answer]) => overlay(result, answer)),
      neuron.thumbnail && make("img", { src: neuron.thumbnail, alt: `Feature visualization of ${name}`, loading: "lazy", width: 56, height: 56 }),
    ),
    ...shown.map(([, answer], at) => measure(answer, around, shown.length > 1 ? "AB"[at] : "")),
    make("p", { class: "na-neuron-label" }, neuron.label ? `${neuron.label} ` : "", make("small", {}, neuron.label ? neuron.category : "no label")),
    button(pinned ? "Unpin" : "Pin", () => around.pin(name), { "aria-pressed": pinned, "aria-label": `${pinned ? "Unpin" : "Pin"} ${name}`, "data-pin": name }),
  );
}

/** @param {Answer} answer @param {Around} around @param {string} letter */
function measure(answer, around, letter) {
  return make(
    "p",
    { class: "na-neuron-measure" },
    letter && make("strong", {}, `${letter} `),
    bar(answer.percentile),
    make("span", { class: "na-percentile" }, percent(answer.percentile)),
    make("small", {}, ` ${strength(answer, around.images)}; peak ${number(answer.peak)}`),
  );
}

/**
 * A layer with its strongest neurons for the first image.
 * @param {Layer} layer
 * @param {Result[]} results one or two
 * @param {number} place of the layer among the layers
 * @param {Order} order
 * @param {Around} around
 */
export function layerSection(layer, results, place, order, around) {
  const sorted = ranked(results[0].answers[place], order);
  const list = make("ul", { class: "na-neuron-cards" });
  let shown = 0;
  const more = button("", () => show(STEP), { class: "na-button na-more" });
  const show = (/** @type {number} */ count) => {
    const next = sorted.slice(shown, shown + count);
    const cards = next.map((answer) => card(results.map((result) => [result, result.answers[place][answer.row]]), around));
    list.append(...cards);
    if (shown > 0) cards[0]?.querySelector("a")?.focus();
    shown += next.length;
    more.hidden = shown >= sorted.length;
    more.textContent = `Show more (${shown} of ${sorted.length})`;
  };
  show(SHOWN);
  const strong = sorted.filter((answer) => answer.percentile >= 0.99 && !answer.neuron.dead).length;
  return make(
    "section",
    { class: "na-layer-answers", "aria-label": `Layer ${layer.name}` },
    make("h2", {}, make("a", { href: layer.page }, layer.name), " ", make("small", {}, `${strong} of ${sorted.length} neurons stronger than in 99% of images`)),
    list,
    more,
  );
}
