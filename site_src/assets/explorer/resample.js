// Resizing and cropping as the network's own preprocessing does it, value for value: the two passes of
// Pillow's resampling with their whole-number arithmetic, then the centre crop.

/** @typedef {import("./types.js").Preprocess} Preprocess */

/**
 * Rows of an image, read as they are needed: (first row, number of rows) to RGBA bytes.
 * @typedef {(first: number, count: number) => Uint8ClampedArray | Uint8Array} Rows
 */

/**
 * What one output pixel is made of: the first input pixel, and the weights of it and those after it.
 * @typedef {{ first: number, weights: Int32Array }} Taps
 */

const PRECISION = 22; // bits of a weight behind the point
const STRIP = 64; // rows read at once

/** @type {Record<"bilinear" | "bicubic", { support: number, weigh: (x: number) => number }>} */
const FILTERS = {
  bilinear: { support: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weigh: cubic },
};

/** Keys' kernel with a = -0.5. @param {number} x */
function cubic(x) {
  const a = -0.5;
  const size = Math.abs(x);
  if (size < 1) return ((a + 2) * size - (a + 3)) * size * size + 1;
  if (size < 2) return (((size - 5) * size + 8) * size - 4) * a;
  return 0;
}

/**
 * The taps of the output pixels [start, start + count) of `target` pixels made of `source` ones.
 * @param {"nearest" | "bilinear" | "bicubic"} interpolation
 * @param {number} source
 * @param {number} target
 * @param {number} start
 * @param {number} count
 * @returns {Taps[]}
 */
export function taps(interpolation, source, target, start, count) {
  if (source === target) return Array.from({ length: count }, (_, at) => single(start + at));
  if (interpolation === "nearest") return nearest(source, target).slice(start, start + count).map(single);
  const { support, weigh } = FILTERS[interpolation];
  const scale = source / target;
  const stretch = Math.max(scale, 1);
  return Array.from({ length: count }, (_, at) => {
    const centre = (start + at + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support * stretch + 0.5));
    const last = Math.min(source, Math.trunc(centre + support * stretch + 0.5));
    const raw = Array.from({ length: last - first }, (_, x) => weigh((x + first - centre + 0.5) * (1 / stretch)));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { first, weights: Int32Array.from(raw, (weight) => fixed(sum === 0 ? weight : weight / sum)) };
  });
}

/** @param {number} pixel @returns {Taps} */
function single(pixel) {
  return { first: pixel, weights: Int32Array.of(1 << PRECISION) };
}

/** @param {number} source @param {number} target */
function nearest(source, target) {
  const step = source / target;
  const found = [];
  for (let at = 0, place = step * 0.5; at < target; at += 1, place += step) found.push(Math.min(source - 1, Math.floor(place)));
  return found;
}

/** @param {number} weight */
function fixed(weight) {
  return Math.trunc(weight * (1 << PRECISION) + (weight < 0 ? -0.5 : 0.5));
}

/** @param {number} sum of weighted values and one half */
function rounded(sum) {
  return Math.min(255, Math.max(0, sum >> PRECISION));
}

/**
 * Where the view lies in the resized image.
 * @param {number} width
 * @param {number} height
 * @param {Preprocess} preprocess
 */
export function framing(width, height, { resize, crop }) {
  const shorter = Math.min(width, height);
  const side = (/** @type {number} */ length) => (length === shorter ? resize : Math.trunc((resize * length) / shorter));
  const [across, down] = [side(width), side(height)];
  return { across, down, left: halfEven((across - crop) / 2), top: halfEven((down - crop) / 2) };
}

/** Rounds halves to the even number, as Python does. @param {number} value */
function halfEven(value) {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/**
 * The network's view of an image.
 * @param {Rows} rows
 * @param {number} width
 * @param {number} height
 * @param {Preprocess} preprocess
 * @returns {Uint8ClampedArray<ArrayBuffer>} crop × crop × RGBA, opaque
 */
export function view(rows, width, height, preprocess) {
  const { crop, interpolation } = preprocess;
  const { across, down, left, top } = framing(width, height, preprocess);
  const columns = taps(interpolation, width, across, left, crop);
  const lines = taps(interpolation, height, down, top, crop);
  const first = lines[0].first;
  const last = lines.reduce((most, line) => Math.max(most, line.first + line.weights.length), 0);
  const narrow = narrowed(rows, width, columns, first, last);
  const result = new Uint8ClampedArray(crop * crop * 4).fill(255);
  lines.forEach((line, y) => {
    for (let x = 0; x < crop; x += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 1 << (PRECISION - 1);
        for (let k = 0; k < line.weights.length; k += 1) {
          sum += narrow[((line.first - first + k) * crop + x) * 3 + channel] * line.weights[k];
        }
        result[(y * crop + x) * 4 + channel] = rounded(sum);
      }
    }
  });
  return result;
}

/**
 * The first pass: rows [first, last) made as narrow as the view.
 * @param {Rows} rows
 * @param {number} width
 * @param {Taps[]} columns
 * @param {number} first
 * @param {number} last
 */
function narrowed(rows, width, columns, first, last) {
  const crop = columns.length;
  const result = new Uint8Array((last - first) * crop * 3);
  for (let start = first; start < last; start += STRIP) {
    const count = Math.min(STRIP, last - start);
    const strip = rows(start, count);
    for (let y = 0; y < count; y += 1) {
      const from = y * width * 4;
      const to = (start - first + y) * crop * 3;
      narrow(strip, from, columns, result, to);
    }
  }
  return result;
}

/**
 * @param {Uint8ClampedArray | Uint8Array} strip
 * @param {number} from where the row starts in it
 * @param {Taps[]} columns
 * @param {Uint8Array} result
 * @param {number} to where the narrow row starts in it
 */
function narrow(strip, from, columns, result, to) {
  for (let x = 0; x < columns.length; x += 1) {
    const { first, weights } = columns[x];
    let [red, green, blue] = [1 << (PRECISION - 1), 1 << (PRECISION - 1), 1 << (PRECISION - 1)];
    for (let k = 0, at = from + first * 4; k < weights.length; k += 1, at += 4) {
      red += strip[at] * weights[k];
      green += strip[at + 1] * weights[k];
      blue += strip[at + 2] * weights[k];
    }
    result[to + x * 3] = rounded(red);
    result[to + x * 3 + 1] = rounded(green);
    result[to + x * 3 + 2] = rounded(blue);
  }
}

/**
 * The network's input for a view: channels first, normalized.
 * @param {Uint8ClampedArray} pixels crop × crop × RGBA
 * @param {Preprocess} preprocess
 * @returns {Float32Array<ArrayBuffer>}
 */
export function normalized(pixels, { crop, mean, std }) {
  const area = crop * crop;
  const result = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel += 1) {
    const [middle, spread] = [Math.fround(mean[channel] * 255), Math.fround(std[channel] * 255)];
    for (let at = 0; at < area; at += 1) result[channel * area + at] = Math.fround(pixels[at * 4 + channel] - middle) / spread;
  }
  return result;
}
