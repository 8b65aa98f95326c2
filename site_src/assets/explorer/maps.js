// Draws response maps over the network's view of an image.

/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Layer} Layer */
/** @typedef {import("./types.js").Result} Result */

const SIDE = 112; // pixels of an overlay: twice the size shown, for dense screens
const GLOW = [255, 140, 40]; // red, green, blue of a full response
const GLOWING = 0.7; // share of the glow in a full response
const DIMMED = 0.55; // of the picture's brightness where nothing answers

/**
 * The two cells between which each of `size` pixels lies, and how far from the first to the second it is.
 * Beyond the outermost centres the outermost cells go on unchanged.
 * @param {number[]} centres ascending, in pixels of a picture with `side` pixels
 * @param {number} side
 * @param {number} size
 */
export function between(centres, side, size) {
  const last = centres.length - 1;
  return Array.from({ length: size }, (_, pixel) => {
    const place = Math.min(Math.max(((pixel + 0.5) * side) / size, centres[0]), centres[last]);
    let before = 0;
    while (before < last - 1 && centres[before + 1] <= place) before += 1;
    const after = Math.min(before + 1, last);
    const part = after === before ? 0 : (place - centres[before]) / (centres[after] - centres[before]);
    return { before, after, part };
  });
}

/**
 * A response map at every pixel, bilinear.
 * @param {Float32Array} map rows × columns
 * @param {Layer} layer
 * @param {number} side of the network's input
 * @param {number} size of the result
 */
export function spread(map, layer, side, size) {
  const down = between(layer.rows, side, size);
  const across = between(layer.columns, side, size);
  const line = new Float32Array(layer.width); // the map at the height of one line of pixels
  const result = new Float32Array(size * size);
  down.forEach((y, pixels) => {
    for (let column = 0; column < layer.width; column += 1) {
      const upper = map[y.before * layer.width + column];
      line[column] = upper + y.part * (map[y.after * layer.width + column] - upper);
    }
    across.forEach((x, pixel) => {
      result[pixels * size + pixel] = line[x.before] + x.part * (line[x.after] - line[x.before]);
    });
  });
  return result;
}

/** A neuron's response map. @param {Result} result @param {Answer} answer */
export function mapOf(result, { layer, row }) {
  const cells = layer.height * layer.width;
  const values = /** @type {Float32Array} */ (result.maps.get(layer.name));
  return values.subarray(row * cells, (row + 1) * cells);
}

/** The view as a canvas of its own size. @param {ImageData} view */
export function canvasOf(view) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [view.width, view.height];
  canvas.getContext("2d")?.putImageData(view, 0, 0);
  return canvas;
}

/** @type {WeakMap<ImageData, Map<number, ImageData>>} */
const scaled = new WeakMap();

/** @param {ImageData} view @param {number} size */
function scaledTo(view, size) {
  const sizes = scaled.get(view) ?? new Map();
  scaled.set(view, sizes);
  if (!sizes.has(size)) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = size;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
    context.imageSmoothingQuality = "high";
    context.drawImage(canvasOf(view), 0, 0, size, size);
    sizes.set(size, context.getImageData(0, 0, size, size));
  }
  return /** @type {ImageData} */ (sizes.get(size));
}

/**
 * Draw the picture, dimmed, with a neuron's responses glowing: full where they reach the strongest
 * activation of the atlas's images. A neuron without a map (one position) shows the plain picture.
 * @param {HTMLCanvasElement} canvas
 * @param {Result} result
 * @param {Answer} answer
 * @param {number} [size]
 */
export function drawOverlay(canvas, result, answer, size = SIDE) {
  canvas.width = canvas.height = size;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const picture = scaledTo(result.view, size);
  if (answer.layer.height * answer.layer.width === 1) {
    context.putImageData(picture, 0, 0);
    return;
  }
  const values = spread(mapOf(result, answer), answer.layer, result.view.width, size);
  const full = answer.neuron.strongest > 0 ? answer.neuron.strongest : Infinity;
  const drawn = new ImageData(size, size);
  const [from, to] = [picture.data, drawn.data];
  for (let at = 0; at < values.length; at += 1) {
    const share = Math.min(1, Math.max(0, values[at] / full));
    const glow = GLOWING * share;
    const ground = (DIMMED + (1 - DIMMED) * share) * (1 - glow);
    for (let channel = 0; channel < 3; channel += 1) {
      to[at * 4 + channel] = from[at * 4 + channel] * ground + GLOW[channel] * glow;
    }
    to[at * 4 + 3] = 255;
  }
  context.putImageData(drawn, 0, 0);
}
