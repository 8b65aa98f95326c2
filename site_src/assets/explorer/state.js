// What the reader has set, and the link that brings it back.

/** @typedef {import("./types.js").Atlas} Atlas */
/** @typedef {import("./types.js").Order} Order */
/**
 * @typedef {object} View
 * @property {string} layer name of the one layer shown, or empty for all
 * @property {Order} order
 * @property {string[]} pins neurons as `LAYER/CHANNEL`
 * @property {string[]} samples keys of the first and second image where they are samples, else empty
 */

/** @returns {View} */
export function initial() {
  return { layer: "", order: "percentile", pins: [], samples: ["", ""] };
}

/**
 * Read a link's fragment; what does not fit the atlas is left out.
 * @param {string} hash
 * @param {Atlas} atlas
 * @returns {View}
 */
export function read(hash, atlas) {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const neurons = new Set(atlas.layers.flatMap((layer) => layer.neurons.map((neuron) => nameOf(layer.name, neuron.channel))));
  const samples = new Set(atlas.samples.map((sample) => sample.key));
  const layer = values.get("layer") ?? "";
  const known = (/** @type {string | null} */ key) => (key && samples.has(key) ? key : "");
  return {
    layer: atlas.layers.some((entry) => entry.name === layer) ? layer : "",
    order: values.get("order") === "response" ? "response" : "percentile",
    pins: [...new Set((values.get("pins") ?? "").split(",").filter((pin) => neurons.has(pin)))],
    samples: [known(values.get("image")), known(values.get("second"))],
  };
}

/** The fragment of a view, empty for the initial one. @param {View} view */
export function write({ layer, order, pins, samples }) {
  const values = new URLSearchParams();
  if (samples[0]) values.set("image", samples[0]);
  if (samples[1]) values.set("second", samples[1]);
  if (layer) values.set("layer", layer);
  if (order !== "percentile") values.set("order", order);
  if (pins.length) values.set("pins", pins.join(","));
  return values.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
}

/** A neuron's name within its atlas. @param {string} layer @param {number} channel */
export function nameOf(layer, channel) {
  return `${layer}/${channel}`;
}
