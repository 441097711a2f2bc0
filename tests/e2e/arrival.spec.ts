/** A link to a figure ends at that figure, though everything above it is set up late and grows. */
import { expect, test } from "./page";

const top = (name: string) => `Math.round(document.getElementById("${name}").getBoundingClientRect().top)`;

for (const name of ["two-questions", "kl-gaussians", "lab"]) {
  test(`a link to ${name} arrives there, and stays`, async ({ page }) => {
    await page.goto(`./#${name}`);
    await page.waitForFunction((figure) => document.getElementById(figure)?.matches(":state(shown)"), name);
    for (let second = 0; second < 3; second++) {
      await page.waitForTimeout(1000);
      const distance = await page.evaluate<number>(top(name));
      expect(distance).toBeGreaterThan(40);
      expect(distance).toBeLessThan(120);
    }
    // From then on the reader decides.
    await page.mouse.move(640, 400);
    await page.mouse.wheel(0, 500);
    await expect.poll(() => page.evaluate<number>(top(name))).toBeLessThan(-300);
    await page.waitForTimeout(1000);
    expect(await page.evaluate<number>(top(name))).toBeLessThan(-300);
  });
}
