// The map of all neurons: points or thumbnails on a canvas, to move, zoom, colour, find and choose.
// Rows come from neurons.js (see neuron-table.js), positions from map-positions.js.
(() => {
  "use strict";
  const LAYER = 0, CHANNEL = 1, PAGE = 4, VISUALIZATION = 5, EXEMPLAR = 6, LABEL = 7, BADGE = 8;
  const MOST_ZOOM = 60;
  const MARGIN = 24;
  const root = document.querySelector("[data-neuron-map]");
  const canvas = root.querySelector("[data-map-canvas]");
  const card = root.querySelector("[data-map-card]");
  const legend = root.querySelector("[data-map-legend]");
  const form = root.querySelector("form");
  const data = window.neuronAtlas;
  const points = data.rows
    .map((row, index) => ({ row, place: window.neuronAtlasMap[index] }))
    .filter((point) => point.place)
    .map(({ row, place: [x, y] }) => ({ row, x, y, name: `${data.layers[row[LAYER]]}/${row[CHANNEL]}` }));
  const label = (row) => data.labels[row[LABEL]] ?? ["", ""];
  const pictures = new Map();
  const hidden = new Set();
  const view = { scale: 1, x: 0.5, y: 0.5 }; // the map's point in the middle of the canvas
  let chosen = null;
  let size = { width: 0, height: 0 };
  let waiting = false;

  // Colours: layers along a scale, for they have an order; categories and badges by hue.
  const HUES = [212, 28, 140, 330, 55, 270, 180, 5, 95, 300, 235, 75];
  const dark = () => document.body.dataset.mdColorScheme === "slate";

  function groupings() {
    const badges = { failed: 5, mixed: 45, reliable: 150 };
    const named = data.categories.filter((name) => name !== "no label");
    return {
      layer: { title: "Layer", keys: data.layers, of: (row) => data.layers[row[LAYER]], hue: (key, at) => 265 - (250 * at) / Math.max(1, data.layers.length - 1) },
      category: { title: "Category of the label", keys: [...named, "no label"], of: (row) => label(row)[1] || "no label", hue: (key, at) => (key === "no label" ? null : HUES[at % HUES.length]) },
      badge: { title: "Reliability", keys: data.badges, of: (row) => data.badges[row[BADGE]] ?? "none", hue: (key) => badges[key] ?? null },
    };
  }

  function colour(hue) {
    if (hue === null) return dark() ? "hsl(210 8% 55%)" : "hsl(210 8% 62%)";
    return dark() ? `hsl(${hue} 70% 65%)` : `hsl(${hue} 72% 42%)`;
  }

  let grouping;
  let colours = new Map();

  function regroup() {
    grouping = groupings()[form.elements.colour.value];
    const used = new Set(points.map((point) => grouping.of(point.row)));
    const keys = [...grouping.keys, ...[...used].filter((key) => !grouping.keys.includes(key))].filter((key) => used.has(key));
    colours = new Map(keys.map((key) => [key, colour(grouping.hue(key, grouping.keys.indexOf(key)))]));
    hidden.clear();
    root.querySelector("[data-map-legend-title]").textContent = grouping.title;
    legend.replaceChildren(...keys.map(entry));
  }

  function entry(key) {
    const line = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: true });
    const mark = document.createElement("i");
    mark.style.background = colours.get(key);
    const count = points.filter((point) => grouping.of(point.row) === key).length;
    const small = document.createElement("small");
    small.textContent = count.toLocaleString("en");
    box.addEventListener("change", () => {
      if (box.checked) hidden.delete(key); else hidden.add(key);
      draw();
    });
    line.append(box, mark, key, " ", small);
    return line;
  }

  const found = (point) => {
    const wanted = form.elements.q.value.trim().toLowerCase();
    return !wanted || point.name.toLowerCase().includes(wanted) || label(point.row).join(" ").toLowerCase().includes(wanted);
  };
  const visible = (point) => !hidden.has(grouping.of(point.row));

  // From the map to the canvas and back.
  const unit = () => (Math.min(size.width, size.height) - 2 * MARGIN) * view.scale;
  const across = (point) => (point.x - view.x) * unit() + size.width / 2;
  const down = (point) => (point.y - view.y) * unit() + size.height / 2;

  function clamp() {
    view.scale = Math.min(MOST_ZOOM, Math.max(1, view.scale));
    const reach = 0.5 / view.scale;
    for (const axis of ["x", "y"]) view[axis] = Math.min(1 - reach, Math.max(reach, view[axis]));
  }

  function zoom(factor, x = size.width / 2, y = size.height / 2) {
    const before = { x: view.x + (x - size.width / 2) / unit(), y: view.y + (y - size.height / 2) / unit() };
    view.scale *= factor;
    view.scale = Math.min(MOST_ZOOM, Math.max(1, view.scale));
    view.x = before.x - (x - size.width / 2) / unit();
    view.y = before.y - (y - size.height / 2) / unit();
    clamp();
    draw();
  }

  function picture(address) {
    if (!pictures.has(address)) {
      const image = new Image();
      image.onload = draw;
      image.src = address;
      pictures.set(address, image);
    }
    const image = pictures.get(address);
    return image.complete && image.naturalWidth ? image : null;
  }

  function draw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; paint(); });
  }

  function paint() {
    const pen = canvas.getContext("2d");
    const ratio = window.devicePixelRatio || 1;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, size.width, size.height);
    const which = form.elements.view.value;
    const column = which === "visualization" ? VISUALIZATION : EXEMPLAR;
    const side = Math.min(112, Math.max(10, (0.55 * unit()) / Math.sqrt(points.length)));
    const radius = Math.min(12, Math.max(3, side / 6));
    for (const point of points) {
      if (!visible(point)) continue;
      const x = across(point), y = down(point);
      if (x < -side || y < -side || x > size.width + side || y > size.height + side) continue;
      pen.globalAlpha = found(point) ? 1 : 0.12;
      const image = which !== "points" && point.row[column] ? picture(point.row[column]) : null;
      if (image) {
        pen.drawImage(image, x - side / 2, y - side / 2, side, side);
        pen.lineWidth = 2;
        pen.strokeStyle = colours.get(grouping.of(point.row));
        pen.strokeRect(x - side / 2, y - side / 2, side, side);
      } else {
        pen.beginPath();
        pen.arc(x, y, radius, 0, 2 * Math.PI);
        pen.fillStyle = colours.get(grouping.of(point.row));
        pen.fill();
      }
    }
    pen.globalAlpha = 1;
    if (chosen) ring(pen, Math.max(radius, which === "points" ? 0 : side / 2) + 4);
  }

  function ring(pen, radius) {
    pen.beginPath();
    pen.arc(across(chosen), down(chosen), radius, 0, 2 * Math.PI);
    pen.lineWidth = 3;
    pen.strokeStyle = getComputedStyle(document.body).getPropertyValue("--na-note") || "#b3400f";
    pen.stroke();
  }

  // Choosing: the card beside the map shows the neuron and leads to its page.
  function choose(point) {
    chosen = point;
    const { row, name } = point;
    const strip = document.createElement("span");
    strip.className = "na-thumbs";
    for (const [column, what] of [[VISUALIZATION, "Feature visualization"], [EXEMPLAR, "Strongest image"]]) {
      if (!row[column]) continue;
      strip.append(Object.assign(document.createElement("img"), { src: row[column], alt: `${what} of ${name}`, width: 96, height: 96 }));
    }
    const link = Object.assign(document.createElement("a"), { href: row[PAGE], textContent: name });
    const title = document.createElement("strong");
    title.append(link);
    const facts = [label(row)[0] ? `label ${label(row).filter(Boolean).join(", ")}` : data.categories.length ? "no label" : "", row[BADGE] >= 0 ? `picture ${data.badges[row[BADGE]]}` : ""];
    const text = document.createElement("span");
    text.textContent = facts.filter(Boolean).join("; ");
    card.replaceChildren(title, text, strip);
    draw();
  }

  function nearest(x, y, reach) {
    let best = null, least = reach;
    for (const point of points) {
      const distance = Math.hypot(across(point) - x, down(point) - y);
      if (distance < least && visible(point) && found(point)) [best, least] = [point, distance];
    }
    return best;
  }

  function step(dx, dy) {
    const others = points.filter((point) => point !== chosen && visible(point) && found(point));
    const from = chosen ?? { x: view.x, y: view.y };
    let best = null, least = Infinity;
    for (const point of others) {
      const along = (point.x - from.x) * dx + (point.y - from.y) * dy;
      const aside = Math.abs((point.x - from.x) * dy - (point.y - from.y) * dx);
      if (along > 0 && aside <= along && along + 2 * aside < least) [best, least] = [point, along + 2 * aside];
    }
    best ??= chosen ? null : others[0];
    if (!best) return;
    choose(best);
    const x = across(best), y = down(best);
    if (x < MARGIN || y < MARGIN || x > size.width - MARGIN || y > size.height - MARGIN) {
      [view.x, view.y] = [best.x, best.y];
      clamp();
    }
  }

  const keys = {
    ArrowLeft: () => step(-1, 0), ArrowRight: () => step(1, 0), ArrowUp: () => step(0, -1), ArrowDown: () => step(0, 1),
    "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), 0: () => whole(),
    Enter: () => { if (chosen) location.href = chosen.row[PAGE]; },
  };

  function whole() {
    Object.assign(view, { scale: 1, x: 0.5, y: 0.5 });
    draw();
  }

  // Pointers: one moves the map or chooses, two zoom.
  const down_at = new Map();
  let travelled = 0;

  const local = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const gap = () => {
    const [one, other] = [...down_at.values()];
    return { length: Math.hypot(one.x - other.x, one.y - other.y), x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
  };

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (!down_at.size) travelled = 0;
    down_at.set(event.pointerId, local(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    const now = local(event);
    const before = down_at.get(event.pointerId);
    if (!before) {
      const under = nearest(now.x, now.y, 14);
      canvas.title = under ? under.name : "";
      canvas.style.cursor = under ? "pointer" : "grab";
      return;
    }
    travelled += Math.hypot(now.x - before.x, now.y - before.y);
    if (down_at.size === 2) {
      const wide = gap();
      down_at.set(event.pointerId, now);
      const then = gap();
      zoom(then.length / Math.max(1, wide.length), then.x, then.y);
      return;
    }
    down_at.set(event.pointerId, now);
    view.x -= (now.x - before.x) / unit();
    view.y -= (now.y - before.y) / unit();
    clamp();
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      if (!down_at.delete(event.pointerId) || end === "pointercancel" || travelled > 6) return;
      const { x, y } = local(event);
      const point = nearest(x, y, 24);
      if (point) choose(point);
    });
  }
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { x, y } = local(event);
    zoom(Math.exp(-event.deltaY / 300), x, y);
  }, { passive: false });
  canvas.addEventListener("dblclick", (event) => {
    const { x, y } = local(event);
    zoom(2, x, y);
  });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });

  for (const button of root.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => ({ in: () => zoom(1.5), out: () => zoom(1 / 1.5), all: whole })[button.dataset.zoom]());
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    if (event.target.name === "colour") regroup();
    if (event.target.name === "q") {
      const matching = points.filter((point) => found(point) && visible(point));
      if (event.target.value.trim() && matching.length === 1) choose(matching[0]);
    }
    draw();
  });
  new MutationObserver(() => { regroup(); draw(); }).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });

  root.hidden = false;
  regroup();
  new ResizeObserver(([change]) => {
    const { width, height } = change.contentRect;
    const ratio = window.devicePixelRatio || 1;
    size = { width, height };
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    paint();
  }).observe(canvas.parentElement);
})();
