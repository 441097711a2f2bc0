/** Evidence of images, in slices between which the worker answers others. */

import type { EvidenceReport, MeasuredEvidence } from "../contract/engine";
import type { WasmEvidence } from "./module";
import { breathe } from "./queue";

const SLICE_MS = 30;
const REPORT_MS = 150;

/** Draws until all images are done, or until `report` answers false; frees the run. */
export async function gatherEvidence(
  run: WasmEvidence,
  report?: (part: EvidenceReport) => unknown,
): Promise<MeasuredEvidence> {
  try {
    let reported = performance.now();
    for (let count = 100; ; ) {
      const began = performance.now();
      const remaining = await run.advance(count);
      const now = performance.now();
      if (remaining === 0) break;
      if (report && now - reported >= REPORT_MS) {
        reported = now;
        if ((await report(run.report())) === false) break;
      }
      count = Math.round(Math.min(Math.max((count * SLICE_MS) / Math.max(now - began, 1), 20), 20_000));
      await breathe();
    }
    return { ...run.report(), seen: run.images() };
  } finally {
    run.free();
  }
}
