// Search from file://, where browsers refuse to start a Worker: its script runs in a hidden frame instead.
(() => {
  if (location.protocol !== "file:") return;

  class FrameWorker extends EventTarget {
    constructor(url) {
      super();
      this.waiting = [];
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.title = "Search worker";
      document.body.append(frame);
      this.scope = frame.contentWindow;
      this.scope.postMessage = (data) => this.deliver(this, data);
      this.scope.importScripts = () => {
        throw new Error("the search of this site needs no further scripts");
      };
      const script = frame.contentDocument.createElement("script");
      script.src = new URL(url, document.baseURI).href;
      script.addEventListener("load", () => this.start());
      script.addEventListener("error", () => this.dispatchEvent(new Event("error")));
      frame.contentDocument.body.append(script);
    }

    start() {
      const waiting = this.waiting;
      this.waiting = null;
      for (const data of waiting) this.deliver(this.scope, data);
    }

    postMessage(data) {
      if (this.waiting) this.waiting.push(structuredClone(data));
      else this.deliver(this.scope, data);
    }

    deliver(target, data) {
      const copy = structuredClone(data);
      setTimeout(() => target.dispatchEvent(new MessageEvent("message", { data: copy })));
    }

    terminate() {
      this.scope.frameElement.remove();
    }
  }

  window.Worker = FrameWorker;
})();
