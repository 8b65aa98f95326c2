// What the theme's HTML lacks for screen readers: names of its search dialog and results, and titles in the
// footer's labels, which the theme escapes twice.
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
})();
