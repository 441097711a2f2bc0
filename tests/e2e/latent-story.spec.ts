/** 10.4: the story of a 2 and a 3, scene by scene, forwards and back. */
import { Figure } from "./lab-page";
import { expect, test } from "./page";

interface Values {
  scene: number;
  step: number;
  training: boolean;
  distance: number;
  overlap: number;
  kl: [number, number];
  sure: { mean: number; standardError: number; n: number };
  integral: { holds: boolean };
  moments: { step: number; distance: number; overlap: number; kl: [number, number]; sure: { mean: number } }[];
}

test("clouds move apart and gaps fill, and one can go back", async ({ page }) => {
  test.setTimeout(240_000);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("./");
  const story = new Figure<Values>(page, "latent-story");
  await story.open({ steps: 600, seed: 1 });
  const start = await story.values();
  expect([start.scene, start.step]).toEqual([1, 0]);
  expect(start.overlap).toBeGreaterThan(0.9);

  const step = story.locator.getByRole("button", { name: "One step of the story" });
  const arrived = (scene: number, steps: number): Promise<void> =>
    expect
      .poll(
        async () => {
          const { scene, step, training } = await story.values();
          return [scene, step, training];
        },
        { timeout: 120_000 },
      )
      .toEqual([scene, steps, false]);
  for (const [scene, steps] of [
    [2, 30],
    [3, 30],
    [4, 200],
    [5, 200],
    [6, 600],
  ] as const) {
    await step.click();
    await arrived(scene, steps);
    expect((await story.values()).integral.holds).toBe(true);
  }
  const end = await story.values();
  expect(end.moments.map((moment) => moment.step)).toEqual([0, 30, 200, 600]);
  const [before, early] = end.moments;
  expect(end.overlap).toBeLessThan(before?.overlap ?? 0);
  expect(end.distance).toBeGreaterThan(early?.distance ?? Infinity);
  expect(end.kl[0]).toBeGreaterThan(early?.kl[0] ?? Infinity);
  expect(end.sure.n).toBe(400);
  expect(end.sure.mean).toBeGreaterThan(end.moments[2]?.sure.mean ?? 1);

  // Back: the copy of that moment, to the last digit, with no training.
  await story.set({ scene: 3 });
  await arrived(3, 30);
  expect((await story.values()).distance).toBe(early?.distance);
  await story.set({ z1: 1.5, z2: -1 });
  await story.set({ three: 1 });
  expect((await story.values()).distance).not.toBe(early?.distance);

  await story.locator.getByRole("button", { name: "Start over" }).click();
  await arrived(1, 0);
  expect((await story.values()).moments).toHaveLength(1);
});
