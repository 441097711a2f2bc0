/** Scripts that run in the page: each stands alone, because only its text travels there. */
import type { ControlKind } from "./acts";
import type { Point } from "./hands-page";

/** Before the page's own scripts: links to elsewhere and choosers of files lead nowhere. */
export function guard(): void {
  addEventListener(
    "click",
    (event) => {
      for (const element of event.composedPath()) {
        const leaves =
          element instanceof HTMLAnchorElement && element.href.split("#")[0] !== location.href.split("#")[0];
        const saves = element instanceof HTMLAnchorElement && element.download !== "";
        const chooses = element instanceof HTMLInputElement && element.type === "file";
        if ((leaves && !saves) || chooses) event.preventDefault();
      }
    },
    true,
  );
}

/** What each kind of control is, for those who find it by CSS. */
export const selectors: { [kind in ControlKind]: string } = {
  button: "button",
  slider: "input[type=range], [role=slider]",
  choice: "input[type=radio], input[type=checkbox]",
  select: "select",
  text: "input[type=text]",
};

/** Finds a control by CSS, focuses it and says where its middle is. */
export function reachByCss(figure: string, selector: string, which: number): Point | null {
  const root = document.querySelector(`elbo-figure[name="${figure}"]`)?.shadowRoot;
  const all = [...(root?.querySelectorAll<HTMLElement | SVGElement>(selector) ?? [])].filter(
    (element) => element.getClientRects().length > 0,
  );
  const found = all[Math.floor(which * all.length)];
  if (found === undefined) return null;
  found.scrollIntoView({ block: "nearest", behavior: "instant" });
  found.focus();
  const { left, top, width, height } = found.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}

/** Brings a figure into view. */
export function scrollToFigure(figure: string): void {
  document.querySelector(`elbo-figure[name="${figure}"]`)?.scrollIntoView({ block: "center", behavior: "instant" });
}

/**
 * The place in the window that is at these fractions of a figure, inside the window; `null`: the figure is not there.
 */
export function placeIn(figure: string, [x, y]: [number, number]): Point | null {
  const box = document.querySelector(`elbo-figure[name="${figure}"]`)?.getBoundingClientRect();
  if (box === undefined || box.width === 0) return null;
  const inside = (value: number, size: number) => Math.max(1, Math.min(size - 2, value));
  return { x: inside(box.left + x * box.width, innerWidth), y: inside(box.top + y * box.height, innerHeight) };
}

/** Whether lecture mode is on. */
export function presenting(): boolean {
  return document.documentElement.classList.contains("presenting");
}

/** What a reader does who is lost: closes dialogs, leaves lecture mode and full screen. */
export async function comeBack(): Promise<void> {
  for (const dialog of document.querySelectorAll<HTMLDialogElement>("dialog[open]")) dialog.close();
  if (document.documentElement.classList.contains("presenting"))
    [...document.querySelectorAll<HTMLElement>(".presenter button")].at(-1)?.click();
  if (document.fullscreenElement !== null) await document.exitFullscreen().catch(() => {});
}
