/** A browser as it comes, driven by its own protocol instead of Playwright: what `browser-checks.ts` asks of it. */

/** A place in the window, in CSS pixels. */
export type Place = readonly [x: number, y: number];

/** Of a window, in CSS pixels. */
export interface Size {
  width: number;
  height: number;
}

export interface DrivenBrowser {
  /** What goes wrong and only the browser itself tells; what the page hears of is in `served-page.ts`. */
  readonly problems: string[];
  /** Makes the page's part of the window as large as this; `viewport` is its size at first. */
  resize(size: Size): Promise<void>;
  /** Loads a page, to its `load` event. */
  open(url: string): Promise<void>;
  /** What `script` gives in the page, by way of JSON; `given` is what it is called with. */
  evaluate<Result, Given extends unknown[]>(
    script: (...given: Given) => Result | Promise<Result>,
    ...given: Given
  ): Promise<Result>;
  /** From now on scripts run in the page's only frame. */
  enterFrame(): Promise<void>;
  /** They run in the page again. */
  leaveFrame(): Promise<void>;
  /** Presses the mouse at the first place, moves it through all others, and lets go. */
  drag(places: readonly Place[]): Promise<void>;
  /** A picture of the window, as PNG. */
  picture(): Promise<Buffer>;
  close(): Promise<void>;
}

/** The window of all of them: the same as Playwright's. */
export const viewport: Size = { width: 1280, height: 800 };

/** `script` called with `given`, as source text. */
export const sourceOf = <Given extends unknown[]>(script: (...given: Given) => unknown, given: Given): string =>
  `(async () => JSON.stringify(await (${script.toString()})(...${JSON.stringify(given)})))()`;

/** The mouse's part in a drag, which WebDriver and WebDriver BiDi write alike. */
export function mouseDrag([first, ...rest]: readonly Place[]): object[] {
  const moveTo = (place: Place | undefined, duration: number): object => ({
    type: "pointerMove",
    x: Math.round(place?.[0] ?? 0),
    y: Math.round(place?.[1] ?? 0),
    duration,
  });
  return [
    {
      type: "pointer",
      id: "mouse",
      parameters: { pointerType: "mouse" },
      actions: [
        moveTo(first, 0),
        { type: "pointerDown", button: 0 },
        ...rest.map((place) => moveTo(place, 30)),
        { type: "pointerUp", button: 0 },
      ],
    },
  ];
}
