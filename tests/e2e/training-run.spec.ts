/** The state machine of a training run, with an engine that answers when the test says so; no page is needed. */
import { expect, test } from "@playwright/test";
import type { Adjustable, Progress, SessionConfig } from "../../www/contract/engine";
import type { Engine, EngineNews } from "../../www/engine/client";
import type * as InStep from "../../www/engine/figure/runs-in-step";
import type * as Run from "../../www/engine/figure/training-run";
import { readSource } from "./figure-tables";

const { TrainingRun, RunsInStep } = await readSource<typeof Run & typeof InStep>(`
  export { TrainingRun } from "./engine/figure/training-run";
  export { RunsInStep } from "./engine/figure/runs-in-step";
`);

const at = (step: number, playing = false): Progress => ({
  step,
  epoch: 0,
  imagesSeen: step,
  stepsPerSecond: null,
  train: step === 0 ? null : { elbo: -step, reconstruction: step, kl: 0, n: 1, standardError: null },
  playing,
});

/** Keeps what is asked until it is answered. */
class FakeEngine {
  dead: string | null = null;
  restarts = 0;
  readonly asked: { verb: string; given: unknown[]; answer(value?: unknown): void; refuse(): void }[] = [];
  #last = 0;
  #listeners = new Set<(news: EngineNews) => void>();

  on(listener: (news: EngineNews) => void, signal: AbortSignal): void {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener));
  }

  tell(news: EngineNews): void {
    for (const listener of [...this.#listeners]) listener(news);
  }

  snapshot(session: number) {
    return session === 1 ? { step: 5, bytes: Uint8Array.of(5) } : null;
  }

  async restart(): Promise<void> {
    this.restarts += 1;
    this.dead = null;
    // Another worker counts its sessions from the start.
    this.#last = 0;
  }

  die(onGpu = false): void {
    this.dead = "It died.";
    for (const { refuse } of this.asked.splice(0)) refuse();
    this.tell({ type: "died", message: "It died.", onGpu });
  }

  createSession = (...given: unknown[]) => this.ask("createSession", given);
  restore = (...given: unknown[]) => this.ask("restore", given);
  play = (...given: unknown[]) => this.ask("play", given);
  pause = (...given: unknown[]) => this.ask("pause", given);
  step = (...given: unknown[]) => this.ask("step", given);
  adjust = (...given: unknown[]) => this.ask("adjust", given);
  closeSession = (...given: unknown[]) => this.ask("closeSession", given);

  ask(verb: string, given: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) =>
      this.asked.push({ verb, given, answer: resolve, refuse: () => reject(new Error(`${verb} failed`)) }),
    );
  }

  /** The first call that waits for an answer, which must be this one. */
  async next(verb: string) {
    // Calls are made some turns later.
    await new Promise((resolve) => setTimeout(resolve));
    const call = this.asked.shift();
    expect(call?.verb).toBe(verb);
    if (!call) throw new Error(`${verb} was not called`);
    return call;
  }

  /** Answers the call that opens a session; which one it is. */
  async opens(verb = "createSession", step = 0): Promise<number> {
    const call = await this.next(verb);
    this.#last += 1;
    const config = {
      seed: 3,
      learningRate: Math.fround(0.001),
      ...(verb === "createSession" ? (call.given[1] as Partial<SessionConfig>) : {}),
    };
    call.answer({ session: this.#last, config, progress: at(step), device: { kind: "cpu" }, note: null });
    await new Promise((resolve) => setTimeout(resolve));
    return this.#last;
  }
}

/** A figure with such an engine. */
function figure() {
  const engine = new FakeEngine();
  const life = new AbortController();
  const failed: string[] = [];
  const messages: (string | null)[] = [];
  const host = {
    engine: () => Promise.resolve(engine as unknown as Engine),
    signal: life.signal,
    fail: (error: Error) => failed.push(error.message),
    message: (text: string | null) => messages.push(text),
    refresh() {},
  } as unknown as ConstructorParameters<typeof RunsInStep>[0];
  return { engine, life, failed, messages, host };
}

/** A run with an open session, and the states that it has been in since. */
async function opened() {
  const { host, ...rest } = figure();
  const asked = { device: "cpu" as const, config: { latent: 2 } };
  const run = new TrainingRun(host, () => asked);
  const kinds: string[] = [];
  run.changed = () => kinds.push(run.state.kind);
  const opening = run.open();
  await rest.engine.opens();
  await opening;
  expect(kinds.splice(0)).toEqual(["opening", "paused"]);
  return { ...rest, run, kinds, asked };
}

test("it plays, steps and pauses, and a late report does not undo the pause", async () => {
  const { engine, run, kinds } = await opened();
  expect(run.live).toMatchObject({ session: 1, wanted: { config: { latent: 2 } }, config: { learningRate: 0.001 } });
  const stepping = run.advance(3);
  const step = await engine.next("step");
  expect(run.busy, "while the engine makes steps").toBe(true);
  step.answer(at(3));
  await stepping;
  expect(run.busy).toBe(false);
  const playing = run.play();
  (await engine.next("play")).answer();
  await playing;
  engine.tell({ type: "progress", session: 1, progress: at(7, true) });
  engine.tell({ type: "progress", session: 2, progress: at(99, true) });
  expect([run.step, run.playing, run.busy]).toEqual([7, true, true]);
  const pausing = run.pause();
  (await engine.next("pause")).answer({ ...at(8), train: null });
  await pausing;
  engine.tell({ type: "progress", session: 1, progress: at(8, true) });
  expect(kinds).toEqual(["paused", "playing", "playing", "paused", "paused"]);
  expect([run.step, run.busy, run.progress?.train?.elbo]).toEqual([8, false, -8]);
  await expect(run.advance(0.5)).rejects.toThrow("0.5 steps");
});

test("another session takes its place when it is there; what the old one still answers is dropped", async () => {
  const { engine, run, asked } = await opened();
  const stepping = run.advance(3);
  const step = await engine.next("step");
  const opening = run.open({ ...asked, config: { latent: 5 } });
  expect([run.state.kind, run.current.kind, run.live?.session]).toEqual(["opening", "paused", 1]);
  engine.tell({ type: "progress", session: 1, progress: at(2) });
  expect(run.step, "the old one goes on until then").toBe(2);
  expect(await engine.opens()).toBe(2);
  await opening;
  expect((await engine.next("closeSession")).given).toEqual([1]);
  step.answer(at(3));
  await stepping;
  expect([run.state.kind, run.step, run.live?.config.latent]).toEqual(["paused", 0, 5]);
});

test("what cannot be opened leaves all as it was", async () => {
  const { engine, run, kinds } = await opened();
  const opening = run.open(undefined, Uint8Array.of(1));
  (await engine.next("restore")).refuse();
  await expect(opening).rejects.toThrow("restore failed");
  expect(kinds).toEqual(["opening", "paused"]);
  expect(run.live?.session).toBe(1);
});

test("openings wait for one another, and the last one counts", async () => {
  const { engine, run, asked } = await opened();
  const first = run.open();
  const second = run.open({ ...asked, config: { latent: 9 } });
  expect(await engine.opens()).toBe(2);
  expect([run.state.kind, run.live?.session]).toEqual(["opening", 2]);
  expect((await engine.next("closeSession")).given).toEqual([1]);
  expect(await engine.opens()).toBe(3);
  expect((await engine.next("closeSession")).given).toEqual([2]);
  expect([(await first).session, (await second).session]).toEqual([2, 3]);
  expect([run.state.kind, run.live?.config.latent]).toEqual(["paused", 9]);
});

test("who asks for the session while it is opened waits for it; of other wishes there is another", async () => {
  const { engine, host } = figure();
  let latent = 2;
  const run = new TrainingRun(host, () => ({ device: "cpu", config: { latent } }));
  const ready = [run.ready(), run.ready()];
  latent = 5;
  ready.push(run.ready());
  expect([await engine.opens(), await engine.opens()]).toEqual([1, 2]);
  expect((await Promise.all(ready)).map(({ session }) => session)).toEqual([1, 1, 2]);
  expect((await engine.next("closeSession")).given).toEqual([1]);
  expect([engine.asked.length, run.live?.config.latent]).toEqual([0, 5]);
});

test("a loss that explodes stops it with the snapshot's progress, and play goes on", async () => {
  const { engine, run, kinds, failed } = await opened();
  engine.tell({
    type: "stopped",
    session: 1,
    message: "no number",
    exploded: true,
    progress: { ...at(4), train: null },
  });
  expect(run.state).toMatchObject({ kind: "stopped", message: "no number", progress: { step: 4, train: null } });
  const playing = run.play();
  expect(kinds).toEqual(["stopped"]);
  (await engine.next("play")).answer();
  await playing;
  expect(kinds).toEqual(["stopped", "paused", "playing"]);
  engine.tell({ type: "stopped", session: 1, message: "no digits", exploded: false, progress: at(6) });
  expect([run.state.kind, run.step]).toEqual(["paused", 6]);
  expect(failed).toEqual(["Training stopped: no digits"]);
});

test("the engine dies: the run goes on from its snapshot in another, once however often it is asked", async () => {
  const { engine, run, kinds } = await opened();
  const playing = run.play();
  (await engine.next("play")).answer();
  await playing;
  engine.tell({ type: "progress", session: 1, progress: at(7, true) });
  engine.die(true);
  expect(run.state).toMatchObject({ kind: "dead", onGpu: true, wasPlaying: true, snapshot: { step: 5 } });
  expect([run.live, run.step, run.busy]).toEqual([null, 7, false]);
  await expect(run.play()).rejects.toThrow("It died. Restart it first.");
  const failing = run.revive();
  (await engine.next("restore")).refuse();
  await expect(failing).rejects.toThrow("restore failed");
  expect(run.state.kind).toBe("dead");
  const revivals = [run.revive(), run.revive()];
  expect(run.current.kind, "until then it counts as dead").toBe("dead");
  expect(await engine.opens("restore", 5)).toBe(1);
  await Promise.all(revivals);
  expect(engine.asked, "the session of the dead worker is not closed in the new one").toEqual([]);
  expect([engine.restarts, run.state.kind, run.step]).toEqual([1, "paused", 5]);
  expect(run.live?.wanted.config).toEqual({ seed: 3, learningRate: 0.001 });
  expect(kinds.slice(-3)).toEqual(["dead", "opening", "paused"]);
});

test("the engine dies while another session is opened: the old one is what is lost", async () => {
  const { engine, run } = await opened();
  const opening = run.open();
  await new Promise((resolve) => setTimeout(resolve));
  engine.die();
  await expect(opening).rejects.toThrow("createSession failed");
  expect(run.state).toMatchObject({ kind: "dead", wanted: { config: { latent: 2 } }, snapshot: { step: 5 } });
});

test("a run that is closed closes its session, also one that comes too late", async () => {
  const { engine, run, life } = await opened();
  const opening = run.open();
  const call = await engine.next("createSession");
  life.abort();
  expect((await engine.next("closeSession")).given).toEqual([1]);
  call.answer({ session: 2, config: {}, progress: at(0), device: { kind: "cpu" }, note: null });
  await expect(opening).rejects.toThrow("closed");
  expect((await engine.next("closeSession")).given).toEqual([2]);
  expect(run.state.kind).toBe("closed");
  await expect(run.open()).rejects.toThrow("closed");
});

test("what is adjusted belongs to the session from then on", async () => {
  const { engine, run } = await opened();
  const adjusting = run.adjust({ beta: 4 } as Adjustable);
  (await engine.next("adjust")).answer();
  await adjusting;
  expect(run.live).toMatchObject({ wanted: { config: { latent: 2, beta: 4 } }, config: { beta: 4 } });
});

test("models in step come to the same step, and are lost together", async () => {
  const { engine, host, messages } = figure();
  const models = new RunsInStep(host, 0);
  const opening = models.open([{ beta: 1 }, { beta: 2 }]);
  expect([await engine.opens(), await engine.opens()]).toEqual([1, 2]);
  const runs = await opening;
  const failing = runs.advance(2);
  (await engine.next("step")).answer(at(2));
  const second = await engine.next("step");
  expect(models.busy).toBe(true);
  second.refuse();
  await expect(failing).rejects.toThrow("step failed");
  expect([runs.step, models.busy]).toEqual([0, false]);
  const advancing = runs.advance(1);
  for (const [session, n] of [
    [1, 1],
    [2, 3],
  ]) {
    const call = await engine.next("step");
    expect(call.given).toEqual([session, n]);
    call.answer(at(3));
  }
  await advancing;
  expect([runs.step, runs.train.map((train) => train?.elbo)]).toEqual([3, [-3, -3]]);
  expect([models.replaces([{ beta: 1 }, { beta: 2 }]), models.replaces([{ beta: 1 }])]).toEqual([false, true]);
  engine.die();
  expect([runs.gone, messages.length]).toEqual([true, 1]);
  void models.open([{ beta: 1 }, { beta: 2 }]).catch(() => {});
  expect([await engine.opens(), engine.restarts]).toEqual([1, 1]);
});
