/**
 * The engine fails in the middle of training: it is said in words, and no more than five seconds of training are lost.
 */
import { engineWorker, trainOn, withLittleMemory } from "./broken";
import { Lab } from "./lab-page";
import { expect, test } from "./page";

// What it records takes longer than what it watches.
test.use({ trace: "off" });

const small = { device: "cpu", trainImages: 10_000, batchSize: 16, seed: 3 };

/** The step of the run that is kept in the browser, as the Lab says it. */
async function keptStep(lab: Lab): Promise<number> {
  const text = await lab.locator.locator(".lab-kept").innerText();
  return Number(/step ([\d,]+)/.exec(text)?.[1]?.replaceAll(",", "") ?? 0);
}

for (const device of ["cpu", "webgpu"]) {
  test(`a learning rate that explodes on ${device}: training stops in words and goes on from a snapshot`, async ({
    page,
  }) => {
    test.setTimeout(240_000);
    await page.goto("./");
    const lab = new Lab(page);
    await lab.open({ ...small, device, latent: 64, learningRate: 1e-5 });
    await trainOn(lab);
    await lab.pause();
    await expect.poll(async () => (await lab.values()).playing).toBe(false);
    const { step } = await lab.values();
    const decode = () => lab.call((element) => element.decode(Array<number>(64).fill(0.1)));
    const before = await decode();

    await lab.set({ learningRate: 0.1 });
    await lab.play();
    const notice = lab.locator.locator(".lab-notice:not(.lab-keep)");
    await expect(notice).toContainText(
      /Training stopped: the loss is no longer a finite number after step [\d,]+; the model is back at step/,
      { timeout: 120_000 },
    );
    await expect.poll(() => lab.values()).toMatchObject({ step, playing: false });
    expect(await decode(), "the model of the snapshot").toEqual(before);

    await notice.getByRole("button", { name: `Go on from step ${step} with a tenth of the learning rate` }).click();
    await expect(notice).toBeHidden();
    await expect.poll(async () => (await lab.values()).playing).toBe(true);
    expect((await lab.controls()).learningRate).toBe(0.01);
    expect((await lab.values()).device?.kind, "training's own fault, not the device's").toBe(device);
    await lab.pause();
  });
}

test("a hidden minute and a clock that jumps change nothing: training, its speed and its snapshots go on", async ({
  page,
}) => {
  await page.clock.install();
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open(small);
  await trainOn(lab);
  await expect.poll(() => keptStep(lab)).toBeGreaterThan(0);
  const { stepsPerSecond: rate } = await lab.values();
  if (!rate) throw new Error("there is no speed");
  /**
   * Waits for the next snapshot in the browser; training has gone on, about as fast: a minute or a day would be seen in
   * it, and others at work are not.
   */
  const goesOn = async (what: string) => {
    const [{ step }, kept] = [await lab.values(), await keptStep(lab)];
    await expect.poll(() => keptStep(lab), what).toBeGreaterThan(kept);
    const now = await lab.values();
    expect(now, what).toMatchObject({ playing: true });
    expect(now.step, what).toBeGreaterThan(step);
    expect(now.stepsPerSecond ?? 0, what).toBeGreaterThan(rate / 15);
    expect(now.stepsPerSecond ?? 0, what).toBeLessThan(rate * 15);
    expect(now.step - (await keptStep(lab)), what).toBeLessThan(8 * Math.max(rate, now.stepsPerSecond ?? 0));
  };
  const hide = (hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      Object.defineProperty(document, "visibilityState", { value: hidden ? "hidden" : "visible", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);

  await hide(true);
  await page.clock.fastForward("01:00");
  await goesOn("while the page is hidden");
  await hide(false);
  await page.clock.fastForward("00:10");
  await goesOn("when it is seen again");

  const worker = await engineWorker(lab);
  const day = 24 * 3600 * 1000;
  for (const jump of [day, -2 * day]) {
    await page.clock.setSystemTime(Date.now() + jump);
    await worker.evaluate((jump) => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + jump;
    }, jump);
    await goesOn(`after the clock jumped by ${jump / day} days`);
  }
  await lab.pause();
  await expect(lab.locator.locator(".lab-notice:not(.lab-keep)")).toBeHidden();
});

test("ten reloads in mid-training: each time the run is offered, and less than five seconds are lost", async ({
  page,
}) => {
  test.setTimeout(300_000);
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open(small);
  let before = 0;
  for (let reload = 0; reload < 10; reload += 1) {
    /** When which step was seen. */
    const seen = [{ step: before, time: performance.now() }];
    const look = async () => seen.push({ step: (await lab.values()).step, time: performance.now() });
    await trainOn(lab);
    await expect.poll(() => look().then(() => keptStep(lab)), { intervals: [100] }).toBeGreaterThan(before);
    // From at once to six seconds later: snapshots that come too seldom are found out.
    for (let wait = 0; wait < 6.5 * reload; wait += 1) await Promise.all([look(), page.waitForTimeout(100)]);
    await look();
    const end = performance.now();
    await page.reload();
    await lab.open({ device: "cpu" });
    const offer = lab.locator.locator(".lab-keep");
    await expect(offer).toContainText(/A run of step [\d,]+ from/);
    await offer.getByRole("button", { name: "Go on with it" }).click();
    await expect(offer).toBeHidden();
    before = (await lab.values()).step;
    // A step later than all that was seen was kept after the last that was seen had been reached.
    const reached = Math.min(before, seen.at(-1)?.step ?? 0);
    const after = seen.findIndex(({ step }) => step >= reached);
    const [from, to] = [seen[after - 1], seen[after]];
    if (!from || !to) throw new Error(`step ${before} is not among ${JSON.stringify(seen)}`);
    // What is seen is up to 0.35 seconds old.
    const kept = from.time + ((reached - from.step) / (to.step - from.step)) * (to.time - from.time) - 350;
    expect((end - kept) / 1000, `seconds lost with reload ${reload + 1}`).toBeLessThanOrEqual(5);
    expect(before).toBeGreaterThan(0);
  }
});

test("memory that runs out is named, and a smaller model trains", async ({ page, conduct }) => {
  conduct.expected.push("unreachable", "memory allocation", "panicked");
  await page.route("**/engine_bg.wasm", async (route) => {
    const response = await route.fetch();
    // 128 MB: enough for the data and a small model.
    await route.fulfill({ response, body: withLittleMemory(await response.body(), 2048) });
  });
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open(small);
  await trainOn(lab);
  await lab.pause();
  await lab.set({ batchSize: 1024, samples: 32 });
  await lab.call((element) => element.reset());
  await lab.locator.getByRole("button", { name: "Play" }).click();
  const notice = lab.locator.locator(".lab-notice:not(.lab-keep)");
  await expect(notice).toContainText(
    "The engine stopped in mid-computation (no more memory is to be had: choose a smaller model or a smaller batch).",
  );
  await notice.getByRole("button", { name: "Restart from step 0" }).click();
  await expect(notice).toBeHidden();
  await lab.set({ batchSize: 16, samples: 1 });
  await trainOn(lab);
  await lab.pause();
});
