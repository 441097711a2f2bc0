/** Style sheets for shadow roots: files beside the scripts, each fetched once for the document. */

import { said } from "./format";
import { t } from "./language";

const arriving = new Set<Promise<void>>();

/**
 * A sheet that fills when its file is there. `import sheet from "./name.css"` is a call of this (see
 * xtask/node/bundle.mjs).
 */
export function fetchSheet(url: URL): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  const arrival = fill(sheet, url).finally(() => arriving.delete(arrival));
  arriving.add(arrival);
  // Whoever waits is told; nobody else is.
  arrival.catch(() => {});
  return sheet;
}

/** Resolves when every sheet that was asked for is there; rejects with a message for the reader. */
export async function sheetsArrived(): Promise<void> {
  await Promise.all(arriving);
}

/** Puts `sheet` on the shadow root of `element`. */
export function adoptSheet(element: HTMLElement, sheet: CSSStyleSheet): void {
  const root = element.getRootNode();
  if (root instanceof ShadowRoot && !root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
}

async function fill(sheet: CSSStyleSheet, url: URL): Promise<void> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(t("the server answered {0}", response.status));
    sheet.replaceSync(await response.text());
  } catch (cause) {
    const file = url.pathname.split("/").slice(-2).join("/");
    throw new Error(
      t(
        "The style sheet {0} did not load ({1}). Check the connection and reload the page; it must lie beside " +
          "elbo-room.js.",
        file,
        said(cause),
      ),
      { cause },
    );
  }
}
