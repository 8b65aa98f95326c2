// What the theme's HTML lacks for screen readers: names of its search dialog and results, titles in the
// footer's labels, which the theme escapes twice, and buttons of code that are no navigation.
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
  const plain = () => {
    for (const bar of document.querySelectorAll("nav.md-code__nav:not([role])")) bar.setAttribute("role", "group");
  };
  new MutationObserver(plain).observe(document.body, { childList: true, subtree: true });
  plain();
})();
