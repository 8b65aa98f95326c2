// The page's side of the network: loads it with the first image, runs one image at a time, drops what a
// newer image has overtaken.

import { answersOf } from "./answers.js";

/** @typedef {import("./types.js").Atlas} Atlas */
/** @typedef {import("./types.js").Result} Result */
/** @typedef {{ model: string, runtime: string, worker: string }} Places */
/** @typedef {{ blob: Blob, name: string, sample: string }} Picture */
/** @typedef {{ picture: Picture, id: number, done: (result: Result | null) => void, failed: (error: Error) => void }} Job */
/**
 * @typedef {{ kind: "progress", part: string, loaded: number, total: number }
 *   | { kind: "ready" }
 *   | { kind: "unloaded", message: string }
 *   | { kind: "failed", id: number, message: string }
 *   | { kind: "result", id: number, pixels: Uint8ClampedArray<ArrayBuffer>, maps: [string, Float32Array][], preparing: number, seconds: number }} Report
 */

const CLASSES = "classes"; // output that holds the network's own answer

export class Network {
  /**
   * @param {Atlas} atlas
   * @param {Places} places
   * @param {(text: string) => void} tell
   */
  constructor(atlas, places, tell) {
    this.atlas = atlas;
    this.places = places;
    this.tell = tell;
    /** @type {Worker | null} */
    this.worker = null;
    this.ready = false;
    /** @type {Job | null} */
    this.running = null;
    /** @type {Job | null} */
    this.waiting = null;
    this.count = 0;
    /** @type {Map<string, [number, number]>} */
    this.progress = new Map();
  }

  /**
   * Show an image to the network.
   * @param {Picture} picture
   * @returns {Promise<Result | null>} null where a newer image has overtaken it
   */
  show(picture) {
    this.count += 1;
    return new Promise((done, failed) => {
      this.waiting?.done(null);
      this.waiting = { picture, id: this.count, done, failed };
      this.next();
    });
  }

  next() {
    this.worker ??= this.load();
    if (this.running || !this.waiting) return;
    [this.running, this.waiting] = [this.waiting, null];
    const { picture, id } = this.running;
    if (this.ready) this.tell(`Computing the answers to ${picture.name} …`);
    this.worker.postMessage({ kind: "run", id, blob: picture.blob, prepared: picture.sample !== "" });
  }

  load() {
    const worker = new Worker(this.places.worker, { type: "module" });
    worker.addEventListener("message", (event) => this.receive(event.data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.fail(`the network's own thread could not start${event.message ? ` (${event.message})` : ""}`);
    });
    const { preprocess, model_bytes: modelBytes } = this.atlas;
    const setup = { runtime: this.places.runtime, model: this.places.model, modelBytes, preprocess };
    worker.postMessage({ kind: "load", setup });
    this.tell("Loading the network …");
    return worker;
  }

  /** @param {Report} report */
  receive(report) {
    if (report.kind === "progress") this.tellProgress(report);
    else if (report.kind === "ready") {
      this.ready = true;
      this.tell(`Computing the answers to ${this.running?.picture.name ?? "the image"} …`);
    } else if (report.kind === "unloaded") this.fail(`the network could not be loaded (${report.message})`);
    else this.finish(report);
  }

  /** @param {{ part: string, loaded: number, total: number }} report */
  tellProgress({ part, loaded, total }) {
    if (part === "starting") {
      this.tell("Starting the network …");
      return;
    }
    this.progress.set(part, [loaded, Math.max(total, loaded)]);
    const sums = [...this.progress.values()].reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
    this.tell(`Loading the network: ${megabytes(sums[0])} of ${megabytes(sums[1])} MB`);
  }

  /** @param {Extract<Report, { kind: "failed" | "result" }>} report */
  finish(report) {
    const job = this.running;
    if (!job || job.id !== report.id) return;
    this.running = null;
    if (report.kind === "failed") job.failed(new Error(report.message));
    else job.done(this.waiting ? null : this.result(job.picture, report));
    this.next();
  }

  /** @param {Picture} picture @param {Extract<Report, { kind: "result" }>} report @returns {Result} */
  result({ name, sample }, { pixels, maps: entries, seconds }) {
    const { crop } = this.atlas.preprocess;
    const maps = new Map(entries);
    const answers = answersOf(this.atlas, maps);
    const classes = maps.get(CLASSES) ?? null;
    return { name, sample, view: new ImageData(pixels, crop, crop), maps, classes, answers, seconds };
  }

  /** Start afresh with the next image. @param {string} message */
  fail(message) {
    this.worker?.terminate();
    this.worker = null;
    this.ready = false;
    this.progress.clear();
    for (const job of [this.running, this.waiting]) job?.failed(new Error(message));
    this.running = this.waiting = null;
  }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}
