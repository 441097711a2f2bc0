/** After the hands: every figure comes up, can be reset and complains of nothing, and the Lab trains. */
import type { HandsPage } from "./hands-page";
import { comeBack } from "./in-page";

interface FigureElement extends HTMLElement {
  ready: Promise<void>;
  updated: Promise<void>;
  values: unknown;
  reset?(): Promise<void>;
}

interface LabElement extends FigureElement {
  controls: object;
  values: { step: number; train: { elbo: number } | null };
  pause(): Promise<void>;
  reset(): Promise<void>;
  step(n: number): Promise<void>;
}

/**
 * What is wrong, in words; `said` are the errors that figures showed before they were reset. `patience`: milliseconds
 * in which a figure must have come up.
 */
export async function lookAfterwards(
  page: HandsPage,
  patience: number,
): Promise<{ problems: string[]; said: string[] }> {
  await page.run(comeBack);
  // A jump holds the page at its goal until the reader does anything.
  await page.press("Shift");
  await page.resize(1280, 900);
  const figures = await page.run(() =>
    [...document.querySelectorAll("elbo-figure")].map((figure) => figure.getAttribute("name") ?? ""),
  );
  const problems: string[] = [];
  const said: string[] = [];
  for (let index = 0; index < figures.length; index += 1) {
    const found = await page.run(lookAtFigure, index, patience);
    if (found.said !== "") said.push(`${figures[index]}: ${found.said}`);
    if (found.wrong !== "") problems.push(`${figures[index]} ${found.wrong}`);
  }
  const lab = await page.run(trainLab, 2 * patience);
  if (lab !== "") problems.push(`the Lab does not train afterwards: ${lab}`);
  return { problems, said };
}

/** One figure, by its place in the page. */
async function lookAtFigure(index: number, patience: number): Promise<{ said: string; wrong: string }> {
  const figure = document.querySelectorAll<FigureElement>("elbo-figure")[index];
  if (figure === undefined) return { said: "", wrong: "is not in the page" };
  const root = figure.shadowRoot;
  const end = performance.now() + patience;
  const pause = () => new Promise((resolve) => setTimeout(resolve, 30));
  /** What became of a promise: nothing to say, its error, or that it took too long. */
  const outcome = (what: string, promise: Promise<unknown>): Promise<string> =>
    Promise.race([
      promise.then(
        () => "",
        (error: unknown) => `${what}: ${String(error)}`,
      ),
      new Promise<string>((resolve) =>
        setTimeout(() => resolve(`${what} is not settled after ${patience / 1000} s`), end - performance.now()),
      ),
    ]);
  /**
   * The latest controls are shown: `updated` says so; where a figure trains or plays it waits for the end, and two
   * changes say it before.
   */
  const updated = (): Promise<unknown> => {
    const changes = new Promise<void>((resolve) => {
      let count = 0;
      const change = () => {
        count += 1;
        if (count < 2) return;
        figure.removeEventListener("change", change);
        resolve();
      };
      figure.addEventListener("change", change);
    });
    return Promise.race([figure.updated, changes]);
  };
  const errors = () =>
    [...(root?.querySelectorAll<HTMLElement>("[role=alert], .message-error") ?? [])]
      .filter((element) => element.getClientRects().length > 0 && element.textContent?.trim() !== "")
      .map((element) => element.textContent?.trim().slice(0, 200))
      .join(" | ");
  const answer = (wrong: string) => ({ said, wrong });

  let said = "";
  // Scrolled to and not asked: a reader's figure comes up by itself.
  do {
    figure.scrollIntoView({ block: "center", behavior: "instant" });
    await pause();
  } while (!figure.matches(":state(shown)") && performance.now() < end);
  if (!figure.matches(":state(shown)")) return answer(`is not shown ${patience / 1000} s after it was scrolled to`);
  const ready = await outcome("`ready`", figure.ready);
  if (ready !== "") return answer(`has failed: ${ready}`);
  // What the hands asked for may be refused in words, but not for ever kept waiting.
  const before = await outcome("`updated`", updated());
  if (before.includes("not settled")) return answer(before);
  said = errors();

  const reset = root?.querySelector<HTMLElement>(".actions > button");
  if (reset === null || reset === undefined) return answer("has no button that resets it");
  reset.click();
  const after = await outcome("`updated`", updated());
  if (after !== "") return answer(`does not come back by its reset: ${after}`);
  // A run that went astray is begun anew by a method or a button of its own.
  if (errors() !== "" && figure.reset !== undefined) {
    const again = await outcome("`reset()`", figure.reset());
    if (again !== "") return answer(again);
  }
  while (errors() !== "" && performance.now() < end) await pause();
  if (errors() !== "") return answer(`still says after its reset: ${errors()}`);
  if (root?.querySelector(".message-only") !== null) return answer("shows only its message");
  if (figure.getBoundingClientRect().height < 100) return answer("has no height");
  if (figure.values === null) return answer("has no values");
  return answer("");
}

/** Forty steps on the CPU, from the beginning. */
async function trainLab(patience: number): Promise<string> {
  const lab = document.querySelector<LabElement>("elbo-figure[name=lab]");
  if (lab === null) return "there is none";
  const train = async (): Promise<string> => {
    lab.scrollIntoView({ behavior: "instant" });
    await lab.ready;
    await lab.pause();
    const given = { latent: 2, learningRate: 1e-3, batchSize: 64, trainImages: 5000, beta: 1 };
    lab.controls = { device: "cpu", ...given };
    await lab.updated;
    await lab.reset();
    await lab.step(40);
    // What was computed is shown a moment later.
    for (let tries = 0; tries < 50 && lab.values.train === null; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    const { step, train } = lab.values;
    return step >= 40 && Number.isFinite(train?.elbo) ? "" : `step ${step}, bound ${train?.elbo}`;
  };
  return Promise.race([
    train().catch((error: unknown) => String(error)),
    new Promise<string>((resolve) =>
      setTimeout(() => resolve(`forty steps are not done after ${patience / 1000} s`), patience),
    ),
  ]);
}
