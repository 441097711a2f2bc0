/**
 * `<elbo-figure name="...">`: one figure of the lecture, on any page. Its public contract (attributes, `ready`,
 * `controls`, `updated`, `values`, `link`, events) is in `pkg/README.md`. Nothing here throws into the host page.
 */

import { deferred, inTurn } from "../base/deferred";
import { sentence } from "../base/format";
import { t } from "../base/language";
import { sheetsArrived } from "../base/sheet";
import { onThemeChange } from "../base/theme-watch";
import type { Controls, Json } from "../contract/controls";
import type { Lecture } from "../contract/lecture";
import { catalogued } from "./catalogue";
import { defaults, merge } from "./controls";
import type { AnyStage, Shown, TitledFigure } from "./definition";
import { readAttributes, readHidden, readQuery } from "./inputs";
import { loadLecture } from "./lecture";
import { readHash, same, writeLink } from "./link";
import { LivingView } from "./living-view";
import { Notices } from "./notices";
import { Presence } from "./presence";
import { loadDefinition } from "./registry";
import type { Subject } from "./save/save";
import { copyText, type SavedFile, Shell } from "./shell";
import { createStage } from "./stage";
import { adoptStyles } from "./styles";
import { Updates } from "./updates";

export class ElboFigure extends HTMLElement {
  static readonly observedAttributes = ["name", "hide"];

  readonly #internals = this.attachInternals();
  readonly #shell: Shell;
  readonly #notices: Notices;
  readonly #attributes = new MutationObserver((records) => this.#attributesChanged(records));
  #phase: "idle" | "mounting" | "mounted" | "resting" | "failed" = "idle";
  #ready = deferred<void>();
  /** Ends when the figure leaves the page. */
  #life = new AbortController();
  #presence: Presence | null = null;
  #living: LivingView | null = null;
  /** A figure that rested is on its way back. */
  #waking: Promise<void> | null = null;
  #updates = new Updates(() => this.#update());
  #controls: Controls = {};
  #initial: Controls = {};
  #pending: Controls = {};
  #values: Json = null;
  #shown: Shown | null = null;
  #methods: readonly string[] = [];

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    adoptStyles(shadow);
    this.#shell = new Shell({
      copyNumbers: () =>
        copyText(JSON.stringify({ figure: this.name, controls: this.controls, values: this.values }, null, 2)),
      link: () => this.link,
      reset: () => this.#set(this.#initial),
      found: () => this.#come(),
      save: (file) => this.#save(file),
      table: async () => (await import("./save/save")).numberTable(this.#subject()),
    });
    this.#notices = new Notices(this.#shell);
    shadow.append(this.#shell.root);
    // Nothing flashes without its styles.
    this.#shell.root.hidden = true;
    const show = () => (this.#shell.root.hidden = false);
    sheetsArrived().then(show, show);
  }

  /** The figure's name. */
  get name(): string {
    return this.getAttribute("name")?.trim() ?? "";
  }

  /** Resolves when the first values are shown; rejects with an `Error` for the reader. */
  get ready(): Promise<void> {
    this.#mount();
    this.#wake();
    return this.#waking ?? this.#ready.promise;
  }

  /** All controls, by camelCase name; setting merges, validates and clamps. */
  get controls(): Controls {
    return structuredClone(this.#controls);
  }

  set controls(patch: Controls) {
    if (this.#living !== null && this.#phase !== "failed") this.#set(patch);
    else this.#pending = { ...this.#pending, ...patch };
  }

  /** Resolves when the values shown belong to the latest controls; rejects when they cannot be computed. */
  get updated(): Promise<void> {
    this.#attributesChanged(this.#attributes.takeRecords());
    if (this.#phase !== "mounted") return this.ready.then(() => this.updated);
    return this.#updates.settled;
  }

  /** Every number the figure shows, full precision. */
  get values(): Json {
    return structuredClone(this.#values);
  }

  /** The address that opens this figure in this state. */
  get link(): string {
    return writeLink(location.href, this.#key, this.#controls, [
      defaults(this.#living?.definition.controls ?? {}),
      this.#initial,
    ]);
  }

  connectedCallback(): void {
    // Moved inside the page: everything is still in place.
    if (this.#presence !== null) return;
    if (this.#life.signal.aborted) this.#life = new AbortController();
    const { signal } = this.#life;
    this.#attributes.observe(this, { attributes: true });
    this.#presence = new Presence(this, { near: () => inTurn(this, () => this.#come()), far: () => this.#rest() });
    onThemeChange(() => this.#updates.request(), signal);
    window.addEventListener("hashchange", () => this.#followLink(), { signal });
    const entry = catalogued(this.name);
    this.#shell.caption(entry?.number, entry?.title ?? this.name, "");
    if (readHash(location.hash).key === this.#key) this.#mount();
  }

  disconnectedCallback(): void {
    // A figure that is only moved inside the page keeps its state.
    queueMicrotask(() => {
      if (!this.isConnected) this.#tearDown();
    });
  }

  attributeChangedCallback(attribute: string, before: string | null, after: string | null): void {
    if (before === after) return;
    if (attribute === "hide") this.#hide();
    else if (this.#phase !== "idle") this.#restart();
  }

  /** Leaves controls out, in the panel and where the drawing has some of its own. */
  #hide(): void {
    const names = readHidden(this.getAttribute("hide"));
    this.#living?.panel?.hide(names);
    for (const own of this.#shell.drawing.querySelectorAll<HTMLElement>("[data-control]"))
      own.hidden = names.has(own.dataset.control ?? "");
  }

  /** Links name the element by its id, else by its figure. */
  get #key(): string {
    return this.id || this.name;
  }

  #restart(): void {
    this.#tearDown();
    if (this.isConnected) this.connectedCallback();
  }

  #tearDown(): void {
    this.#life.abort();
    this.#living?.end();
    this.#presence?.disconnect();
    this.#presence = null;
    this.#attributes.disconnect();
    for (const name of this.#methods) Reflect.deleteProperty(this, name);
    const gone = new Error(t('The figure "{0}" was removed from the page.', this.name));
    this.#ready.reject(gone);
    this.#updates.stop(gone);
    this.#ready = deferred<void>();
    this.#updates = new Updates(() => this.#update());
    this.#living = this.#waking = null;
    this.#methods = [];
    this.#shell.wake();
    this.#shell.relax();
    this.#notices.reset();
    this.#phase = "idle";
    this.#internals.states.delete("shown");
    this.#shell.drawing.replaceChildren();
  }

  /** Near the visible part of the page. */
  #come(): void {
    this.#mount();
    this.#wake();
  }

  #mount(): void {
    if (this.#phase !== "idle" || !this.isConnected) return;
    this.#phase = "mounting";
    const { signal } = this.#life;
    this.#shell.alone = false;
    this.#build(signal).catch((error: unknown) => {
      if (signal.aborted) return;
      this.#phase = "failed";
      this.#shell.alone = true;
      this.#internals.states.add("shown");
      this.#ready.reject(this.#report(error, false));
    });
  }

  async #build(signal: AbortSignal): Promise<void> {
    const slow = setTimeout(() => this.#shell.message(t("Loading…"), "busy"), 400);
    let definition: TitledFigure;
    let lecture: Lecture;
    try {
      definition = await loadDefinition(this.name);
      lecture = await loadLecture(definition.modules);
      await sheetsArrived();
    } finally {
      clearTimeout(slow);
    }
    if (signal.aborted) return;
    const living = new LivingView(
      definition,
      this.#shell,
      { set: (patch, notes) => this.#set(patch, notes), refuse: (error) => void this.#report(error, true) },
      (signal, keep) => this.#stage(definition, lecture, signal, keep),
    );
    this.#living = living;
    const attributes = readAttributes(this, definition);
    this.#initial = { ...defaults(definition.controls), ...attributes.controls };
    const { controls, notes } = merge(definition.controls, this.#initial, this.#pending);
    this.#controls = controls;
    this.#pending = {};
    this.#notices.note([...attributes.notes, ...notes]);
    this.#shell.caption(catalogued(definition.name)?.number, definition.title, definition.summary);
    this.#shell.layout(definition.layout ?? "beside");
    const view = await living.enter(this.#controls);
    if (signal.aborted) return;
    this.#hide();
    this.#offer(Object.keys(view.methods ?? {}));
    this.#shell.saves(view.tables?.() ?? []);
    const before = this.#controls;
    this.#followLink();
    let shown: Shown;
    try {
      shown = await view.update(this.#controls);
    } catch (error) {
      // A link may ask for what cannot be computed; without it the figure is sound.
      if (signal.aborted || this.#controls === before) throw error;
      this.#set(before);
      this.#report(error, true);
      shown = await view.update(this.#controls);
    }
    if (signal.aborted) return;
    this.#phase = "mounted";
    this.#internals.states.add("shown");
    this.#show(shown);
    this.#ready.resolve();
    this.#updates.start();
    this.#presence?.ask();
  }

  /** Makes the view's methods the element's. */
  #offer(methods: string[]): void {
    this.#methods = methods;
    for (const name of methods) {
      const value = (...given: never[]) => this.#perform(name, given);
      Object.defineProperty(this, name, { value, configurable: true, enumerable: true });
    }
  }

  /** A figure that rests comes back first. What takes time has ended when the values show what it did. */
  #perform(name: string, given: never[]): unknown {
    this.#wake();
    const view = this.#living?.view ?? null;
    if (view === null) return this.ready.then(() => this.#perform(name, given));
    const result = view.methods?.[name]?.(...given);
    if (!(result instanceof Promise)) return result;
    return result.then(async (answer: unknown) => {
      this.#updates.request();
      await this.updated.catch(() => {});
      return answer;
    });
  }

  /** Far from the reader: gives back whatever can be made anew. Answers whether it rests now. */
  #rest(): boolean {
    if (this.#phase !== "mounted") return this.#phase === "resting";
    const busy = this.#updates.busy || this.#living?.view?.busy?.() === true;
    if (busy || this.matches(":focus-within, .presented")) return false;
    this.#phase = "resting";
    this.#updates.rest();
    this.#shell.rest();
    this.#living?.leave();
    return true;
  }

  /** Back as it was before it rested: at once, unless its drawing waits for the engine. */
  #wake(): void {
    const living = this.#living;
    if (this.#phase !== "resting" || living === null) return;
    this.#phase = "mounting";
    this.#shell.wake();
    this.#waking = this.#return(living, this.#life.signal);
    this.#waking.catch(() => {});
  }

  async #return(living: LivingView, signal: AbortSignal): Promise<void> {
    try {
      await living.enter(this.#controls);
    } catch (error) {
      if (signal.aborted) return;
      this.#phase = "failed";
      this.#shell.alone = true;
      this.#ready = deferred();
      this.#ready.reject(this.#report(error, false));
    }
    if (signal.aborted) return;
    this.#waking = null;
    if (this.#phase !== "failed") {
      this.#phase = "mounted";
      this.#hide();
      if (this.#shown !== null) this.#tell(this.#shown);
      await this.#updates.resume().catch(() => {});
    }
    this.#shell.relax();
    this.#presence?.ask();
  }

  #stage(definition: TitledFigure, lecture: Lecture, signal: AbortSignal, keep: AnyStage["keep"]): AnyStage {
    return createStage(this, this.#shell.drawing, definition.title, lecture, signal, {
      controls: () => this.#controls,
      set: (patch) => this.#set(patch),
      refresh: () => this.#updates.request(),
      message: (text, kind) => this.#notices.figure(text, kind),
      fail: (error, recoverable) => void this.#report(error, recoverable),
      keep,
    });
  }

  #attributesChanged(records: MutationRecord[]): void {
    const names = new Set(records.map((record) => record.attributeName ?? ""));
    if (names.size === 0) return;
    if (names.has("theme")) this.#updates.request();
    // What was wrong may have been set right.
    if (this.#phase === "failed") {
      this.#restart();
      return;
    }
    const definition = this.#living?.definition;
    if (definition === undefined) return;
    for (const name of names) {
      try {
        const { controls, notes } = readAttributes(this, definition, name);
        if (Object.keys(controls).length === 0) continue;
        this.#initial = { ...this.#initial, ...controls };
        this.#set(controls, notes);
      } catch (error) {
        this.#report(error, true);
      }
    }
  }

  /** The one way in which controls change. */
  #set(patch: Controls, said: string[] = []): void {
    const table = this.#living?.definition.controls;
    if (table === undefined) return;
    this.#wake();
    try {
      const { controls, notes } = merge(table, this.#controls, patch);
      this.#controls = controls;
      this.#notices.note([...said, ...notes]);
      this.#updates.request();
    } catch (error) {
      this.#report(error, true);
    }
    this.#living?.panel?.show(this.#controls);
  }

  async #update(): Promise<void> {
    const { signal } = this.#life;
    const view = this.#living?.view ?? null;
    if (view === null) return;
    try {
      const shown = await view.update(this.#controls);
      if (signal.aborted) return;
      if (this.#updates.failed) this.#notices.note([]);
      this.#show(shown);
    } catch (error) {
      if (!signal.aborted) throw this.#report(error, true);
    }
  }

  #show(shown: Shown): void {
    this.#shown = shown;
    this.#values = structuredClone(shown.values) as Json;
    this.#tell(shown);
    this.#notices.show();
    this.#presence?.ask();
    this.dispatchEvent(
      new CustomEvent("change", {
        bubbles: true,
        composed: true,
        detail: { controls: this.controls, values: this.values },
      }),
    );
  }

  /** Every number and word beside the drawing. */
  #tell({ readouts = [], checks = [], description }: Shown): void {
    this.#shell.readouts.show(readouts);
    this.#shell.checks.show(checks);
    this.#shell.describe(description);
    this.#shell.numbersChanged();
  }

  /** The figure as it stands, to be saved or read. */
  #subject(): Subject {
    const { title = "", controls: specs = {} } = this.#living?.definition ?? {};
    const number = catalogued(this.name)?.number;
    return {
      name: this.name,
      number,
      title,
      specs,
      controls: this.controls,
      values: this.values,
      readouts: this.#shown?.readouts ?? [],
      drawing: this.#shell.drawing,
    };
  }

  async #save(file: SavedFile): Promise<string | null> {
    try {
      const { save } = await import("./save/save");
      return await save(file, this.#subject());
    } catch (error) {
      this.#report(error, true);
      return null;
    }
  }

  /** Shows an error in the figure and fires `error`; returns it as an `Error`. */
  #report(error: unknown, recoverable: boolean): Error {
    const failure = error instanceof Error ? error : new Error(String(error));
    const message = sentence(
      failure.message === ""
        ? t("Something went wrong in this figure. Reset it, or reload the page.")
        : failure.message,
    );
    this.#notices.error(message);
    this.dispatchEvent(new CustomEvent("error", { detail: { message, recoverable } }));
    return failure;
  }

  /** Takes over the state of a link that names this figure, and comes into view. */
  #followLink(): void {
    const { key, query } = readHash(location.hash);
    if (key !== this.#key) return;
    const definition = this.#living?.definition;
    if (definition === undefined) {
      this.#mount();
      return;
    }
    this.#wake();
    this.scrollIntoView({ block: "start" });
    if (query === null) return;
    const { controls, notes, problems } = readQuery(query, definition, this.#initial);
    if (Object.entries(controls).some(([name, value]) => !same(this.#controls[name], value)))
      this.#set(controls, notes);
    else this.#notices.note(notes);
    if (problems.length > 0) this.#report(new Error(t("The link does not fit: {0}", problems.join(" "))), true);
  }
}
