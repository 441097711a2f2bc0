/** Does an act of random hands on a page; says whether there was anything to act on. */
import type { Act } from "./acts";
import type { HandsPage, Point } from "./hands-page";
import { comeBack, placeIn, presenting, scrollToFigure } from "./in-page";

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function perform(page: HandsPage, figure: string, act: Act): Promise<boolean> {
  const point = (at: [number, number]): Promise<Point | null> => page.run(placeIn, figure, at);
  const press = async (keys: string[]): Promise<void> => {
    for (const key of keys) await page.press(key);
  };
  switch (act.kind) {
    case "visit":
      if ((await page.run(presenting)) !== act.presented) await page.run(comeBack);
      await page.run(scrollToFigure, act.figure);
      if (!act.presented || (await page.run(presenting))) return true;
      // By key, as a reader does: full screen is only given to those who pressed something.
      await page.run(() => (document.activeElement as HTMLElement | null)?.blur());
      await page.press("l");
      return page.run(presenting);
    case "click":
    case "double click": {
      const at = await point(act.at);
      if (at !== null) await page.click(at, act.kind === "click" ? 1 : 2);
      return at !== null;
    }
    case "drag": {
      const points: Point[] = [];
      for (const place of act.along) {
        const at = await point(place);
        if (at !== null) points.push(at);
      }
      if (points.length > 0) await page.drag(points);
      return points.length > 0;
    }
    case "keys":
      await press(act.keys);
      return true;
    case "wheel": {
      const at = await point(act.at);
      if (at !== null) await page.wheel(at, act.by);
      return at !== null;
    }
    case "button":
    case "choice": {
      const at = await page.reach(figure, act.kind, act.which);
      if (at !== undefined) await page.click(at, 1);
      return at !== undefined;
    }
    case "slider":
    case "select": {
      const at = await page.reach(figure, act.kind, act.which);
      if (at !== undefined) await press(act.keys);
      return at !== undefined;
    }
    case "text": {
      const at = await page.reach(figure, act.kind, act.which);
      if (at === undefined) return false;
      await page.press("Control+a");
      await page.press("Delete");
      await page.type(act.text);
      await page.press("Enter");
      return true;
    }
    case "resize":
      // A window that fills the screen has no size of its own.
      await page.run(() => (document.fullscreenElement === null ? undefined : document.exitFullscreen()));
      await page.resize(act.width, act.height);
      return true;
    case "link":
      await page.run((hash) => {
        location.hash = hash;
      }, act.hash);
      return true;
    case "theme":
      await page.run(() => document.getElementById("theme")?.click());
      return true;
    case "print":
      await page.print();
      return true;
    case "away":
      await page.run((to) => {
        scrollTo({ top: to * document.documentElement.scrollHeight, behavior: "instant" });
      }, act.to);
      await pause(act.milliseconds);
      await page.run(scrollToFigure, figure);
      return true;
    case "reload":
      await page.reload();
      return true;
  }
}
