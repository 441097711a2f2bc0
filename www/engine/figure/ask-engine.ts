/** What the engine says about a figure that the main thread computes: asked beside it, shown when it is there. */

import { said } from "../../base/format";
import { t } from "../../base/language";
import type { Engine } from "../client";
import { type EngineHost, linkEngine } from "./engine-link";

/**
 * To this question (null until it is there), and the last one to any: what stays on screen while something is dragged.
 */
export interface Answers<Answer> {
  exact: Answer | null;
  latest: Answer | null;
}

/**
 * A function from a question to its answers; the figure updates when there are new ones. One question is under way at a
 * time.
 */
export function askEngine<Question, Answer>(
  host: EngineHost,
  ask: (engine: Engine, question: Question) => Promise<Answer>,
): (question: Question) => Answers<Answer> {
  let known: { key: string; answer: Answer } | null = null;
  let wanted: { key: string; question: Question } | null = null;
  let asking = false;
  const connect = linkEngine(host);

  async function run(): Promise<void> {
    asking = true;
    try {
      const engine = await connect();
      while (wanted !== null && wanted.key !== known?.key && !host.signal.aborted) {
        const { key, question } = wanted;
        known = { key, answer: await ask(engine, question) };
        host.refresh();
      }
      host.message(null);
    } catch (error) {
      host.message(t("The engine, which this figure is checked against, gave no answer: {0}", said(error)));
    }
    asking = false;
  }

  return (question) => {
    const key = JSON.stringify(question);
    wanted = { key, question };
    if (known?.key !== key && !asking) void run();
    const latest = known?.answer ?? null;
    return { latest, exact: known?.key === key ? latest : null };
  };
}
