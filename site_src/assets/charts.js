// Draws the charts of a page with Vega, in the colours of the page, and again when these change.
// Loaded by atlas.js after chart-specs.js and vega.js.
(() => {
  "use strict";
  const drawn = new Map();

  function colour(name) {
    const probe = document.createElement("span");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  function configuration() {
    const muted = colour("--na-muted");
    const line = colour("--na-line");
    const accent = colour("--na-accent");
    const note = colour("--na-note");
    const font = getComputedStyle(document.body).fontFamily;
    return {
      background: "transparent",
      font,
      view: { stroke: null },
      axis: {
        labelColor: muted, titleColor: muted, gridColor: line, domainColor: muted, tickColor: muted,
        labelFontSize: 11, titleFontSize: 11, titleFontWeight: "normal", labelOverlap: true,
      },
      axisX: { grid: false },
      axisY: { domain: false, ticks: false },
      style: {
        mark: { color: accent },
        band: { color: colour("--na-band") },
        curve: { color: accent, strokeWidth: 2 },
        point: { color: accent, opacity: 0.9 },
        piece: { color: accent, stroke: colour("--md-default-bg-color"), strokeWidth: 1 },
        number: { color: muted, fontSize: 11 },
        twin: { color: note, strokeWidth: 2 },
        "twin-point": { color: note, opacity: 0.9 },
        "twin-band": { color: note, opacity: 0.16 },
        "curve-point": { color: accent, opacity: 0.9 },
        "curve-band": { color: accent, opacity: 0.2 },
        control: { color: muted, strokeWidth: 2, strokeDash: [5, 4] },
        "control-point": { color: muted, opacity: 0.9 },
        "control-band": { color: muted, opacity: 0.16 },
        baseline: { color: muted, strokeWidth: 1 },
        "baseline-text": { color: muted, fontSize: 10 },
        span: { color: accent, strokeWidth: 5, opacity: 0.35 },
        note: { color: note, strokeWidth: 1.5 },
        "note-text": { color: note, fontSize: 11 },
        "guide-label": { fill: muted },
      },
    };
  }

  async function draw(figure) {
    const values = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    // The values are the data, and the height where it depends on these.
    const spec = { ...window.neuronAtlasCharts[figure.dataset.chart], ...values };
    const target = figure.querySelector(".na-chart-view");
    drawn.get(figure)?.finalize();
    const result = await window.vegaEmbed(target, spec, {
      ast: true,
      actions: false,
      renderer: "svg",
      config: configuration(),
      tooltip: { theme: document.body.dataset.mdColorScheme === "slate" ? "dark" : "light" },
    });
    drawn.set(figure, result);
    setUpSignals(figure, result.view);
  }

  function setUpSignals(figure, view) {
    const select = figure.closest(".na-chart-section")?.querySelector("[data-signal]");
    if (!select) return;
    select.closest("label").hidden = false;
    const apply = () => view.signal(select.dataset.signal, select.value).runAsync();
    select.onchange = apply;
    apply();
  }

  function redraw() {
    for (const [figure, result] of drawn) {
      if (figure.isConnected) draw(figure);
      else {
        result.finalize();
        drawn.delete(figure);
      }
    }
  }

  new MutationObserver(redraw).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
  window.neuronAtlasDraw = draw;
})();
