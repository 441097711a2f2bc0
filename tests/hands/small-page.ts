/** A page of two figures that keep the contract, and on request break it: hands must see that. */

/** What goes wrong, and words of the report that must come of it. */
export interface Fault {
  what: string;
  /** A script; `figure` is the first figure. */
  script: string;
  report: RegExp;
}

/** What the driver of each browser has to see. Scripts run once, when hands do anything for the first time. */
export const behindTheScenes: Fault[] = [
  { what: "an error is thrown", script: "throw new Error('thrown by the test')", report: /thrown by the test/ },
  { what: "a promise rejects", script: "Promise.reject(new Error('rejected'))", report: /rejected/ },
  { what: "a worker throws", script: "new Worker('worker.js')", report: /thrown by the worker/ },
  { what: "an error is logged", script: "console.error('logged by the test')", report: /logged by the test/ },
  {
    what: "another host is asked",
    script: "fetch('http://127.0.0.1:' + location.port).catch(() => {})",
    report: /foreign request/,
  },
  { what: "a file is missing", script: "fetch('missing.bin')", report: /404/ },
  { what: "the page hangs", script: "for (;;);", report: /did not end in 6 s/ },
];

/** What is seen when every figure is looked at afterwards, in all browsers in the same way. */
export const afterwards: Fault[] = [
  { what: "a figure fails", script: "figure.fail()", report: /has failed: `ready`: Error: broken/ },
  {
    what: "a figure hides for ever",
    script: "figure.hideForEver()",
    report: /is not shown .* after it was scrolled to/,
  },
  {
    what: "an error stays after the reset",
    script: "figure.complain()",
    report: /still says after its reset: I give up/,
  },
  { what: "the Lab stands still", script: "stuck = true", report: /the Lab does not train/ },
];

export function smallPage(fault: string): string {
  return `<!doctype html><html lang="en"><title>Two figures</title><button id="theme">Theme</button>
<style>elbo-figure { display: block; height: 400px; margin: 900px 0 }</style>
<elbo-figure name="cover"></elbo-figure><elbo-figure name="lab"></elbo-figure>
<script>
let stuck = false, done = false;
function acted() {
  if (done) return;
  done = true;
  const figure = document.querySelector("elbo-figure");
  ${fault};
}
for (const act of ["pointerdown", "keydown", "wheel", "hashchange", "resize", "focusin"]) addEventListener(act, acted);
class Figure extends HTMLElement {
  internals = this.attachInternals(); ready = Promise.resolve(); updated = Promise.resolve(); controls = {};
  values = { step: 0, train: null };
  connectedCallback() {
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML =
      '<div class="figure"><p class="message" role="status"></p><button>Do</button><input type="range">' +
      '<input type="radio"><input type="text"><select><option>1<option>2</select>' +
      '<div class="actions"><button>Reset</button></div></div>';
    this.internals.states.add("shown");
  }
  fail() { this.ready = Promise.reject(new Error("broken")); this.ready.catch(() => {}); }
  hideForEver() { this.internals.states.delete("shown"); }
  complain() { Object.assign(this.shadowRoot.querySelector(".message"), { role: "alert", textContent: "I give up" }); }
  async pause() {}
  async reset() { this.values = { step: 0, train: null }; }
  async step(n) { if (!stuck) this.values = { step: n, train: { elbo: -200 } }; }
}
customElements.define("elbo-figure", Figure);
</script></html>`;
}

/** The page's other file. */
export const worker = "setTimeout(() => { throw new Error('thrown by the worker') })";
