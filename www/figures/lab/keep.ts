/**
 * Keeps the Lab's run in the browser while it trains, and offers it at the next visit. Nothing starts or is overwritten
 * without the reader's word: while a kept run stands to be chosen, another is not kept.
 */

import { button, html } from "../../base/dom";
import { formatCount, said, sentence } from "../../base/format";
import { language, t } from "../../base/language";
import type { Snapshot } from "../../engine/client";
import { forgetRun, type Head, isHead, keepRun, keptHead, keptRun, VERSION } from "./kept-runs";
import type { Run } from "./run";

/** A run that is stepped by hand is written this often at most, and after this long a rest. */
const EVERY_MS = 10_000;
const SETTLE_MS = 800;

const when = (time: number): string =>
  new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(time);

export class Keep {
  /** The offer, and what could not be kept. */
  readonly root = html("div", { class: "lab-notice lab-keep", role: "status", hidden: true });
  /** What was kept last. */
  readonly line = html("span", { class: "lab-kept" });
  readonly #lab: string;
  /** What stands to be chosen: a kept run, or what is in its place and cannot be read. */
  #offer: { head: unknown; elsewhere: boolean } | null = null;
  /** The entry that this page last wrote, or chose. */
  #mine: string | null = null;
  /** Why nothing can be kept, or why the offer cannot be taken. */
  #problem = "";
  /** Session and step that were written last. */
  #written = "";
  #writing = false;
  #next = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shown = "";
  /** Nothing is written before it is known what is there. */
  readonly #looked: Promise<void>;

  constructor(
    root: HTMLElement,
    private readonly run: Run,
    signal: AbortSignal,
    /** Goes on from a kept run. */
    private readonly goOn: (head: Head, body: Uint8Array) => Promise<void>,
  ) {
    const host = (root.getRootNode() as ShadowRoot).host;
    this.#lab = `${location.pathname} ${host?.id || "lab"}`;
    this.#looked = this.#look();
    document.addEventListener("visibilitychange", () => void (document.hidden && this.#write()), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** The run has come further, or is another. */
  changed(): void {
    this.#show();
    if (!this.#due()) return;
    // What the engine sends is written at once: timers of a hidden page sleep.
    if (this.run.playing || this.#snapshot?.step === this.run.step) void this.#write();
    else this.#timer ??= setTimeout(() => void this.#write(), Math.max(SETTLE_MS, this.#next - performance.now()));
  }

  get #snapshot(): Snapshot | null {
    const { live } = this.run;
    return live?.engine.snapshot(live.session) ?? null;
  }

  /** What would be written: while it trains what the engine has sent last, at rest exactly where it rests. */
  get #key(): string {
    return `${this.run.live?.session} ${this.run.playing ? (this.#snapshot?.step ?? 0) : this.run.step}`;
  }

  #due(): boolean {
    return this.run.live !== null && !this.#key.endsWith(" 0") && this.#offer === null && this.#key !== this.#written;
  }

  async #look(): Promise<void> {
    try {
      const head = await keptHead(this.#lab);
      if (head !== undefined) this.#offer = { head, elsewhere: false };
    } catch (error) {
      this.#problem = inWords(error);
    }
    this.#show();
  }

  async #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { live } = this.run;
    if (this.#writing || !live || !this.#due()) return;
    this.#writing = true;
    try {
      await this.#looked;
      let snapshot = this.#snapshot;
      if (!this.run.playing && snapshot?.step !== this.run.step)
        snapshot = { step: this.run.step, bytes: await live.engine.checkpoint(live.session) };
      if (snapshot === null || live !== this.run.live || this.#offer !== null) return;
      const { step, bytes } = snapshot;
      const head: Head = {
        version: VERSION,
        id: `${Date.now()} ${Math.random()}`,
        step,
        time: Date.now(),
        device: live.wanted.device,
      };
      const other = await keepRun(this.#lab, this.#mine, head, bytes);
      if (other !== null) this.#offer = { head: other, elsewhere: true };
      else {
        this.#mine = head.id;
        this.#written = `${live.session} ${step}`;
        this.line.textContent = t`Kept in this browser at step ${formatCount(step)}.`;
      }
      this.#problem = "";
    } catch (error) {
      // A run that was replaced meanwhile has nothing to be kept.
      if (live === this.run.live) this.#problem = inWords(error);
      // Tried again when it has come further.
      this.#written = this.#key;
    } finally {
      this.#writing = false;
      this.#next = performance.now() + EVERY_MS;
      this.changed();
    }
  }

  async #take(): Promise<void> {
    try {
      const { head, body } = await keptRun(this.#lab);
      await this.goOn(head, body);
      this.#mine = head.id;
      this.#written = this.#key;
      this.#offer = null;
      this.#problem = "";
    } catch (error) {
      this.#problem = t`The kept run could not be taken: ${sentence(said(error))} The run here is as it was.`;
    }
    this.changed();
  }

  async #forget(): Promise<void> {
    try {
      await forgetRun(this.#lab);
      this.#mine = this.#offer = null;
      this.#problem = "";
    } catch (error) {
      this.#problem = inWords(error);
    }
    this.changed();
  }

  #show(): void {
    const training = this.run.step > 0;
    const offer = this.#offer;
    const lines: string[] = [];
    if (offer && isHead(offer.head)) {
      const { step, time } = offer.head;
      const of = [formatCount(step), when(time)] as const;
      lines.push(
        offer.elsewhere
          ? t`Another run, of step ${of[0]} from ${of[1]}, is kept in this browser: it was written from another tab.`
          : t`A run of step ${of[0]} from ${of[1]} is kept in this browser.`,
      );
    } else if (offer) {
      const { version } = (offer.head ?? {}) as Partial<Head>;
      const newer = typeof version === "number" && version !== VERSION;
      lines.push(
        newer
          ? t`A run is kept in this browser in a form that this page cannot read (version ${version}; it reads
            ${VERSION}).`
          : t`A run is kept in this browser in a form that this page cannot read: what is written about it is damaged.`,
      );
    }
    if (offer && training) lines.push(t("Until you choose, the run here is not kept."));
    if (this.#problem && (offer || training)) lines.push(this.#problem);
    const text = lines.join(" ");
    this.line.hidden = offer !== null || this.#problem !== "";
    if (text === this.#shown) return;
    this.#shown = text;
    this.root.hidden = text === "";
    this.root.replaceChildren(html("span", {}, text));
    if (!offer) return;
    if (isHead(offer.head) && !this.#problem)
      this.root.append(
        button("Go on with it", () => void this.#take(), { class: "button button-small button-primary" }),
      );
    this.root.append(button("Forget it", () => void this.#forget(), { class: "button button-small" }));
  }
}

/** Why the browser keeps nothing. */
function inWords(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "QuotaExceededError")
    return t("This run cannot be kept in the browser: its storage is full. Save it as a file to be safe.");
  if (name === "SecurityError" || name === "InvalidStateError" || typeof indexedDB === "undefined") {
    return t(
      "This run cannot be kept in the browser, which does not let this page store anything. Save it as a file to " +
        "be safe.",
    );
  }
  return t`This run cannot be kept in the browser (${said(error)}). Save it as a file to be safe.`;
}
