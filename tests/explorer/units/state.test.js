// Links: what they hold comes back, what does not fit the atlas is left out.

import assert from "node:assert/strict";
import { test } from "node:test";

import { initial, nameOf, read, write } from "../../../site_src/assets/explorer/state.js";

const ATLAS = /** @type {any} */ ({
  layers: [{ name: "layer1.0", neurons: [{ channel: 3 }, { channel: 7 }] }, { name: "fc", neurons: [{ channel: 0 }] }],
  samples: [{ key: "a" }, { key: "b" }],
});

test("the initial view needs no fragment", () => {
  assert.equal(write(initial()), "");
  assert.deepEqual(read("", ATLAS), initial());
});

test("a view comes back by its link", () => {
  const view = /** @type {import("../../../site_src/assets/explorer/state.js").View} */ ({
    layer: "fc",
    order: "response",
    pins: ["layer1.0/7", "fc/0"],
    samples: ["b", "a"],
  });
  assert.deepEqual(read(`#${write(view)}`, ATLAS), view);
  assert.match(write(view), /pins=layer1\.0\/7,fc\/0/, "names stay readable");
});

test("what is not of this atlas is left out, and a pin counts once", () => {
  const found = read("#image=zebra&second=b&layer=layer9&order=upside&pins=layer1.0/3,layer1.0/3,layer1.0/4,x", ATLAS);
  assert.deepEqual(found, { layer: "", order: "percentile", pins: ["layer1.0/3"], samples: ["", "b"] });
});

test("neurons are named by layer and channel", () => {
  assert.equal(nameOf("layer1.0", 3), "layer1.0/3");
});
