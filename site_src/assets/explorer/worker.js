// Runs the network, off the page's own thread: reads an image, prepares it, answers with response maps.

import { normalized, view } from "./resample.js";

/** @typedef {import("./types.js").Preprocess} Preprocess */
/** @typedef {{ runtime: string, model: string, modelBytes: number, preprocess: Preprocess }} Setup */
/** @typedef {{ kind: "load", setup: Setup } | { kind: "run", id: number, blob: Blob, prepared: boolean }} Order */
/**
 * The part of ONNX Runtime Web that is used here.
 * @typedef {{ data: Float32Array, dispose(): void }} Tensor
 * @typedef {{ run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>, inputNames: string[] }} Session
 * @typedef {object} Runtime
 * @property {{ wasm: { numThreads: number, wasmBinary?: ArrayBuffer }, logLevel: string }} env
 * @property {{ create(model: Uint8Array, options: object): Promise<Session> }} InferenceSession
 * @property {new (type: "float32", data: Float32Array, shape: number[]) => Tensor} Tensor
 */

/** What a reader is told of a failure. */
class Unfit extends Error {}

/** @type {Promise<{ runtime: Runtime, session: Session, preprocess: Preprocess }> | null} */
let loading = null;

/** @param {Setup} setup */
async function load({ runtime: folder, model, modelBytes, preprocess }) {
  const ort = `${folder}ort.mjs`;
  const [runtime, wasm, network] = await Promise.all([
    /** @type {Promise<Runtime>} */ (import(ort)),
    fetched(`${folder}ort.wasm`, 0, "runtime"),
    fetched(model, modelBytes, "network"),
  ]);
  runtime.env.wasm.numThreads = 1;
  runtime.env.wasm.wasmBinary = wasm;
  runtime.env.logLevel = "error";
  postMessage({ kind: "progress", part: "starting", loaded: 0, total: 0 });
  const session = await runtime.InferenceSession.create(new Uint8Array(network), { executionProviders: ["wasm"] });
  return { runtime, session, preprocess };
}

/**
 * Download a file and tell how far it has come.
 * @param {string} address
 * @param {number} size where it is known
 * @param {string} part
 * @returns {Promise<ArrayBuffer>}
 */
async function fetched(address, size, part) {
  const response = await fetch(address);
  if (!response.ok || !response.body) throw new Unfit(`${address.split("/").pop()} could not be loaded (${response.status})`);
  const total = size || Number(response.headers.get("Content-Length")) || 0;
  const chunks = [];
  let loaded = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    loaded += value.length;
    postMessage({ kind: "progress", part, loaded, total });
  }
  return new Blob(chunks).arrayBuffer();
}

/**
 * The network's view of an image; a prepared one is such a view already.
 * @param {Blob} blob
 * @param {boolean} prepared
 * @param {Preprocess} preprocess
 */
async function viewOf(blob, prepared, preprocess) {
  const image = await createImageBitmap(blob, { colorSpaceConversion: "none" }).catch(() => {
    throw new Unfit("this file is no image that the browser can read, or it is damaged");
  });
  try {
    const { width, height } = image;
    const crop = preprocess.crop;
    const exact = prepared && width === crop && height === crop;
    return view(rowsOf(image), width, height, exact ? { ...preprocess, resize: crop } : preprocess);
  } finally {
    image.close();
  }
}

/**
 * Rows of an image over white, a strip at a time: a large image is never in memory twice.
 * @param {ImageBitmap} image
 * @returns {import("./resample.js").Rows}
 */
function rowsOf(image) {
  /** @type {OffscreenCanvas | null} */
  let canvas = null;
  return (first, count) => {
    if (!canvas || canvas.height < count) canvas = new OffscreenCanvas(image.width, count);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new Unfit("the image is too large for this browser");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, image.width, count);
    context.drawImage(image, 0, first, image.width, count, 0, 0, image.width, count);
    return context.getImageData(0, 0, image.width, count).data;
  };
}

/** @param {number} id @param {Blob} blob @param {boolean} prepared */
async function run(id, blob, prepared) {
  if (!loading) throw new Unfit("the network is not loaded");
  const { runtime, session, preprocess } = await loading;
  const started = performance.now();
  const pixels = await viewOf(blob, prepared, preprocess);
  const seen = performance.now();
  const { crop } = preprocess;
  const input = new runtime.Tensor("float32", normalized(pixels, preprocess), [1, 3, crop, crop]);
  const outputs = await session.run({ [session.inputNames[0]]: input });
  const maps = Object.entries(outputs).map(([name, tensor]) => {
    const values = new Float32Array(tensor.data);
    tensor.dispose();
    return /** @type {const} */ ([name, values]);
  });
  input.dispose();
  if (maps.some(([, values]) => !values.every(Number.isFinite))) throw new Unfit("the network yields values that are not finite for this image");
  const done = performance.now();
  const message = { kind: "result", id, pixels, maps, preparing: (seen - started) / 1000, seconds: (done - seen) / 1000 };
  postMessage(message, { transfer: [pixels.buffer, ...maps.map(([, values]) => values.buffer)] });
}

addEventListener("message", (/** @type {MessageEvent<Order>} */ event) => {
  const order = event.data;
  if (order.kind === "load") {
    loading = load(order.setup);
    loading.then(
      () => postMessage({ kind: "ready" }),
      (error) => postMessage({ kind: "unloaded", message: error.message }),
    );
    return;
  }
  run(order.id, order.blob, order.prepared).catch((error) => {
    const message = error instanceof Unfit ? error.message : `the network could not run (${error.message})`;
    postMessage({ kind: "failed", id: order.id, message });
  });
});
