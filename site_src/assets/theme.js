// What the theme's HTML lacks for screen readers: names of its search dialog and results, titles in the
// footer's labels, which the theme escapes twice, and the bars of buttons of code.
(() => {
  const search = document.querySelector(".md-search");
  if (search) search.setAttribute("aria-label", "Search");
  const results = document.querySelector(".md-search__scrollwrap");
  if (results) {
    results.setAttribute("role", "region");
    results.setAttribute("aria-label", "Search results");
  }
  for (const link of document.querySelectorAll(".md-footer__link")) {
    link.setAttribute("aria-label", link.textContent.trim().replace(/\s*\n\s*/g, ": "));
  }
  const name = () => {
    document.querySelectorAll(".md-code__nav").forEach((bar, place) => {
      const label = `Code ${place + 1}`;
      if (bar.getAttribute("aria-label") !== label) bar.setAttribute("aria-label", label);
    });
  };
  new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
  name();
})();
