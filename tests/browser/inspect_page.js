// Functions that tests run inside a page: text that is too faint, images without alternative, what sticks out.
({
  faint() {
    const parse = (text) => {
      const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
      return [r, g, b, a];
    };
    const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
    const luminance = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const background = (element) => {
      const layers = [];
      for (let at = element; at; at = at.parentElement) {
        const style = getComputedStyle(at);
        if (style.backgroundImage !== "none") return null;
        const colour = parse(style.backgroundColor);
        if (colour[3] > 0) layers.push(colour);
        if (colour[3] === 1) break;
      }
      return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
    };
    const opacity = (element) => {
      let product = 1;
      for (let at = element; at; at = at.parentElement) product *= Number(getComputedStyle(at).opacity);
      return product;
    };
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement;
      const text = texts.currentNode.data.trim();
      if (!text || element.closest("script, style, noscript, .md-search, .md-skip, [hidden], svg:not([class])")) continue;
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const box = element.getBoundingClientRect();
      if (box.width <= 1 || box.height <= 1) continue;
      const style = getComputedStyle(element);
      const behind = background(element);
      const ink = parse(element instanceof SVGElement ? style.fill : style.color);
      const strength = ink[3] * opacity(element);
      if (!behind || strength === 0) continue;
      const [a, b] = [luminance(over([ink[0], ink[1], ink[2], strength], behind)), luminance(behind)];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5) - 0.005) {
        found.push(`${ratio.toFixed(2)} ${element.tagName}.${element.getAttribute("class")}: ${text.slice(0, 40)}`);
      }
    }
    return [...new Set(found)];
  },

  images() {
    const found = [];
    for (const image of document.images) {
      if (!image.hasAttribute("alt")) found.push(`without alt: ${image.src}`);
      const shown = image.checkVisibility();
      if (shown && (!image.complete || image.naturalWidth === 0)) found.push(`not loaded: ${image.src}`);
    }
    return found;
  },

  wide() {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .map((element) => `${element.tagName}.${element.getAttribute("class")}`).slice(0, 8);
  },

  unnamed() {
    const name = (element) =>
      (element.getAttribute("aria-label") || element.textContent || element.title || element.placeholder || "").trim() ||
      [...(element.labels || [])].map((label) => label.textContent.trim()).join("") ||
      [...element.querySelectorAll("img")].map((image) => image.alt).join("");
    return [...document.querySelectorAll("a[href], button, input, select, summary")]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !name(element))
      .map((element) => element.outerHTML.slice(0, 120));
  },

  focused() {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    const label = element.labels?.[0];
    const near = label ? [element, ...label.querySelectorAll("*"), label] : [element];
    return {
      what: element === document.body ? "body" : `${element.tagName} ${(element.textContent || element.value || "").trim().slice(0, 60)}`,
      visible: near.some((at) => {
        const own = getComputedStyle(at);
        return (own.outlineStyle !== "none" && parseFloat(own.outlineWidth) > 0) || own.boxShadow !== "none";
      }) || style.caretColor !== "auto",
    };
  },
})
