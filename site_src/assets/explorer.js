// Starts the explorer where it can run, and else says why not and what helps. A classic script, because
// modules do not load from file://.
(() => {
  "use strict";
  const root = document.querySelector("[data-explorer]");

  function reason() {
    if (location.protocol === "file:") {
      return ["A page opened from a file may load no network. This one command serves the site on your own machine: ", "neuron-atlas serve"];
    }
    if (typeof WebAssembly !== "object") {
      return ["This browser has no WebAssembly, or it is switched off; the network needs it. A current Firefox, Chrome, Edge or Safari has it."];
    }
    if (typeof OffscreenCanvas !== "function" || typeof createImageBitmap !== "function") {
      return ["This browser cannot draw outside a page (OffscreenCanvas), which reading images needs. A current Firefox, Chrome, Edge or Safari can."];
    }
    return null;
  }

  function explain([text, command]) {
    const place = root.querySelector("[data-reason-text]");
    place.textContent = text;
    if (command) {
      const code = document.createElement("code");
      code.textContent = command;
      place.append(code);
    }
    root.querySelector("[data-reason]").hidden = false;
  }

  const found = reason();
  if (found) {
    explain(found);
    return;
  }
  const address = (name) => new URL(name, document.baseURI).href;
  import(address(`${root.dataset.modules}page.js`))
    .then((page) => page.start(root, {
      data: address(root.dataset.explorer),
      model: address(root.dataset.model),
      runtime: address(root.dataset.runtime),
      worker: address(`${root.dataset.modules}worker.js`),
    }))
    .catch((error) => explain([`Its files could not be loaded (${error.message}). Reload the page; on a site of your own, this one command builds them again: `, "neuron-atlas render"]));
})();
