// The explorer: brings images, network and answers together and keeps the link up to date.

import { layerSection } from "./cards.js";
import { differenceSection, pinnedSection } from "./compare.js";
import { button, choice, make, save } from "./dom.js";
import { resultJson, resultPng } from "./download.js";
import { intake, takeSample } from "./intake.js";
import { Network } from "./network.js";
import { here, imagePanel } from "./panels.js";
import { read, write } from "./state.js";

/** @typedef {import("./types.js").Atlas} Atlas */
/** @typedef {import("./types.js").Order} Order */
/** @typedef {import("./types.js").Result} Result */
/** @typedef {import("./network.js").Picture} Picture */
/** @typedef {{ data: string, model: string, runtime: string, worker: string }} Places */

/**
 * Start the explorer in its place on the page.
 * @param {HTMLElement} root
 * @param {Places} places
 */
export async function start(root, places) {
  const response = await fetch(places.data);
  if (!response.ok) throw new Error(`explorer.json: ${response.status}`);
  const atlas = /** @type {Atlas} */ (await response.json());
  const tool = /** @type {HTMLElement} */ (root.querySelector("[data-tool]"));
  const status = /** @type {HTMLElement} */ (root.querySelector("[data-status]"));
  new Explorer(atlas, places, tool, status).open();
}

class Explorer {
  /** @param {Atlas} atlas @param {Places} places @param {HTMLElement} tool @param {HTMLElement} status */
  constructor(atlas, places, tool, status) {
    this.atlas = atlas;
    this.tool = tool;
    this.status = status;
    this.network = new Network(atlas, places, (text) => this.tell(text));
    this.view = read(location.hash, atlas);
    /** @type {(Result | null)[]} */
    this.results = [null, null];
    this.target = 0; // which of the two images the next one becomes
    this.request = 0;
    this.slots = make("div", { class: "na-slots" });
    this.controls = make("div", { class: "na-controls" });
    this.images = make("div", { class: "na-images" });
    this.here = make("div", { class: "na-here-panel" });
    this.answers = make("div", { class: "na-answers" });
  }

  open() {
    const receiver = this.receiver(() => this.target);
    const main = make("div", { class: "na-explorer-main", hidden: true }, make("div", { class: "na-seen" }, this.images, this.here), this.answers);
    this.tool.append(intake(this.atlas.samples, receiver), this.status, this.slots, this.controls, main);
    this.main = main;
    this.tool.hidden = false;
    const size = (this.atlas.model_bytes / 1e6).toFixed(1);
    this.tell(`The network (${size} MB) and what runs it (14 MB) are loaded with the first image.`);
    addEventListener("hashchange", () => this.follow());
    this.openSamples();
  }

  /** Take over a link that the reader followed on this page. */
  follow() {
    if (location.hash.slice(1) === write(this.view)) return;
    const before = this.view.samples;
    this.view = read(location.hash, this.atlas);
    if (this.view.samples.join() !== before.join()) this.openSamples();
    else this.render();
  }

  /** Show the samples that the link names, one after the other. */
  async openSamples() {
    for (const [slot, key] of this.view.samples.entries()) {
      const sample = this.atlas.samples.find((entry) => entry.key === key);
      if (sample) await new Promise((done) => takeSample(sample, this.receiver(() => slot, () => done(null))));
      else if (slot === 1 && this.results[1]) this.drop();
    }
  }

  /** @param {() => number} slot @param {() => void} [done] */
  receiver(slot, done = () => {}) {
    return {
      take: (/** @type {Picture} */ picture) => this.take(picture, slot()).then(done),
      refuse: (/** @type {string} */ reason) => {
        this.tell(`Not shown: ${reason}.`, true);
        done();
      },
    };
  }

  /** Show an image to the network. @param {Picture} picture @param {number} slot */
  async take(picture, slot) {
    this.request += 1;
    const request = this.request;
    this.tool.classList.add("na-busy");
    try {
      const result = await this.network.show(picture);
      if (!result || request !== this.request) return;
      this.results[slot] = result;
      this.view.samples[slot] = result.sample;
      this.target = slot;
      this.render();
      this.tell(`${result.name}: ${this.atlas.layers.length} layers answered in ${result.seconds.toFixed(2)} s.`);
    } catch (error) {
      if (request === this.request) this.tell(`Not shown: ${picture.name}: ${/** @type {Error} */ (error).message}.`, true);
    } finally {
      if (request === this.request) this.tool.classList.remove("na-busy");
    }
  }

  /** @param {string} text @param {boolean} [isFault] */
  tell(text, isFault = false) {
    this.status.textContent = text;
    this.status.classList.toggle("na-fault", isFault);
  }

  /** @returns {Result[]} */
  get shown() {
    return this.results.flatMap((result) => (result ? [result] : []));
  }

  /** Bring the page and its address up to date. */
  render() {
    const fragment = write(this.view);
    history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname + location.search);
    const shown = this.shown;
    if (!shown.length || !this.main) return;
    this.main.hidden = false;
    this.renderSlots();
    this.renderControls();
    this.images.classList.toggle("na-two", shown.length > 1);
    this.images.replaceChildren(...shown.map((result, at) => this.panel(result, at)));
    this.here.replaceChildren(make("p", { class: "na-note" }, "Move over the image, or focus it and press arrow keys: the neurons that answer at that place."));
    const around = { images: this.atlas.images_count, isPinned: (/** @type {string} */ name) => this.view.pins.includes(name), pin: (/** @type {string} */ name) => this.pin(name) };
    const layers = this.atlas.layers.flatMap((layer, place) =>
      this.view.layer && layer.name !== this.view.layer ? [] : [layerSection(layer, shown, place, this.view.order, around)],
    );
    const pinned = pinnedSection(shown, this.view.pins, around);
    const differing = shown.length > 1 ? differenceSection(shown, this.view.layer, around) : null;
    this.answers.replaceChildren(...[pinned, differing, ...layers].filter((part) => part !== null));
  }

  /** @param {Result} result @param {number} at */
  panel(result, at) {
    const title = this.shown.length > 1 ? `${"AB"[at]}: ${result.name}` : result.name;
    return imagePanel(result, title, this.atlas.classes, (place) => {
      if (!place) return;
      const heading = make("p", { class: "na-note" }, `Strongest at this place of ${title}: channel and percentile`);
      this.here.replaceChildren(heading, here(this.atlas, result, place, this.view.layer));
    });
  }

  renderSlots() {
    const pick = choice("The next image", [["0", "Replaces A"], ["1", this.results[1] ? "Replaces B" : "Becomes B, to compare"]], String(this.target), (value) => {
      this.target = Number(value);
    });
    const remove = this.results[1] && button("Remove B", () => this.drop());
    this.slots.replaceChildren(make("span", { class: "na-label" }, "The next image"), pick, ...(remove ? [remove] : []));
  }

  renderControls() {
    const options = [["", "All layers"], ...this.atlas.layers.map((layer) => [layer.name, layer.name])];
    const select = make(
      "select",
      { change: (/** @type {Event} */ event) => this.set({ layer: /** @type {HTMLSelectElement} */ (event.target).value }) },
      ...options.map(([value, text]) => make("option", { value, selected: value === this.view.layer }, text)),
    );
    const order = choice("Order of neurons", [["percentile", "By percentile"], ["response", "By response"]], this.view.order, (value) => this.set({ order: /** @type {Order} */ (value) }));
    const copy = button("Copy link", () => this.copyLink(copy));
    this.controls.replaceChildren(
      make("label", { class: "na-pick" }, "Layer ", select),
      order,
      button("PNG", () => this.savePng(), { "aria-label": "Download as PNG" }),
      button("JSON", () => this.saveJson(), { "aria-label": "Download as JSON" }),
      copy,
    );
  }

  /** @param {Partial<import("./state.js").View>} change */
  set(change) {
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    const name = focused?.getAttribute("name");
    const value = focused?.getAttribute("value");
    Object.assign(this.view, change);
    this.render();
    const again = name ? `input[name="${name}"][value="${value}"]` : "select";
    if (focused) /** @type {HTMLElement | null} */ (this.controls.querySelector(again))?.focus();
  }

  /** @param {string} name */
  pin(name) {
    const { pins } = this.view;
    const top = this.answers.getBoundingClientRect().height;
    this.view.pins = pins.includes(name) ? pins.filter((pin) => pin !== name) : [...pins, name];
    this.render();
    scrollBy(0, this.answers.getBoundingClientRect().height - top);
    /** @type {HTMLElement | null} */ ([...this.answers.querySelectorAll(`[data-pin="${CSS.escape(name)}"]`)].at(-1) ?? null)?.focus({ preventScroll: true });
    this.tell(this.view.pins.includes(name) ? `Pinned ${name}.` : `Unpinned ${name}.`);
  }

  /** Take the second image off again. */
  drop() {
    this.results[1] = null;
    this.view.samples[1] = "";
    this.target = 0;
    this.render();
  }

  /** @param {HTMLButtonElement} place */
  async copyLink(place) {
    const own = this.shown.some((result) => !result.sample);
    try {
      await navigator.clipboard.writeText(location.href);
      place.textContent = "Copied";
      this.tell(own ? "Link copied. It brings back layer, order and pins; your own image stays here." : "Link copied. It brings back this view.");
    } catch {
      this.tell(`The browser refuses to copy; the link is in the address bar.`, true);
    }
  }

  saveJson() {
    const text = JSON.stringify(resultJson(this.atlas, this.shown, this.view), null, 1);
    save(new Blob([text], { type: "application/json" }), `${this.atlas.atlas}-explorer.json`);
  }

  async savePng() {
    const blob = await resultPng(this.atlas, this.shown, this.view, location.href);
    if (blob) save(blob, `${this.atlas.atlas}-explorer.png`);
    else this.tell("The picture is too large for this browser; choose one layer.", true);
  }
}
