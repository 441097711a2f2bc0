/** The page of the benchmark: measures, shows a table with bars for each measure, and offers the numbers. */

import { openEngine } from "../engine/client";
import { type Contender, contenders } from "./contenders";
import { measures, multiplications, type Result, roofline, time } from "./measure";

/** Everything that was found. */
export interface Findings {
  browser: string;
  cores: number;
  when: string;
  contenders: { name: string; detail: string }[];
  absent: { name: string; why: string }[];
  /** 10^9 multiplications and additions a second: of a product of matrices, and of a whole step. */
  roofline: number;
  step: number;
  results: Result[];
  notes: string[];
}

const OURS = "ELBO Room, NdArray";

const element = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;

async function run(rounds: number): Promise<Findings> {
  const status = element("said");
  const notes: string[] = [];
  status.textContent = "Starting…";
  const engine = await openEngine();
  await engine.loadData("cpu", 10_000);
  const { here, absent } = await contenders(engine);
  const results: Result[] = [];
  for (const measure of measures) {
    results.push(
      ...(await time(measure, here, rounds, (text) => {
        status.textContent = text;
        if (text.includes("failed")) notes.push(text);
      })),
    );
    show(results, here);
  }
  const peak = await roofline(engine);
  const main = measures[0];
  const ours = results.find(({ measure, contender }) => measure === main?.name && contender === OURS);
  const reached = main && ours ? multiplications(main.setting) / ours.median / 1e6 : Number.NaN;
  status.textContent =
    `Done. ${OURS} trains at ${reached.toFixed(1)} of the ${peak.toFixed(1)} thousand million multiplications and ` +
    "additions a second that a product of matrices reaches in the same module. " +
    absent.map(({ name, why }) => `${name}: ${why}`).join(" ");
  return {
    browser: navigator.userAgent,
    cores: navigator.hardwareConcurrency,
    when: new Date().toISOString(),
    contenders: here.map(({ name, detail }) => ({ name, detail })),
    absent,
    roofline: peak,
    step: reached,
    results,
    notes,
  };
}

/** A table for each measure; bars are lengths on a logarithmic scale from a tenth of the fastest. */
function show(results: readonly Result[], here: readonly Contender[]): void {
  const tables = measures.map(({ name }) => {
    const rows = results.filter(({ measure }) => measure === name);
    if (rows.length === 0) return "";
    const ours = rows.find(({ contender }) => contender === OURS)?.median ?? Number.NaN;
    const least = Math.min(...rows.map(({ median }) => median)) / 10;
    const most = Math.max(...rows.map(({ median }) => median));
    const table = document.createElement("table");
    table.createCaption().textContent = `${name}, milliseconds`;
    const head = table.createTHead().insertRow();
    for (const title of ["", "median", "quartiles", `times ${OURS}`, ""])
      head.append(Object.assign(document.createElement("th"), { textContent: title, scope: "col" }));
    const body = table.createTBody();
    for (const { contender, median, low, high } of rows) {
      const row = body.insertRow();
      row.className = contender.startsWith("ELBO") ? "" : "other";
      row.insertCell().textContent = contender;
      row.title = here.find((one) => one.name === contender)?.detail ?? "";
      for (const text of [median.toFixed(2), `${low.toFixed(2)} to ${high.toFixed(2)}`, (median / ours).toFixed(2)])
        Object.assign(row.insertCell(), { className: "number", textContent: text });
      const plot = row.insertCell();
      plot.className = "plot";
      const bar = plot.appendChild(document.createElement("div"));
      bar.className = "bar";
      bar.style.width = `${(100 * Math.log(median / least)) / Math.log(most / least)}%`;
    }
    return table;
  });
  element("results").replaceChildren(...tables);
}

async function begin(rounds: number): Promise<Findings> {
  const button = element<HTMLButtonElement>("run");
  button.disabled = true;
  try {
    const findings = await run(rounds);
    const link = element<HTMLAnchorElement>("json");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(findings, null, 2)], { type: "application/json" }));
    link.hidden = false;
    return findings;
  } catch (error) {
    element("said").textContent = `The measurement ended: ${error instanceof Error ? error.message : String(error)}`;
    throw error;
  } finally {
    button.disabled = false;
  }
}

element("run").addEventListener(
  "click",
  () =>
    void begin(Math.min(50, Math.max(1, Math.round(Number(element<HTMLInputElement>("rounds").value) || 5)))).catch(
      () => {},
    ),
);

declare global {
  interface Window {
    /** For the command that runs this page. */
    bench: (rounds: number) => Promise<Findings>;
  }
}
window.bench = begin;
