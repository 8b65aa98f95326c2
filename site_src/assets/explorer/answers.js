// What numbers say: percentiles among the atlas's images, rankings, differences, classes.

/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Atlas} Atlas */
/** @typedef {import("./types.js").Layer} Layer */
/** @typedef {import("./types.js").Order} Order */
/** @typedef {import("./types.js").Result} Result */

/**
 * The share of values that are smaller, from quantiles; linear between them.
 * @param {number} value
 * @param {number[]} quantiles ascending
 * @param {number[]} levels of the quantiles, from 0 to 1
 */
export function percentile(value, quantiles, levels) {
  let [low, high] = [0, quantiles.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (quantiles[middle] < value) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return 0;
  if (low === quantiles.length) return 1;
  const part = (value - quantiles[low - 1]) / (quantiles[low] - quantiles[low - 1]);
  return levels[low - 1] + part * (levels[low] - levels[low - 1]);
}

/**
 * What every neuron of the atlas answers, by layer.
 * @param {Atlas} atlas
 * @param {Map<string, Float32Array>} maps
 * @returns {Answer[][]}
 */
export function answersOf(atlas, maps) {
  return atlas.layers.map((layer) => {
    const values = /** @type {Float32Array} */ (maps.get(layer.name));
    const cells = layer.height * layer.width;
    return layer.neurons.map((neuron, row) => {
      let place = 0;
      for (let cell = 1; cell < cells; cell += 1) {
        if (values[row * cells + cell] > values[row * cells + place]) place = cell;
      }
      const peak = values[row * cells + place];
      return { layer, neuron, row, peak, place, percentile: percentile(peak, neuron.peaks, atlas.peak_levels) };
    });
  });
}

/**
 * A layer's answers from the strongest on. Percentiles that are alike (several neurons above all images) are
 * told apart by how far the peak goes beyond the strongest of the atlas; ties go by channel.
 * @param {Answer[]} answers
 * @param {Order} order
 */
export function ranked(answers, order) {
  const keys = order === "response" ? [(/** @type {Answer} */ a) => a.peak] : [percentileOf, excess];
  return [...answers].sort((a, b) => {
    for (const key of keys) {
      const difference = key(b) - key(a);
      if (difference !== 0) return difference;
    }
    return a.neuron.channel - b.neuron.channel;
  });
}

/** @param {Answer} answer */
function percentileOf(answer) {
  return answer.percentile;
}

/** The peak over the strongest of the atlas's images. @param {Answer} answer */
export function excess({ peak, neuron }) {
  return neuron.strongest > 0 ? peak / neuron.strongest : 0;
}

/**
 * Which neurons answer at a place of the image, strongest first, by percentile among the activations at
 * all places of the atlas's images.
 * @param {Atlas} atlas
 * @param {Result} result
 * @param {number} layer
 * @param {number} x in pixels of the network's input
 * @param {number} y
 */
export function answersAt(atlas, result, layer, x, y) {
  const { name, rows, columns, neurons, height, width } = atlas.layers[layer];
  const cell = nearest(rows, y) * width + nearest(columns, x);
  const values = /** @type {Float32Array} */ (result.maps.get(name));
  return neurons
    .map((neuron, row) => {
      const value = values[row * height * width + cell];
      return { neuron, row, value, percentile: percentile(value, neuron.values, atlas.value_levels) };
    })
    .sort((a, b) => b.percentile - a.percentile || b.value / (b.neuron.strongest || 1) - a.value / (a.neuron.strongest || 1));
}

/** @param {number[]} centres ascending @param {number} place */
export function nearest(centres, place) {
  let best = 0;
  centres.forEach((centre, at) => {
    if (Math.abs(centre - place) < Math.abs(centres[best] - place)) best = at;
  });
  return best;
}

/**
 * Neurons by how differently they answer to two images: difference of percentiles, largest first.
 * @param {Result} first
 * @param {Result} second
 * @returns {{ first: Answer, second: Answer, difference: number }[]}
 */
export function differences(first, second) {
  return first.answers
    .flatMap((answers, layer) => answers.map((answer, row) => {
      const other = second.answers[layer][row];
      return { first: answer, second: other, difference: answer.percentile - other.percentile };
    }))
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference) || gap(b) - gap(a));
}

/** @param {{ first: Answer, second: Answer }} pair */
function gap({ first, second }) {
  return Math.abs(excess(first) - excess(second));
}

/**
 * The network's classes with the softmax of its outputs, most likely first.
 * @param {Float32Array} outputs
 * @param {string[]} names
 */
export function likeliest(outputs, names) {
  const most = outputs.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Array.from(outputs, (value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers
    .map((power, at) => ({ name: names[at] ?? `class ${at}`, share: power / sum, output: outputs[at] }))
    .sort((a, b) => b.share - a.share);
}

/** A share in words: `97.3%`, and at the end of the scale what it means. @param {number} share */
export function percent(share) {
  if (share > 0.9995 && share < 1) return "above 99.9%";
  return `${(share * 100).toFixed(1)}%`;
}

const THREE_DIGITS = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** A value with three significant digits and a true minus. @param {number} value */
export function number(value) {
  return THREE_DIGITS.format(value).replace("-", "−");
}
