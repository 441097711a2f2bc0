/** WebGPU refuses, or computes wrongly: the CPU computes instead, and the figure says why. */
import { beforeEngine, engineWorker, trainOn } from "./broken";
import { Lab } from "./lab-page";
import { expect, test } from "./page";

const small = { device: "cpu", trainImages: 10_000, batchSize: 16 };

test("an adapter that is refused, or fails to be asked for: the CPU trains on", async ({ page }) => {
  // The first choice of device finds none, the second gets an error.
  await beforeEngine(
    page,
    `let asked = 0;
     GPU.prototype.requestAdapter = async () => {
       if (asked++) throw new DOMException("blocklisted", "OperationError");
       return null;
     }`,
  );
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ ...small, device: "auto" });
  expect((await lab.values()).device).toMatchObject({
    kind: "cpu",
    adapter: null,
    reason: "WebGPU found no adapter on this machine.",
  });
  const step = await trainOn(lab);
  await lab.pause();

  await lab.set({ device: "webgpu" });
  expect((await lab.values()).pendingReset, "the run is not taken away").toBe(true);
  expect((await lab.values()).step).toBeGreaterThanOrEqual(step);
  await lab.call((element) => element.reset());
  expect((await lab.values()).device).toMatchObject({
    kind: "cpu",
    reason: "You chose WebGPU, but WebGPU failed when asked for an adapter (blocklisted), so the CPU computes.",
  });
  await trainOn(lab);
  await lab.pause();
});

test("a module for WebGPU that `cargo xtask serve` is still building: the CPU computes until then", async ({
  page,
}) => {
  // What xtask/node/finish.mjs puts in its place.
  await page.route("**/engine-webgpu.js", (route) =>
    route.fulfill({ contentType: "text/javascript", body: "export const stillBeingBuilt = true;" }),
  );
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ ...small, device: "webgpu" });
  expect((await lab.values()).device).toMatchObject({
    kind: "cpu",
    reason: "The WebGPU module is still being built; the CPU computes until then. Reload the page when it is there.",
  });
  await trainOn(lab);
  await lab.pause();
});

test("a GPU that computes wrongly is found out by the self-check, and not used", async ({ page }) => {
  test.setTimeout(240_000);
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open(small);
  const worker = await engineWorker(lab);
  // A driver that takes powers of 2 for powers of e.
  const spoilt = await worker.evaluate(() => {
    const original = GPUDevice.prototype.createShaderModule;
    GPUDevice.prototype.createShaderModule = function (descriptor) {
      return original.call(this, { ...descriptor, code: descriptor.code.replaceAll(/\bexp\(/g, "exp2(") });
    };
    return original !== GPUDevice.prototype.createShaderModule;
  });
  expect(spoilt).toBe(true);
  await lab.set({ device: "webgpu" });
  const { device } = await lab.values();
  expect(device).toMatchObject({
    kind: "cpu",
    selfCheck: { holds: false },
    reason: "WebGPU computed one training step wrongly (see the self-check), so the CPU computes.",
  });
  await lab.locator.locator(".lab-device summary").click();
  await expect(lab.locator.locator(".lab-device-details")).toContainText("fails: loss");
  await trainOn(lab);
  await lab.pause();
});
