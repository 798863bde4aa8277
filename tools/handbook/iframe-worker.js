// A page that lies in a folder may start no worker: there its work is done in a frame that nobody sees.
if (location.protocol === "file:") {
  window.IFrameWorker = window.Worker = class extends EventTarget {
    constructor(address) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.append(this.frame);
      this.early = [];
      const inside = this.frame.contentWindow;
      inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      inside.importScripts = (...all) => Promise.all(all.map((one) => this.load(one)));
      this.load(address).then(() => {
        const early = this.early;
        this.early = null;
        early.forEach((data) => this.postMessage(data));
      });
    }
    load(address) {
      const inside = this.frame.contentDocument;
      return new Promise((done) => {
        const script = inside.createElement("script");
        script.src = address;
        script.onload = done;
        inside.body.append(script);
      });
    }
    postMessage(data) {
      if (this.early) this.early.push(data);
      else this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data }));
    }
    terminate() {
      this.frame.remove();
    }
  };
}
