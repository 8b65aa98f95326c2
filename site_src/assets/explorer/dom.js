// Makes elements.

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * An element with attributes, listeners (functions, by the event's name) and children.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/** A button. @param {string} text @param {() => void} click @param {Record<string, any>} [attributes] */
export function button(text, click, attributes = {}) {
  return make("button", { type: "button", class: "na-button", ...attributes, click }, text);
}

/**
 * A choice of one out of a few, as radio buttons that look like one switch.
 * @param {string} label
 * @param {[string, string][]} options value and text
 * @param {string} chosen
 * @param {(value: string) => void} change
 */
export function choice(label, options, chosen, change) {
  const name = label.toLowerCase().replaceAll(" ", "-");
  return make(
    "fieldset",
    { class: "na-choice", change: (/** @type {Event} */ event) => change(/** @type {HTMLInputElement} */ (event.target).value) },
    make("legend", { class: "na-hidden" }, label),
    ...options.map(([value, text]) =>
      make("label", {}, make("input", { type: "radio", name, value, checked: value === chosen }), make("span", {}, text)),
    ),
  );
}

/** Offer a file to save. @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
