// Takes images from the reader: dropped, pasted, chosen, from the camera, or one of the samples.

import { button, make } from "./dom.js";

/** @typedef {import("./types.js").Sample} Sample */
/** @typedef {import("./network.js").Picture} Picture */
/** @typedef {{ take: (picture: Picture) => void, refuse: (reason: string) => void }} Receiver */

const MOST_PIXELS = 100e6; // of an image: beyond, decoding alone may end a tab on a phone
const MOST_BYTES = 2 ** 28;

/**
 * Why a file cannot be shown to the network; null where it can.
 * @param {File | Blob} file
 * @param {string} name
 * @returns {Promise<string | null>}
 */
export async function fault(file, name) {
  if (file.type && !file.type.startsWith("image/")) return `${name} is no image (${file.type}); choose a PNG, JPEG, WebP, GIF, BMP or AVIF file`;
  if (file.type === "image/svg+xml") return `${name} is a drawing (SVG), not an image of pixels; save it as PNG first`;
  if (file.size === 0) return `${name} is empty`;
  if (file.size > MOST_BYTES) return `${name} is larger than ${MOST_BYTES / 2 ** 20} MB; save it smaller first`;
  const size = await sizeOf(file);
  if (!size) return `${name} is no image that the browser can read, or it is damaged`;
  const pixels = size.width * size.height;
  if (pixels > MOST_PIXELS) return `${name} has ${Math.round(pixels / 1e6)} million pixels, more than ${MOST_PIXELS / 1e6} million; save it smaller first`;
  return null;
}

/**
 * The size of an image out of its header, without decoding its pixels.
 * @param {Blob} file
 * @returns {Promise<{ width: number, height: number } | null>}
 */
function sizeOf(file) {
  const address = URL.createObjectURL(file);
  return new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve({ width: image.naturalWidth, height: image.naturalHeight });
    image.onerror = () => resolve(null);
    image.src = address;
  }).finally(() => URL.revokeObjectURL(address)).then((size) => /** @type {any} */ (size));
}

/** @param {File | Blob} file @param {string} name @param {Receiver} receiver */
async function offer(file, name, receiver) {
  const found = await fault(file, name);
  if (found) receiver.refuse(found);
  else receiver.take({ blob: file, name, sample: "" });
}

/** @param {DataTransfer | null} data @param {Receiver} receiver @returns {boolean} whether there was anything */
function offerTransfer(data, receiver) {
  const file = data?.files[0];
  if (!file) return false;
  offer(file, file.name || "the pasted image", receiver);
  return true;
}

/**
 * Take one of the samples.
 * @param {Sample} sample
 * @param {Receiver} receiver
 */
export async function takeSample(sample, receiver) {
  try {
    const response = await fetch(sample.file);
    if (!response.ok) throw new Error(String(response.status));
    receiver.take({ blob: await response.blob(), name: sample.name, sample: sample.key });
  } catch (error) {
    receiver.refuse(`the sample could not be loaded (${/** @type {Error} */ (error).message})`);
  }
}

/**
 * The part of the page that takes images.
 * @param {Sample[]} samples
 * @param {Receiver} receiver
 */
export function intake(samples, receiver) {
  const file = chooser({ accept: "image/*" }, receiver);
  const camera = chooser({ accept: "image/*", capture: "environment" }, receiver);
  const zone = make(
    "div",
    { class: "na-drop" },
    make("p", {}, "Drop an image here, paste one, or"),
    make(
      "p",
      { class: "na-drop-ways" },
      button("Choose an image", () => file.click(), { class: "md-button md-button--primary" }),
      hasTouch() && button("Take a photo", () => camera.click(), { class: "md-button" }),
      !hasTouch() && hasCamera() && button("Use the camera", () => openCamera(receiver), { class: "md-button" }),
    ),
    file,
    camera,
  );
  setUpDropping(zone, receiver);
  document.addEventListener("paste", (event) => {
    if (offerTransfer(event.clipboardData, receiver)) event.preventDefault();
  });
  return make("div", { class: "na-intake" }, zone, samples.length > 0 && sampleStrip(samples, receiver));
}

/** @param {Record<string, string>} attributes @param {Receiver} receiver */
function chooser(attributes, receiver) {
  const input = make("input", { type: "file", hidden: true, tabindex: -1, "aria-hidden": "true", ...attributes });
  input.addEventListener("change", () => {
    const chosen = input.files?.[0];
    if (chosen) offer(chosen, chosen.name, receiver);
    input.value = ""; // the same file can be chosen again
  });
  return input;
}

/** @param {HTMLElement} zone @param {Receiver} receiver */
function setUpDropping(zone, receiver) {
  let depth = 0;
  const mark = (/** @type {number} */ change) => {
    depth = Math.max(0, depth + change);
    zone.classList.toggle("na-over", depth > 0);
  };
  addEventListener("dragenter", (event) => { event.preventDefault(); mark(1); });
  addEventListener("dragleave", () => mark(-1));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    mark(-depth);
    if (!offerTransfer(event.dataTransfer, receiver)) receiver.refuse("what was dropped is no file; drop an image file");
  });
}

/** @param {Sample[]} samples @param {Receiver} receiver */
function sampleStrip(samples, receiver) {
  const pick = (/** @type {Sample} */ sample) =>
    make(
      "button",
      { type: "button", class: "na-sample", title: sample.name, click: () => takeSample(sample, receiver) },
      make("img", { src: sample.file, alt: `Sample: ${sample.name}`, width: 56, height: 56, loading: "lazy" }),
    );
  return make("div", { class: "na-samples" }, make("p", { class: "na-note" }, "Or one of the atlas's own images:"), make("div", {}, ...samples.map(pick)));
}

function hasTouch() {
  return matchMedia("(pointer: coarse)").matches;
}

function hasCamera() {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

/** A photo by a camera of the computer: what it sees, until the reader takes it. @param {Receiver} receiver */
async function openCamera(receiver) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 } } });
  } catch (error) {
    receiver.refuse(`the camera is not to be had (${/** @type {Error} */ (error).name})`);
    return;
  }
  const video = make("video", { autoplay: true, playsinline: true, muted: true, "aria-label": "What the camera sees" });
  video.srcObject = stream;
  const shoot = () => {
    const canvas = make("canvas", { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d")?.drawImage(video, 0, 0);
    canvas.toBlob((blob) => {
      if (blob) offer(blob, "the photo", receiver);
      else receiver.refuse("the camera shows nothing yet");
    });
    dialog.close();
  };
  const dialog = make(
    "dialog",
    { class: "na-camera", close: () => { stream.getTracks().forEach((track) => track.stop()); dialog.remove(); } },
    video,
    make("p", {}, button("Take the photo", shoot, { class: "md-button md-button--primary" }), button("Cancel", () => dialog.close(), { class: "md-button" })),
  );
  document.body.append(dialog);
  dialog.showModal();
}
