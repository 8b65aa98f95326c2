// The page of all neurons: filters and sorts the rows of neurons.js, shows them a slice at a time,
// and keeps the state in the address.
(() => {
  "use strict";
  const SLICE = 60;
  const LAYER = 0, CHANNEL = 1, DEAD = 2, CLASS = 3, PAGE = 4, VISUALIZATION = 5, EXEMPLAR = 6, LABEL = 7, BADGE = 8, FIRST = 9;
  const data = window.neuronAtlas;
  const form = document.querySelector("[data-neurons]");
  const table = document.querySelector("[data-neuron-table]");
  const count = document.querySelector("[data-count]");
  const more = document.querySelector("[data-more]");
  const fields = ["q", "layer", "label", "badge", "class", "dead", "of", "min", "max"];
  const columns = [
    { key: "neuron", name: "Neuron", value: (row) => row[LAYER] * 1e7 + row[CHANNEL] },
    { key: "pictures", name: "Pictures" },
    ...data.statistics.map((statistic, at) => ({
      key: statistic.key, name: statistic.name, title: statistic.meaning, number: true,
      value: (row) => row[FIRST + at],
    })),
  ];
  const label = (row) => data.labels[row[LABEL]] ?? [null, "no label"];
  if (data.categories.length) {
    columns.splice(2, 0, { key: "label", name: "Label", text: true, value: (row) => label(row)[0], small: (row) => label(row)[1] });
  }
  if (data.badges.length) {
    const at = data.categories.length ? 3 : 2;
    columns.splice(at, 0, { key: "badge", name: "Reliability", text: true, rank: (row) => row[BADGE], value: (row) => data.badges[row[BADGE]] ?? null });
  }
  if (data.classes.length) {
    columns.push({ key: "class", name: "Best class", text: true, value: (row) => data.classes[row[CLASS]] ?? null });
  }
  let sort = { key: "neuron", descending: false };
  let chosen = [];
  let shown = 0;

  function number(key, value) {
    if (value === null) return "not defined";
    if (key === "zero_fraction") return `${(value * 100).toLocaleString("en", { maximumSignificantDigits: 3 })}%`;
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
      const [digits, power] = value.toExponential(2).split("e");
      return `${digits} × 10^${Number(power)}`.replaceAll("-", "−");
    }
    return value.toLocaleString("en", { minimumSignificantDigits: 3, maximumSignificantDigits: 3 })
      .replace("-", "−").replace(/^0\.00$/, "0");
  }

  function matches(row, state, at) {
    if (state.layer && data.layers[row[LAYER]] !== state.layer) return false;
    if (state.class && data.classes[row[CLASS]] !== state.class) return false;
    if (state.label && label(row)[1] !== state.label) return false;
    if (state.badge && data.badges[row[BADGE]] !== state.badge) return false;
    if (state.dead && row[DEAD] !== (state.dead === "yes" ? 1 : 0)) return false;
    if (state.min !== "" || state.max !== "") {
      const value = row[FIRST + at];
      if (value === null || value === undefined) return false;
      if (state.min !== "" && value < Number(state.min)) return false;
      if (state.max !== "" && value > Number(state.max)) return false;
    }
    if (!state.q) return true;
    const name = `${data.atlas}/${data.layers[row[LAYER]]}/${row[CHANNEL]}`.toLowerCase();
    if (row[LABEL] >= 0 && label(row).join(" ").toLowerCase().includes(state.q)) return true;
    return name.includes(state.q) || (data.classes[row[CLASS]] ?? "").toLowerCase().includes(state.q);
  }

  function state() {
    const values = Object.fromEntries(fields.map((name) => [name, form.elements[name]?.value ?? ""]));
    values.q = values.q.trim().toLowerCase();
    return values;
  }

  function compare(a, b) {
    if (typeof a === "string") return a.localeCompare(b);
    return a - b;
  }

  function choose() {
    const now = state();
    const at = data.statistics.findIndex((statistic) => statistic.key === now.of);
    const column = columns.find((entry) => entry.key === sort.key);
    const value = column.value;
    const rank = column.rank ?? value;
    const found = data.rows.filter((row) => matches(row, now, at));
    const defined = found.filter((row) => value(row) !== null);
    const undefinedRows = found.filter((row) => value(row) === null);
    defined.sort((a, b) => (sort.descending ? -1 : 1) * compare(rank(a), rank(b)));
    chosen = [...defined, ...undefinedRows];
    shown = 0;
    table.tBodies[0].replaceChildren();
    const total = data.rows.length.toLocaleString("en");
    count.textContent = chosen.length === data.rows.length
      ? `${total} neurons` : `${chosen.length.toLocaleString("en")} of ${total} neurons`;
    showMore();
  }

  function picture(address, alternative) {
    const image = document.createElement("img");
    Object.assign(image, { src: address, alt: alternative, loading: "lazy", width: 40, height: 40 });
    return image;
  }

  function line(row) {
    const result = document.createElement("tr");
    const name = `${data.layers[row[LAYER]]}/${row[CHANNEL]}`;
    const heading = document.createElement("th");
    heading.scope = "row";
    const link = document.createElement("a");
    link.href = row[PAGE];
    link.textContent = name;
    heading.append(link);
    if (row[DEAD]) {
      const badge = document.createElement("span");
      badge.className = "na-badge";
      badge.textContent = "dead";
      heading.append(" ", badge);
    }
    const pictures = document.createElement("td");
    const strip = document.createElement("span");
    strip.className = "na-thumbs";
    if (row[VISUALIZATION]) strip.append(picture(row[VISUALIZATION], `Feature visualization of ${name}`));
    if (row[EXEMPLAR]) strip.append(picture(row[EXEMPLAR], `Strongest image of ${name}`));
    pictures.append(strip);
    result.append(heading, pictures);
    for (const column of columns.slice(2)) {
      const cell = document.createElement("td");
      const value = column.value(row);
      cell.textContent = column.number ? number(column.key, value ?? null) : value ?? "";
      if (column.text) Object.assign(cell, { className: "na-text", title: cell.textContent });
      if (column.small) {
        const small = document.createElement("small");
        small.textContent = column.small(row);
        cell.append(value ? " " : "", small);
      }
      result.append(cell);
    }
    return result;
  }

  function showMore() {
    table.tBodies[0].append(...chosen.slice(shown, shown + SLICE).map(line));
    shown = Math.min(shown + SLICE, chosen.length);
    more.hidden = shown >= chosen.length;
    more.textContent = `Show more (${shown.toLocaleString("en")} of ${chosen.length.toLocaleString("en")})`;
  }

  function head() {
    const row = document.createElement("tr");
    for (const column of columns) {
      const cell = document.createElement("th");
      cell.scope = "col";
      if (column.title) cell.title = column.title;
      if (column.text) cell.className = "na-text";
      if (column.value) {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = column.name;
        button.addEventListener("click", () => {
          sort = { key: column.key, descending: sort.key === column.key ? !sort.descending : Boolean(column.number) };
          mark();
          update();
        });
        cell.append(button);
      } else {
        cell.textContent = column.name;
      }
      row.append(cell);
    }
    table.tHead.replaceChildren(row);
    mark();
  }

  function mark() {
    [...table.tHead.rows[0].cells].forEach((cell, at) => {
      if (columns[at].key !== sort.key) cell.removeAttribute("aria-sort");
      else cell.setAttribute("aria-sort", sort.descending ? "descending" : "ascending");
    });
  }

  // The address: #layer=layer3.1&sort=-sparseness
  function read() {
    const values = new URLSearchParams(location.hash.slice(1));
    for (const name of fields) {
      const field = form.elements[name];
      const value = values.get(name);
      if (!field) continue;
      if (value !== null) field.value = value;
      else if (field.tagName === "SELECT") field.selectedIndex = 0;
      else field.value = "";
    }
    const wanted = values.get("sort") ?? "neuron";
    const key = wanted.replace(/^-/, "");
    if (columns.some((column) => column.key === key && column.value)) {
      sort = { key, descending: wanted.startsWith("-") };
    }
  }

  function write() {
    const values = new URLSearchParams();
    for (const name of fields) {
      const value = form.elements[name]?.value;
      if (value && (name !== "of" || form.elements.min.value || form.elements.max.value)) values.set(name, value);
    }
    if (sort.key !== "neuron" || sort.descending) values.set("sort", (sort.descending ? "-" : "") + sort.key);
    const text = values.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  }

  function update() {
    write();
    choose();
  }

  form.hidden = false;
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(update));
  more.addEventListener("click", () => {
    const last = table.tBodies[0].lastElementChild;
    showMore();
    last?.nextElementSibling?.querySelector("a")?.focus();
  });
  new IntersectionObserver((entries) => {
    if (entries[0].isIntersecting && !more.hidden) showMore();
  }, { rootMargin: "400px" }).observe(more);
  window.addEventListener("hashchange", () => { read(); mark(); choose(); });
  read();
  head();
  choose();
})();
