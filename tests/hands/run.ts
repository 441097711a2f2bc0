/**
 * One run of random hands: acts for a while, then a look at what they left; a failure names its seed and its last acts.
 */
import { type Act, inWords, randomActs } from "./acts";
import { lookAfterwards } from "./afterwards";
import type { HandsPage } from "./hands-page";
import { perform } from "./perform";

/** Acts that a report shows. */
const TOLD = 20;

/** Milliseconds after which a page that does not finish is taken to hang, on a machine that does other things too. */
export interface Patience {
  act: number;
  /** The look at every figure, afterwards. */
  look: number;
  /** One figure of them. */
  figure: number;
}

const patient: Patience = { act: 60_000, look: 300_000, figure: 30_000 };

/** Among so many acts each of these is done several times. */
const MANY = 200;
const needed: Act["kind"][] = ["click", "drag", "keys", "button", "slider", "choice", "text", "link", "away"];

export interface Run {
  seed: number;
  seconds: number;
  /** The command that repeats it. */
  again: string;
}

/** Milliseconds that a run may take, with starting, looking, and waiting for a page that hangs. */
export function timeOf({ seconds }: Run): number {
  return 1000 * seconds + 2 * patient.act + patient.look;
}

/** What a run that went well saw, in one line. */
export async function runHands(page: HandsPage, { seed, seconds, again }: Run, patience = patient): Promise<string> {
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  const told: string[] = [];
  /** By kind of act: how often there was something to act on. */
  const done = new Map<Act["kind"], number>();
  const visited = new Set<string>();
  let count = 0;

  const within = <T>(milliseconds: number, what: string, promise: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${what} did not end in ${milliseconds / 1000} s`)), milliseconds);
    });
    return Promise.race([promise, late, page.gone]).finally(() => clearTimeout(timer));
  };
  /** Acts until the time is up or something goes wrong behind the scenes. */
  const act = async (): Promise<void> => {
    await within(
      patience.act,
      "loading",
      page.run(() => customElements.whenDefined("elbo-figure").then(() => {})),
    );
    const figures = await page.run(() =>
      [...document.querySelectorAll("elbo-figure")].map((figure) => figure.getAttribute("name") ?? ""),
    );
    const loaded = (): Promise<number> => page.run(() => performance.timeOrigin);
    let [figure = ""] = figures;
    let since = await within(patience.act, "an answer", loaded());
    for (const act of randomActs(seed, figures)) {
      if (elapsed() > seconds || page.problems.length > 0) return;
      if (act.kind === "visit") figure = act.figure;
      visited.add(figure);
      count += 1;
      told.push(`${count}. ${elapsed().toFixed(1)} s, ${figure}: ${inWords(act)}`);
      if (await within(patience.act, `the act ${inWords(act)}`, perform(page, figure, act)))
        done.set(act.kind, (done.get(act.kind) ?? 0) + 1);
      const now = await within(patience.act, "an answer", loaded());
      if (now !== since && act.kind !== "reload") throw new Error("the page was left or loaded anew");
      since = now;
    }
  };
  const look = async (): Promise<string[]> => {
    const { problems, said } = await within(
      patience.look,
      "the look at every figure",
      lookAfterwards(page, patience.figure),
    );
    told.push(...said.map((text) => `afterwards, before its reset, ${text}`));
    // Hands that find nothing would break nothing.
    const missed = needed.filter((kind) => count >= MANY && !done.has(kind));
    return [...problems, ...missed.map((kind) => `no act "${kind}" found anything to act on`)];
  };
  const problems: string[] = [];
  try {
    await act();
    if (page.problems.length === 0) problems.push(...(await look()));
  } catch (error) {
    // A page that is gone fails in many words; these say it best.
    const gone = page.gone.catch((reason: Error) => reason.message);
    const words = await Promise.race([gone, new Promise<string>((resolve) => setTimeout(() => resolve(""), 1000))]);
    const own = (error as Error).message.split("\n")[0] ?? "";
    problems.push(words === "" || words === own ? own : `${words} (${own})`);
  }
  problems.push(...page.problems);
  if (problems.length > 0) {
    const report = [
      `${problems.length} problem(s), seed ${seed}, ${page.name}, after ${count} acts in ${elapsed().toFixed(0)} s:`,
      ...problems.slice(0, 10).map((problem) => `  ${problem}`),
      "the last acts:",
      ...told.slice(-TOLD).map((line) => `  ${line}`),
      `again: ${again}`,
    ];
    // Where in this file it was thrown says nothing.
    throw Object.assign(new Error(report.join("\n")), { stack: "" });
  }
  const kinds = [...done].map(([kind, times]) => `${times} ${kind}`).join(", ");
  return `${page.name}, seed ${seed}: ${count} acts on ${visited.size} figures in ${elapsed().toFixed(0)} s (${kinds})`;
}
