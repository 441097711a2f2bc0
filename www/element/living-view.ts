/**
 * A figure's view: made when the figure comes near, let go when it is far from the reader, and made again on the way
 * back.
 */

import type { Controls } from "../contract/controls";
import type { AnyStage, FigureView, TitledFigure } from "./definition";
import { createPanel, type Panel, type PanelEvents } from "./panel";
import type { Shell } from "./shell";

export class LivingView {
  readonly definition: TitledFigure;
  /** Null while it is let go. */
  view: FigureView | null = null;
  panel: Panel | null = null;
  readonly #shell: Shell;
  readonly #panelEvents: PanelEvents;
  readonly #stage: (signal: AbortSignal, keep: AnyStage["keep"]) => AnyStage;
  #life = new AbortController();
  /** What the view holds beside the controls, see `Host.keep`. */
  #kept: object | null = null;
  /** The elements of a view that only left the page. */
  #parked: Node[] = [];

  /** `stage`: what is lent to a view until `signal` aborts. */
  constructor(
    definition: TitledFigure,
    shell: Shell,
    panelEvents: PanelEvents,
    stage: (signal: AbortSignal, keep: AnyStage["keep"]) => AnyStage,
  ) {
    this.definition = definition;
    this.#shell = shell;
    this.#panelEvents = panelEvents;
    this.#stage = stage;
  }

  /** Makes the panel and the view, or takes up again the view that only left the page. */
  async enter(controls: Controls): Promise<FigureView> {
    this.panel = createPanel(this.definition.controls, this.#panelEvents);
    this.panel.show(controls);
    this.#shell.panel(this.panel.root);
    if (this.view !== null) this.#shell.drawing.replaceChildren(...this.#parked);
    this.#parked = [];
    this.view ??= await this.definition.create(this.#stage(this.#life.signal, this.#keep) as never);
    return this.view;
  }

  /** Gives back the view's elements, and all else that its controls can make anew. */
  leave(): void {
    this.panel = null;
    if (this.definition.holdsMore === true) this.#parked = [...this.#shell.drawing.childNodes];
    else {
      this.end();
      this.#life = new AbortController();
    }
    this.#shell.drawing.replaceChildren();
  }

  /** For good. */
  end(): void {
    this.#life.abort();
    this.view = this.panel = null;
  }

  #keep = <T extends object>(initial: T): T => {
    this.#kept ??= initial;
    return this.#kept as T;
  };
}
