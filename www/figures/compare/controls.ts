/** Controls of the comparison: some of the Lab's once for each side, others for both. */

import type { Controls, ControlTable, ValuesOf } from "../../contract/controls";
import { type LabValues, labControls, viewControls } from "../lab/config";

export const sideNames = ["left", "right"] as const;
export type SideName = (typeof sideNames)[number];

const { family, architecture, latent, beta, trainImages, batchSize, learningRate, device, seed } = labControls;

export const controls = {
  leftFamily: { ...family, default: "autoencoder", group: "Left" },
  leftArchitecture: { ...architecture, group: "Left" },
  leftLatent: { ...latent, group: "Left" },
  leftBeta: { ...beta, group: "Left", when: ({ leftFamily }: Controls) => leftFamily === "vae" },
  rightFamily: { ...family, group: "Right" },
  rightArchitecture: { ...architecture, group: "Right" },
  rightLatent: { ...latent, group: "Right" },
  rightBeta: { ...beta, group: "Right", when: ({ rightFamily }: Controls) => rightFamily === "vae" },
  trainImages: { ...trainImages, default: 20_000, group: "Both" },
  batchSize: { ...batchSize, group: "Both" },
  learningRate: { ...learningRate, group: "Both" },
  device: { ...device, group: "Both" },
  seed: { ...seed, group: "Both" },
  ...viewControls,
} as const satisfies ControlTable;

export type CompareValues = ValuesOf<typeof controls>;

/** What a side has for itself, as the Lab names it. */
export type SideValues = Pick<LabValues, "family" | "architecture" | "latent" | "beta">;

export function ofSide(side: SideName, controls: CompareValues): SideValues {
  return {
    family: controls[`${side}Family`],
    architecture: controls[`${side}Architecture`],
    latent: controls[`${side}Latent`],
    beta: controls[`${side}Beta`],
  };
}
