// The result to take along: as JSON with every neuron, as a PNG with the strongest.

import { differences, likeliest, number, percent, ranked } from "./answers.js";
import { drawOverlay } from "./maps.js";
import { nameOf } from "./state.js";

/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Atlas} Atlas */
/** @typedef {import("./types.js").Order} Order */
/** @typedef {import("./types.js").Result} Result */

const FORMAT = "neuron-atlas/explorer-result/1";
const DIFFERENT = 50;

/**
 * Everything that was measured, for one image or two.
 * @param {Atlas} atlas
 * @param {Result[]} results
 * @param {{ order: Order, pins: string[] }} view
 */
export function resultJson(atlas, results, { order, pins }) {
  const [first, second] = results;
  return {
    format: FORMAT,
    atlas: atlas.atlas,
    network: { model: atlas.model, sha256: atlas.network_sha256 },
    reference: { images: atlas.images_name, count: atlas.images_count },
    pins,
    images: results.map((result) => ({
      name: result.name,
      sample: result.sample || null,
      classes: result.classes && likeliest(result.classes, atlas.classes),
      layers: result.answers.map((answers, place) => ({
        layer: atlas.layers[place].name,
        neurons: ranked(answers, order).map((answer) => ({
          neuron: `${atlas.atlas}/${nameOf(answer.layer.name, answer.neuron.channel)}`,
          peak: answer.peak,
          percentile: answer.percentile,
          position: [Math.floor(answer.place / answer.layer.width), answer.place % answer.layer.width],
          label: answer.neuron.label || null,
          badge: answer.neuron.badge || null,
        })),
      })),
    })),
    differences: second
      ? differences(first, second).slice(0, DIFFERENT).map(({ first: a, second: b, difference }) => ({
          neuron: `${atlas.atlas}/${nameOf(a.layer.name, a.neuron.channel)}`,
          percentiles: [a.percentile, b.percentile],
          difference,
        }))
      : null,
  };
}

const MARGIN = 28, TILE = 112, GAP = 16, LINE = 20, NAMES = 180, COLUMNS = 6; // pixels; neurons of a layer
const INK = "#1b2329", MUTED = "#5b6770", PAPER = "#ffffff";

/**
 * A picture of the result: the image, its classes and each layer's strongest neurons.
 * @param {Atlas} atlas
 * @param {Result[]} results
 * @param {{ order: Order, layer: string }} view
 * @param {string} address where the page stands
 * @returns {Promise<Blob | null>}
 */
export function resultPng(atlas, results, { order, layer }, address) {
  const layers = atlas.layers.flatMap((entry, place) => (!layer || entry.name === layer ? [place] : []));
  const canvas = document.createElement("canvas");
  const block = TILE + 2 * LINE + GAP;
  canvas.width = 2 * MARGIN + NAMES + COLUMNS * (TILE + GAP);
  canvas.height = 2 * MARGIN + results.length * (block + LINE + layers.length * block) + 2 * LINE;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.fillStyle = PAPER;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  let top = MARGIN;
  for (const result of results) {
    head(pen, atlas, result, top);
    top += block + LINE;
    for (const place of layers) {
      line(pen, atlas.layers[place].name, result, ranked(result.answers[place], order), top);
      top += block;
    }
  }
  write(pen, `${atlas.title} · ${atlas.model} · percentiles among ${atlas.images_count.toLocaleString("en")} images of ${atlas.images_name}`, MARGIN, top + LINE, MUTED);
  write(pen, address, MARGIN, top + 2 * LINE, MUTED);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** @param {CanvasRenderingContext2D} pen @param {string} text @param {number} x @param {number} y @param {string} colour @param {number} [width] @param {string} [weight] */
function write(pen, text, x, y, colour, width, weight = "400") {
  pen.fillStyle = colour;
  pen.font = `${weight} 13px system-ui, sans-serif`;
  pen.fillText(text, x, y, width);
}

/** @param {CanvasRenderingContext2D} pen @param {Atlas} atlas @param {Result} result @param {number} top */
function head(pen, atlas, result, top) {
  const view = document.createElement("canvas");
  [view.width, view.height] = [result.view.width, result.view.height];
  view.getContext("2d")?.putImageData(result.view, 0, 0);
  pen.drawImage(view, MARGIN, top, TILE, TILE);
  write(pen, result.name, MARGIN + NAMES, top + LINE, INK, undefined, "700");
  const classes = result.classes ? likeliest(result.classes, atlas.classes).slice(0, 4) : [];
  classes.forEach(({ name, share }, at) => write(pen, `${name} ${percent(share)}`, MARGIN + NAMES, top + (at + 2) * LINE, INK));
}

/** @param {CanvasRenderingContext2D} pen @param {string} name @param {Result} result @param {Answer[]} answers @param {number} top */
function line(pen, name, result, answers, top) {
  write(pen, name, MARGIN, top + LINE, INK, NAMES - GAP, "700");
  answers.slice(0, COLUMNS).forEach((answer, at) => {
    const left = MARGIN + NAMES + at * (TILE + GAP);
    const tile = document.createElement("canvas");
    drawOverlay(tile, result, answer, TILE);
    pen.drawImage(tile, left, top);
    write(pen, `${answer.neuron.channel}  ${percent(answer.percentile)}`, left, top + TILE + LINE - 4, INK, TILE, "700");
    write(pen, answer.neuron.label || `peak ${number(answer.peak)}`, left, top + TILE + 2 * LINE - 6, MUTED, TILE);
  });
}
