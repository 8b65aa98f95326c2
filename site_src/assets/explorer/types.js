// The shapes of data that the explorer's modules hand to each other. Types only: nothing runs here.

/**
 * @typedef {object} Neuron
 * @property {number} channel
 * @property {string} page address of its page
 * @property {string} thumbnail address of its small feature visualization, or empty
 * @property {string} exemplar address of its strongest image, or empty
 * @property {string} label empty without one
 * @property {string} category of the label's concept
 * @property {string} badge empty without one
 * @property {boolean} dead
 * @property {number} strongest the largest activation over the atlas's images
 * @property {number[]} peaks quantiles of the images' peaks, at `Atlas.peak_levels`
 * @property {number[]} values quantiles of the activations at all positions, at `Atlas.value_levels`
 */

/**
 * @typedef {object} Layer
 * @property {string} name
 * @property {string} page
 * @property {string} activation what was applied last, or empty
 * @property {number} height
 * @property {number} width
 * @property {number[]} rows centres of the map's rows, in pixels of the network's input
 * @property {number[]} columns
 * @property {Neuron[]} neurons in the order of the network's output
 */

/**
 * @typedef {object} Preprocess
 * @property {number} resize
 * @property {number} crop
 * @property {"nearest" | "bilinear" | "bicubic"} interpolation
 * @property {number[]} mean
 * @property {number[]} std
 */

/**
 * @typedef {object} Sample
 * @property {string} file address
 * @property {string} key what links call it
 * @property {string} name
 */

/**
 * @typedef {object} Atlas
 * @property {string} format
 * @property {string} atlas
 * @property {string} title
 * @property {string} model
 * @property {string} network_sha256
 * @property {string} images_name
 * @property {number} images_count
 * @property {Preprocess} preprocess
 * @property {string[]} classes
 * @property {number} model_bytes
 * @property {number[]} peak_levels
 * @property {number[]} value_levels
 * @property {Layer[]} layers
 * @property {Sample[]} samples
 */

/** @typedef {"percentile" | "response"} Order */

/**
 * What a neuron answers to an image.
 * @typedef {object} Answer
 * @property {Layer} layer
 * @property {Neuron} neuron
 * @property {number} row of the neuron in its layer
 * @property {number} peak
 * @property {number} percentile share of the atlas's images with a smaller peak, 0 to 1
 * @property {number} place of the peak in the response map, rows first
 */

/**
 * An image with all that the network answered.
 * @typedef {object} Result
 * @property {string} name what the reader calls it
 * @property {string} sample its key where it is one of the samples, else empty
 * @property {ImageData} view what the network saw
 * @property {Map<string, Float32Array>} maps by layer: neurons, rows, columns
 * @property {Float32Array | null} classes the network's own output
 * @property {Answer[][]} answers by layer, in the order of its neurons
 * @property {number} seconds the network's run alone
 */

export {};
