/** The scenes of 10.4: how far the model has been trained, what is shown, and what is said. */

import type { CodePairShown } from "wasm/lecture-autoencoders";
import { formatEstimate, formatFixed } from "../../base/format";
import { t } from "../../base/language";
import type { Estimate } from "../../contract/results";

/** Numbers that the words quote. */
export interface Told {
  pair: CodePairShown;
  /** Share of draws from the prior that the classifier is sure of, at each moment so far. */
  sure: readonly Estimate[];
  steps: readonly number[];
}

export interface Scene {
  title: string;
  /** Which of the moments the model is at. */
  moment: number;
  /** What is shown beside the map. */
  shows: "one" | "two" | "prior";
  words(told: Told): string;
}

export const percent = ({ mean, standardError }: Estimate): string =>
  `${formatEstimate(100 * mean, 100 * standardError)} %`;
const apart = ({ distance, overlap }: CodePairShown): string =>
  t`The means are ${formatFixed(distance, 1)} standard deviations apart, and the two clouds share
    ${formatFixed(100 * overlap, overlap < 0.1 ? 1 : 0)} % of their ground.`;

/** Steps at each moment; the last is the reader's. */
export const moments = (goal: number): number[] => [0, 30, 200, goal];

export const scenes: readonly Scene[] = [
  {
    title: "A 2 goes in",
    moment: 0,
    shows: "one",
    words: () =>
      t(
        "Nothing has been learnt. The encoder turns the 2 into a cloud q(z | x) about as wide as the prior " +
          "itself: it says nothing about the 2. Whatever z is drawn from it, the decoder gives the same grey.",
      ),
  },
  {
    title: "It gets a place",
    moment: 1,
    shows: "one",
    words: ({ steps }) =>
      t`After ${steps[1]} steps the cloud has begun to shrink and to move. Draw z from it and decode: any of these draws
        may come up in training, so the decoder learns to answer them all alike.`,
  },
  {
    title: "A 3 lands nearby",
    moment: 1,
    shows: "two",
    words: ({ pair }) =>
      t`The same weights now encode a 3. ${apart(pair)} On common ground the decoder is asked for a 2 at one time and
        for a 3 at another. It can only give the mean of the two: neither.`,
  },
  {
    title: "Train again",
    moment: 2,
    shows: "two",
    words: ({ pair }) =>
      t`Where clouds overlap both digits are rebuilt badly, and the reconstruction term pays. On the whole, training
        makes the clouds smaller and moves them apart. ${apart(pair)}`,
  },
  {
    title: "What lies between",
    moment: 2,
    shows: "prior",
    words: ({ sure, steps }) =>
      t`Now draw z from the prior, as one does for a new digit. Some draws land between the clouds, where the decoder
        has seen little, or digits of two kinds. After ${steps[2]} steps the classifier is sure (90 %) of
        ${sure[2] ? percent(sure[2]) : "…"} of the draws.`,
  },
  {
    title: "The gaps fill",
    moment: 3,
    shows: "prior",
    words: ({ sure }) =>
      t`The KL term keeps all clouds near N(0, I). They cannot flee, so they settle side by side, and little room is
        left between. The classifier is now sure of ${sure[3] ? percent(sure[3]) : "…"} of the draws; before, it was
        ${sure[2] ? percent(sure[2]) : "…"}. What is left are the borders.`,
  },
];
