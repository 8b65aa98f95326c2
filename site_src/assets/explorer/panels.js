// Shows the images themselves: the network's view with a cross to move over it, the classes, and which
// neurons answer at the cross.

import { answersAt, likeliest, number, percent } from "./answers.js";
import { bar } from "./cards.js";
import { make } from "./dom.js";
import { canvasOf } from "./maps.js";

/** @typedef {import("./types.js").Atlas} Atlas */
/** @typedef {import("./types.js").Result} Result */
/** @typedef {{ x: number, y: number }} Place in pixels of the network's input */

const CLASSES = 5;
const HERE = 3; // neurons of a layer that are named at a place
const STEPS = 32; // presses of an arrow key from one side to the other

/**
 * An image with a cross that mouse, finger and arrow keys move.
 * @param {Result} result
 * @param {string} title
 * @param {string[]} names of the classes
 * @param {(place: Place | null) => void} move
 */
export function imagePanel(result, title, names, move) {
  const canvas = canvasOf(result.view);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${title}, as the network sees it`);
  const cross = make("span", { class: "na-cross", hidden: true, "aria-hidden": "true" });
  const field = make("div", { class: "na-view", tabindex: 0, role: "application", "aria-label": `Place in ${title}: arrow keys move it`, "data-view-field": true }, canvas, cross);
  const side = result.view.width;
  /** @type {Place} */
  let place = { x: side / 2, y: side / 2 };
  const go = (/** @type {Place} */ to) => {
    place = { x: Math.min(side - 1, Math.max(0, to.x)), y: Math.min(side - 1, Math.max(0, to.y)) };
    cross.hidden = false;
    cross.style.left = `${(100 * place.x) / side}%`;
    cross.style.top = `${(100 * place.y) / side}%`;
    move(place);
  };
  field.addEventListener("pointermove", (event) => {
    const box = field.getBoundingClientRect();
    go({ x: ((event.clientX - box.left) / box.width) * side, y: ((event.clientY - box.top) / box.height) * side });
  });
  field.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    go({ x: place.x + (by[0] * side) / STEPS, y: place.y + (by[1] * side) / STEPS });
  });
  return make("figure", { class: "na-image-panel" }, make("figcaption", {}, title), field, result.classes && classList(result.classes, names));
}

/** @param {Float32Array} outputs @param {string[]} names */
function classList(outputs, names) {
  const line = (/** @type {{ name: string, share: number }} */ { name, share }) =>
    make("li", {}, make("span", { class: "na-class-name" }, name), bar(share), make("span", { class: "na-percentile" }, percent(share)));
  return make("div", { class: "na-classes" }, make("p", { class: "na-note" }, "Classes, by softmax"), make("ol", {}, ...likeliest(outputs, names).slice(0, CLASSES).map(line)));
}

/**
 * Which neurons answer at a place, for every layer shown.
 * @param {Atlas} atlas
 * @param {Result} result
 * @param {Place} place
 * @param {string} only the one layer shown, or empty
 */
export function here(atlas, result, { x, y }, only) {
  const rows = atlas.layers.flatMap((layer, at) => {
    if ((only && layer.name !== only) || layer.height * layer.width === 1) return [];
    const found = answersAt(atlas, result, at, x, y).slice(0, HERE);
    const named = found.map(({ neuron, value, percentile }) =>
      make("a", { href: neuron.page, title: `${neuron.label || "no label"}; activation ${number(value)}` }, `${neuron.channel} `, make("small", {}, percent(percentile))),
    );
    return [make("tr", {}, make("th", { scope: "row" }, layer.name), make("td", { class: "na-text" }, ...named))];
  });
  return make("table", { class: "na-table na-here" }, make("tbody", {}, ...rows));
}
