// What the generated pages do beyond showing: copy, switch views, sort tables, leap to a random neuron,
// load charts when they come into view. A classic script, because modules do not load from file://.
(() => {
  "use strict";
  const assets = new URL(".", document.currentScript.src).href;

  function load(address) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = () => reject(new Error(`cannot load ${address}`));
      document.head.append(script);
    });
  }

  // Copying: the clipboard where the browser grants it, else a selection that the browser copies.
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (!done) throw new Error("the browser refuses to copy");
    }
  }

  function announce(button, text) {
    const label = button.firstChild;
    const before = button.dataset.label || label.data;
    button.dataset.label = before;
    label.data = text;
    button.setAttribute("aria-live", "polite");
    setTimeout(() => { label.data = before; }, 1600);
  }

  function setUpCopying(root) {
    for (const button of root.querySelectorAll("[data-copy]")) {
      button.addEventListener("click", () => {
        copy(button.dataset.copy).then(() => announce(button, "Copied"), () => announce(button, "Not copied"));
      });
    }
  }

  // A choice sets an attribute of its section (data-view, data-wall), which the style sheet reads.
  // The reader's last choice holds for the next pages.
  const attributes = { "exemplar-view": "view", wall: "wall" };

  function remembered(name) {
    try { return sessionStorage.getItem(`neuron-atlas-${name}`); } catch { return null; }
  }

  function remember(name, value) {
    try { sessionStorage.setItem(`neuron-atlas-${name}`, value); } catch { /* private window: forget */ }
  }

  function setUpChoices(root) {
    for (const field of root.querySelectorAll("[data-choice]")) {
      const name = field.dataset.choice;
      const attribute = attributes[name];
      const section = field.closest(`[data-${attribute}]`);
      const inputs = [...field.querySelectorAll("input")];
      const last = inputs.find((input) => input.value === remembered(name));
      field.hidden = false;
      if (last) {
        last.checked = true;
        section.dataset[attribute] = last.value;
      }
      field.addEventListener("change", (event) => {
        section.dataset[attribute] = event.target.value;
        remember(name, event.target.value);
      });
    }
  }

  // A random neuron: its links come from the atlas's table, loaded at the first click.
  function setUpRandom(root) {
    for (const link of root.querySelectorAll("[data-random]")) {
      link.addEventListener("click", async (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        const folder = new URL(".", link.href).href;
        try {
          if (!window.neuronAtlas) await load(new URL("neurons.js", folder).href);
          const rows = window.neuronAtlas.rows;
          location.href = new URL(rows[Math.floor(Math.random() * rows.length)][4], folder).href;
        } catch {
          location.href = link.href;
        }
      });
    }
  }

  // Tables that are on the page already: sort by a heading, find text.
  function compare(a, b) {
    if (a === b) return 0;
    if (a === "") return 1;
    if (b === "") return -1;
    return typeof a === "number" ? a - b : a.localeCompare(b);
  }

  function cellValue(row, column, numeric) {
    const cell = row.cells[column];
    const text = cell.dataset.value ?? cell.textContent.trim();
    return numeric && text !== "" ? Number(text) : text;
  }

  function sortRows(body, column, numeric, descending) {
    const rows = [...body.rows].map((row) => ({ row, value: cellValue(row, column, numeric) }));
    rows.sort((a, b) => {
      if (a.value === "" || b.value === "") return compare(a.value, b.value);
      return (descending ? -1 : 1) * compare(a.value, b.value);
    });
    body.append(...rows.map((entry) => entry.row));
  }

  function setUpSorting(root) {
    for (const section of root.querySelectorAll(".na-sortable")) {
      const body = section.querySelector("tbody");
      const headings = [...section.querySelectorAll("th[data-sort]")];
      for (const heading of headings) {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = heading.textContent;
        heading.replaceChildren(button);
        button.addEventListener("click", () => {
          const numeric = heading.dataset.sort === "number";
          const before = heading.getAttribute("aria-sort");
          const descending = before ? before === "ascending" : numeric && heading.cellIndex > 0;
          for (const other of headings) other.removeAttribute("aria-sort");
          heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
          sortRows(body, heading.cellIndex, numeric, descending);
        });
      }
      setUpFinding(section, body);
    }
  }

  function setUpFinding(section, body) {
    const find = section.querySelector("[data-find]");
    const filters = [...section.querySelectorAll("[data-filter]")];
    const count = section.querySelector("[data-count]");
    const apply = () => {
      const wanted = find.value.trim().toLowerCase();
      const chosen = filters.filter((filter) => filter.value !== "");
      let shown = 0;
      for (const row of body.rows) {
        const texts = [...row.querySelectorAll("th, .na-text")].map((cell) => cell.textContent.toLowerCase());
        const found = texts.some((text) => text.includes(wanted));
        row.hidden = !found || chosen.some((filter) => row.dataset[filter.dataset.filter] !== filter.value);
        shown += row.hidden ? 0 : 1;
      }
      const noun = section.dataset.noun || "neurons";
      count.textContent = wanted || chosen.length ? `${shown} of ${body.rows.length} ${noun}` : "";
    };
    for (const field of [find, ...filters]) {
      field.closest("label").hidden = false;
      field.addEventListener("input", apply);
    }
  }

  // Charts: their scripts are loaded when the first one comes near the view.
  let chartScripts;

  function loadCharts() {
    chartScripts ??= load(`${assets}chart-specs.js`)
      .then(() => load(`${assets}vega.js`))
      .then(() => load(`${assets}charts.js`));
    return chartScripts;
  }

  function setUpCharts(root) {
    const observer = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        observer.unobserve(entry.target);
        loadCharts().then(() => window.neuronAtlasDraw(entry.target), console.error);
      }
    }, { rootMargin: "300px" });
    for (const chart of root.querySelectorAll("[data-chart]")) observer.observe(chart);
  }

  function setUp() {
    const root = document.querySelector(".md-content") || document;
    if (root.dataset?.neuronAtlas) return;
    if (root.dataset) root.dataset.neuronAtlas = "ready";
    for (const part of [setUpCopying, setUpChoices, setUpRandom, setUpSorting, setUpCharts]) part(root);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", setUp);
  else setUp();
  // With instant navigation the theme swaps the content and tells so here.
  window.document$?.subscribe(setUp);
})();
