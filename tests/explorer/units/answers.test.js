// What numbers say: percentiles, rankings, places, differences and classes, against the obvious ways.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answersAt, answersOf, differences, excess, likeliest, nearest, number, percent, percentile, ranked } from "../../../site_src/assets/explorer/answers.js";

const LEVELS = [0, 0.5, 1];

/** @param {number} channel @param {Partial<import("../../../site_src/assets/explorer/types.js").Neuron>} [own] */
function neuron(channel, own = {}) {
  return /** @type {any} */ ({ channel, peaks: [0, 1, 4], values: [0, 1, 4], strongest: 4, ...own });
}

/** Two neurons on maps of two rows and three columns. @param {any[]} neurons */
function atlas(neurons) {
  const layer = { name: "one", neurons, height: 2, width: 3, rows: [5, 15], columns: [5, 15, 25] };
  return /** @type {any} */ ({ layers: [layer], peak_levels: LEVELS, value_levels: LEVELS });
}

const MAPS = new Map([["one", Float32Array.of(0, 0, 0, 0, 0.5, 0, 0, 3, 0, 0, 0, 0)]]);

test("percentiles are linear between quantiles and end at 0 and 1", () => {
  assert.equal(percentile(0.5, [0, 1, 4], LEVELS), 0.25);
  assert.equal(percentile(2.5, [0, 1, 4], LEVELS), 0.75);
  assert.equal(percentile(-1, [0, 1, 4], LEVELS), 0);
  assert.equal(percentile(9, [0, 1, 4], LEVELS), 1);
});

test("a value that many images share counts those below it alone", () => {
  assert.equal(percentile(0, [0, 0, 4], LEVELS), 0);
  assert.equal(percentile(2, [0, 0, 4], LEVELS), 0.75);
});

test("peaks and their places are found in every neuron's own map", () => {
  const [[first, second]] = answersOf(atlas([neuron(7), neuron(9)]), MAPS);
  assert.deepEqual([first.peak, first.place, first.percentile], [0.5, 4, 0.25]);
  assert.deepEqual([second.peak, second.place], [3, 1]);
  assert.equal(excess(second), 0.75);
});

test("rankings go by percentile, then by how far a peak goes beyond the atlas, then by channel", () => {
  const answers = [
    { neuron: neuron(3), peak: 8, percentile: 1 },
    { neuron: neuron(1), peak: 3, percentile: 0.9 },
    { neuron: neuron(2, { strongest: 1 }), peak: 4, percentile: 1 },
    { neuron: neuron(0), peak: 8, percentile: 1 },
  ];
  const order = (/** @type {any} */ by) => ranked(/** @type {any} */ (answers), by).map((answer) => answer.neuron.channel);
  assert.deepEqual(order("percentile"), [2, 0, 3, 1]);
  assert.deepEqual(order("response"), [0, 3, 2, 1]);
});

test("ranking leaves what it was given as it was", () => {
  const answers = /** @type {any} */ ([{ neuron: neuron(1), peak: 0, percentile: 0 }, { neuron: neuron(0), peak: 1, percentile: 1 }]);
  ranked(answers, "percentile");
  assert.equal(answers[0].neuron.channel, 1);
});

test("a place of the image is the nearest cell, and neurons are ranked by their own value there", () => {
  assert.equal(nearest([5, 15, 25], 11), 1);
  assert.equal(nearest([5, 15, 25], -100), 0);
  assert.equal(nearest([5, 15, 25], 10), 0, "of two that are as near, the first");
  const result = /** @type {any} */ ({ maps: MAPS });
  const there = answersAt(atlas([neuron(7), neuron(9)]), result, 0, 14, 14);
  assert.deepEqual(there.map((answer) => [answer.neuron.channel, answer.value]), [[7, 0.5], [9, 0]]);
});

test("differences of two images are ranked by size, whichever way they point", () => {
  const [a, b, c] = [neuron(0), neuron(1), neuron(2)];
  const of = (/** @type {number[]} */ shares) => /** @type {any} */ ({ answers: [[a, b, c].map((own, at) => ({ neuron: own, peak: shares[at], percentile: shares[at] }))] });
  const found = differences(of([0.9, 0.1, 0.5]), of([0.8, 0.9, 0.5]));
  assert.deepEqual(found.map(({ first }) => first.neuron.channel), [1, 0, 2]);
  assert.equal(found[0].difference, 0.1 - 0.9);
});

test("classes are the softmax of the outputs, also of large ones", () => {
  const found = likeliest(Float32Array.of(1000, 1000 + Math.log(3)), ["cat"]);
  assert.equal(found[0].name, "class 1");
  assert.ok(Math.abs(found[0].share - 0.75) < 1e-4);
  assert.ok(Math.abs(found[1].share - 0.25) < 1e-4);
});

test("numbers are written as the atlas's pages write them", () => {
  assert.equal(percent(0.973), "97.3%");
  assert.equal(percent(0.9999), "above 99.9%");
  assert.equal(percent(1), "100.0%");
  assert.equal(number(-1234.5), "−1,230");
});
