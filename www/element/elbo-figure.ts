/**
 * `<elbo-figure name="...">`: one figure of the lecture, on any page. Its public contract (attributes, `ready`,
 * `controls`, `updated`, `values`, `link`, events) is in `pkg/README.md`. Nothing here throws into the host page.
 */

import { deferred } from "../base/deferred";
import { sentence } from "../base/format";
import { t } from "../base/language";
import { sheetsArrived } from "../base/sheet";
import { onThemeChange } from "../base/theme-watch";
import type { Controls, Json } from "../contract/controls";
import type { Lecture } from "../contract/lecture";
import { catalogued } from "./catalogue";
import { defaults, merge } from "./controls";
import type { FigureView, Readout, Shown, Stage, TitledFigure } from "./definition";
import { readAttributes, readHidden, readQuery } from "./inputs";
import { loadLecture } from "./lecture";
import { readHash, same, writeLink } from "./link";
import { Notices } from "./notices";
import { createPanel, type Panel } from "./panel";
import { loadDefinition } from "./registry";
import type { Subject } from "./save/save";
import { copyText, type SavedFile, Shell } from "./shell";
import { createStage } from "./stage";
import { adoptStyles } from "./styles";
import { Updates } from "./updates";

/** Figures are set up when they come this near to the visible part of the page. */
const NEAR = "700px 0px";

export class ElboFigure extends HTMLElement {
  static readonly observedAttributes = ["name", "hide"];

  readonly #internals = this.attachInternals();
  readonly #shell: Shell;
  readonly #notices: Notices;
  readonly #attributes = new MutationObserver((records) => this.#attributesChanged(records));
  #phase: "idle" | "mounting" | "mounted" | "failed" = "idle";
  #ready = deferred<void>();
  #life = new AbortController();
  #near: IntersectionObserver | null = null;
  #definition: TitledFigure | null = null;
  #view: FigureView | null = null;
  #panel: Panel | null = null;
  #updates = new Updates(() => this.#update());
  #controls: Controls = {};
  #initial: Controls = {};
  #pending: Controls = {};
  #values: Json = null;
  #readouts: readonly Readout[] = [];

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    adoptStyles(shadow);
    this.#shell = new Shell({
      copyNumbers: () =>
        copyText(JSON.stringify({ figure: this.name, controls: this.controls, values: this.values }, null, 2)),
      link: () => this.link,
      reset: () => this.#set(this.#initial),
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
    return this.#ready.promise;
  }

  /** All controls, by camelCase name; setting merges, validates and clamps. */
  get controls(): Controls {
    return structuredClone(this.#controls);
  }

  set controls(patch: Controls) {
    if (this.#definition !== null && this.#phase !== "failed") this.#set(patch);
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
      defaults(this.#definition?.controls ?? {}),
      this.#initial,
    ]);
  }

  connectedCallback(): void {
    // Moved inside the page: everything is still in place.
    if (this.#near !== null) return;
    if (this.#life.signal.aborted) this.#life = new AbortController();
    const { signal } = this.#life;
    this.#attributes.observe(this, { attributes: true });
    this.#near = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.#mount(), {
      rootMargin: NEAR,
    });
    this.#near.observe(this);
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
    this.#panel?.hide(names);
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
    this.#near?.disconnect();
    this.#near = null;
    this.#attributes.disconnect();
    for (const name of Object.keys(this.#view?.methods ?? {})) Reflect.deleteProperty(this, name);
    const gone = new Error(t('The figure "{0}" was removed from the page.', this.name));
    this.#ready.reject(gone);
    this.#updates.stop(gone);
    this.#ready = deferred<void>();
    this.#updates = new Updates(() => this.#update());
    this.#view = this.#definition = this.#panel = null;
    this.#notices.reset();
    this.#phase = "idle";
    this.#internals.states.delete("shown");
    this.#shell.drawing.replaceChildren();
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
      lecture = await loadLecture(definition.modules ?? ["lecture"]);
      await sheetsArrived();
    } finally {
      clearTimeout(slow);
    }
    if (signal.aborted) return;
    this.#definition = definition;
    const attributes = readAttributes(this, definition);
    this.#initial = { ...defaults(definition.controls), ...attributes.controls };
    const { controls, notes } = merge(definition.controls, this.#initial, this.#pending);
    this.#controls = controls;
    this.#pending = {};
    this.#notices.note([...attributes.notes, ...notes]);
    this.#shell.caption(catalogued(definition.name)?.number, definition.title, definition.summary);
    this.#shell.layout(definition.layout ?? "beside");
    this.#panel = createPanel(definition.controls, {
      set: (patch, notes) => this.#set(patch, notes),
      refuse: (error) => void this.#report(error, true),
    });
    this.#panel.show(controls);
    this.#hide();
    this.#shell.panel(this.#panel.root);
    const view = await definition.create(this.#stage(definition, lecture, signal));
    if (signal.aborted) return;
    this.#view = view;
    this.#hide();
    for (const [name, method] of Object.entries(view.methods ?? {})) {
      Object.defineProperty(this, name, { value: method, configurable: true, enumerable: true });
    }
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
  }

  #stage(definition: TitledFigure, lecture: Lecture, signal: AbortSignal): Stage {
    return createStage(this, this.#shell.drawing, definition.title, lecture, signal, {
      controls: () => this.#controls,
      set: (patch) => this.#set(patch),
      refresh: () => this.#updates.request(),
      message: (text, kind) => this.#notices.figure(text, kind),
      fail: (error, recoverable) => void this.#report(error, recoverable),
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
    const definition = this.#definition;
    if (definition === null) return;
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
    const table = this.#definition?.controls;
    if (table === undefined) return;
    try {
      const { controls, notes } = merge(table, this.#controls, patch);
      this.#controls = controls;
      this.#notices.note([...said, ...notes]);
      this.#updates.request();
    } catch (error) {
      this.#report(error, true);
    }
    this.#panel?.show(this.#controls);
  }

  async #update(): Promise<void> {
    const { signal } = this.#life;
    if (this.#view === null) return;
    try {
      const shown = await this.#view.update(this.#controls);
      if (signal.aborted) return;
      if (this.#updates.failed) this.#notices.note([]);
      this.#show(shown);
    } catch (error) {
      if (!signal.aborted) throw this.#report(error, true);
    }
  }

  #show(shown: Shown): void {
    this.#values = structuredClone(shown.values) as Json;
    this.#readouts = shown.readouts ?? [];
    this.#shell.readouts.show(shown.readouts ?? []);
    this.#shell.checks.show(shown.checks ?? []);
    this.#shell.describe(shown.description);
    this.#shell.numbersChanged();
    this.#notices.show();
    this.dispatchEvent(
      new CustomEvent("change", {
        bubbles: true,
        composed: true,
        detail: { controls: this.controls, values: this.values },
      }),
    );
  }

  /** The figure as it stands, to be saved or read. */
  #subject(): Subject {
    const { title = "", controls: specs = {} } = this.#definition ?? {};
    const number = catalogued(this.name)?.number;
    return {
      name: this.name,
      number,
      title,
      specs,
      controls: this.controls,
      values: this.values,
      readouts: this.#readouts,
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
    if (this.#definition === null) {
      this.#mount();
      return;
    }
    this.scrollIntoView({ block: "start" });
    if (query === null) return;
    const { controls, notes, problems } = readQuery(query, this.#definition, this.#initial);
    if (Object.entries(controls).some(([name, value]) => !same(this.#controls[name], value)))
      this.#set(controls, notes);
    else this.#notices.note(notes);
    if (problems.length > 0) this.#report(new Error(t("The link does not fit: {0}", problems.join(" "))), true);
  }
}
