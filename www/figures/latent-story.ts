/**
 * Figure 10.4: a 2 and a 3 in the two-dimensional latent space of one model while it learns, told in scenes. The
 * training between two scenes is real, and each moment is kept, so that one can go back.
 */

import { html } from "../base/dom";
import { formatCount, formatFixed } from "../base/format";
import { t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ControlTable, ValuesOf } from "../contract/controls";
import type { Estimate } from "../contract/results";
import type { FigureDefinition, FigureView, Stage } from "../element/definition";
import { linkTests } from "../engine/figure/engine-link";
import type { Live, TrainingRun } from "../engine/figure/training-run";
import { Queue } from "../engine/queue";
import { digitAt, PIXELS } from "../parts/digits";
import picksCss from "../parts/picks.css";
import { createPlayer } from "../parts/player";
import css from "./latent-story/latent-story.css";
import { moments, scenes } from "./latent-story/scenes";
import { StoryRun } from "./latent-story/story-run";
import { createView, type Moment, type Seen } from "./latent-story/view";

/** Test digits whose codes are shown, and the 2s and 3s to choose from. */
const TESTS = 500;
const CHOICE = 20;
/** Draws from the prior that the classifier judges, and how sure it has to be. */
const DRAWS = 400;
const THRESHOLD = 0.9;
/** Decoded grid on the map, a side. */
const GRID = 14;
const CHUNK = 10;
/** At least this long between two pictures while it trains. */
const PICTURE_MS = 900;
const READING_MS = 4500;
const MODEL = { latent: 2, learningRate: 2e-3, trainImages: 10_000 } as const;
const LAST = scenes.length;

const controls = {
  scene: { kind: "number", label: "scene", min: 1, max: LAST, step: 1, default: 1, integer: true, group: "Story" },
  two: {
    kind: "number",
    label: "which 2",
    min: 0,
    max: CHOICE - 1,
    step: 1,
    default: 0,
    integer: true,
    group: "Story",
  },
  three: {
    kind: "number",
    label: "which 3",
    min: 0,
    max: CHOICE - 1,
    step: 1,
    default: 0,
    integer: true,
    group: "Story",
  },
  steps: {
    kind: "number",
    label: "training steps in the end",
    symbol: "\\text{steps}",
    min: 300,
    max: 4000,
    step: 100,
    default: 1000,
    integer: true,
    group: "Model",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "Model" },
  z1: {
    kind: "number",
    label: "z, first coordinate",
    symbol: "\\z_1",
    min: -4,
    max: 4,
    step: 0.01,
    default: 0,
    group: "Code",
    panel: false,
  },
  z2: {
    kind: "number",
    label: "z, second coordinate",
    symbol: "\\z_2",
    min: -4,
    max: 4,
    step: 0.01,
    default: 0,
    group: "Code",
    panel: false,
  },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture", "lecture-autoencoders"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "latent-story",
  layout: "below",
  summary:
    "A story in six scenes with a real model: a 2 is encoded, a 3 lands nearby, training goes on, the clouds of " +
    "their codes move apart, and the room between fills up. The map shows equal shares of the prior as equal " +
    "areas, and behind the codes what is decoded at each place.",
  modules: ["lecture", "lecture-autoencoders"],
  controls,
  holdsMore: true,
  create,
};

export default definition;

/** What was found at one copy of the run; draws of the prior need no second look. */
interface Known {
  step: number;
  fresh: Float32Array;
  sure: Estimate;
  manifold: Float32Array;
  codes: Float32Array;
}

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  for (const sheet of [picksCss, css]) adoptSheet(stage.root, sheet);
  const turns = new Queue();
  const story = new StoryRun(stage, () => {
    player.pause();
    stage.message("The engine stopped in mid-run, and the model is lost. The story begins again, untrained.");
    stage.set({ scene: 1 });
    stage.refresh();
  });
  const tests = linkTests(stage, TESTS);
  /** Training towards a moment; false where it failed. */
  let arriving: Promise<boolean> | null = null;
  /** Also while the story does not play. */
  let forced = false;
  /** Scene, steps and seed that were last trained for: what was paused there rests. */
  let sought = "";
  let seenAt = 0;
  const known = new WeakMap<Live, Known>();
  const steps = (): number[] => moments(stage.controls.steps);
  const goal = (): string => JSON.stringify([stage.controls.scene, stage.controls.steps, stage.controls.seed]);
  const moment = (): number => scenes[stage.controls.scene - 1]?.moment ?? 0;

  const bar = html("progress", { class: "training-bar", max: 1, value: 0, "aria-label": "Training" });
  const player = createPlayer({
    label: "the story",
    interval: READING_MS,
    reducedMotion: stage.reducedMotion,
    signal: stage.signal,
    forward: async () => {
      const opened = await open().catch((error: unknown) => stage.fail(error, true));
      if (!opened) return false;
      // Where training was paused, it goes on first.
      if (story.reached(moment(), steps())) {
        if (stage.controls.scene >= LAST) return false;
        stage.set({ scene: stage.controls.scene + 1 });
        sought = goal();
      }
      return (await arrive(!player.playing)) && stage.controls.scene < LAST;
    },
    back: () => stage.set({ scene: Math.max(1, stage.controls.scene - 1) }),
    restart: () => {
      void turns.run(() => story.close()).then(() => stage.refresh());
      stage.set({ scene: 1 });
    },
  });
  const view = createView(stage);
  stage.root.append(player.root, bar, view.root);
  if (stage.autoplay && !stage.reducedMotion) player.play();

  /** A run with this seed. */
  const open = () => story.open({ ...MODEL, seed: stage.controls.seed % 2 ** 32 });

  /** Trains until the scene's moment is reached; unless `force`, only while the story plays. */
  function arrive(force: boolean): Promise<boolean> {
    forced ||= force;
    arriving ??= train().finally(() => {
      arriving = null;
      forced = false;
      stage.refresh();
    });
    return arriving;
  }

  async function train(): Promise<boolean> {
    try {
      while (!stage.signal.aborted && (forced || player.playing)) {
        const done = await turns.run(() => open().then(() => story.advance(moment(), steps(), CHUNK)));
        stage.message(null);
        if (done) break;
        stage.refresh();
      }
      return true;
    } catch (error) {
      stage.fail(error, true);
      return false;
    }
  }

  /** What does not depend on the chosen digits. */
  async function study(copy: TrainingRun, images: Float32Array): Promise<Known> {
    const [live, { step }] = [copy.must(), copy];
    const before = known.get(live);
    if (before?.step === step) return before;
    const { engine, session } = live;
    const { images: fresh } = await engine.sample(session, DRAWS, 7);
    const { confident: sure } = await engine.judge(fresh, THRESHOLD);
    const manifold = await engine.decode(session, stage.lecture.manifoldGrid(GRID));
    const { mu: codes } = await engine.encode(session, images);
    const found = { step, fresh, sure, manifold, codes };
    known.set(live, found);
    return found;
  }

  async function look(controls: ValuesOf<Specs>): Promise<{
    seen: Seen;
    step: number;
    integral: Moment["pair"]["integral"];
    midpoint: { class: number; confidence: number };
  }> {
    const { images, labels } = await tests();
    const copies = await open();
    const scene = controls.scene - 1;
    const current = Math.min(scenes[scene]?.moment ?? 0, copies.length - 1);
    const copy = copies[current] as TrainingRun;
    const { engine, session } = copy.must();
    const ofClass = (label: number): number[] => [...labels.keys()].filter((i) => labels[i] === label).slice(0, CHOICE);
    const [twos, threes] = [ofClass(2), ofClass(3)];
    const chosen = [Math.min(controls.two, twos.length - 1), Math.min(controls.three, threes.length - 1)] as const;
    const both = new Float32Array(2 * PIXELS);
    both.set(digitAt(images, twos[chosen[0]] ?? 0));
    both.set(digitAt(images, threes[chosen[1]] ?? 0), PIXELS);
    const past: Moment[] = [];
    let now: { mu: Float32Array; logSigma: Float32Array } = { mu: new Float32Array(4), logSigma: new Float32Array(4) };
    for (const [i, one] of copies.slice(0, current + 1).entries()) {
      const codes = await engine.encode(one.must().session, both);
      if (i === current) now = codes;
      const { sure } = await study(one, images);
      past.push({ step: one.step, pair: stage.lecture.codePair(codes.mu, codes.logSigma), sure });
    }
    const { mu, logSigma } = now;
    const found = await study(copy, images);
    const pair = (past[current] as Moment).pair;
    const z: [number, number] = [controls.z1, controls.z2];
    const draws = await engine.samplePosterior(session, mu.slice(0, 2), logSigma.slice(0, 2), 3, 5);
    // At both means, half way, at z, and at draws of the 2's cloud.
    const decoded = await engine.decode(session, Float32Array.of(...mu, ...pair.midpoint, ...z, ...draws));
    const { classes, confidence } = await engine.judge(decoded, THRESHOLD);
    const verdict = (i: number): string => `${classes[i]}? ${formatFixed(100 * (confidence[i] ?? 0), 0)} %`;
    const strip = (...pictures: [Float32Array, string][]): Seen["strip"] => {
      const row = new Float32Array(5 * PIXELS);
      for (const [i, [picture]] of pictures.entries()) row.set(picture, i * PIXELS);
      return { images: row, captions: pictures.map(([, caption]) => caption) };
    };
    const draw = (i: number): [Float32Array, string] => [digitAt(decoded, 4 + i), t("a draw")];
    const one = scenes[scene]?.shows === "one";
    const seen: Seen = {
      scene,
      words: scenes[scene]?.words({ pair, sure: past.map(({ sure }) => sure), steps: steps() }) ?? "",
      images,
      twos,
      threes,
      chosen,
      mu,
      sigma: logSigma.map(Math.exp),
      ...(scenes[scene]?.shows === "prior"
        ? { codes: found.codes, labels }
        : only(found.codes, labels, one ? [2] : [2, 3])),
      manifold: { images: found.manifold, columns: GRID },
      strip: one
        ? strip([digitAt(both, 0), "x"], [digitAt(decoded, 0), "at the mean"], draw(0), draw(1), draw(2))
        : strip(
            [digitAt(both, 0), "x, a 2"],
            [digitAt(decoded, 0), verdict(0)],
            [digitAt(decoded, 2), t`half way: ${verdict(2)}`],
            [digitAt(decoded, 1), verdict(1)],
            [digitAt(both, 1), "x, a 3"],
          ),
      fresh: found.fresh,
      z,
      here: {
        image: digitAt(decoded, 3),
        words: t`The classifier says ${classes[3]}, ${formatFixed(100 * (confidence[3] ?? 0), 0)} % sure.`,
      },
      moments: past,
      current,
    };
    return {
      seen,
      step: copy.step,
      integral: pair.integral,
      midpoint: { class: classes[2] ?? 0, confidence: confidence[2] ?? 0 },
    };
  }

  let shown: ReturnType<typeof show> | null = null;
  let shownKey = "";

  function show({ seen, step, integral, midpoint }: Awaited<ReturnType<typeof look>>) {
    view.draw(seen);
    const { pair, sure } = seen.moments[seen.current] as Moment;
    return {
      values: {
        scene: seen.scene + 1,
        step,
        training: arriving !== null,
        kl: pair.kl,
        distance: pair.distance,
        overlap: pair.overlap,
        midpoint,
        sure,
        integral,
        moments: seen.moments.map(({ step, pair, sure }) => ({
          step,
          kl: pair.kl,
          distance: pair.distance,
          overlap: pair.overlap,
          sure,
        })),
      },
      readouts: [
        { label: "training steps", value: formatCount(step) },
        {
          label: "divergence of the 3’s cloud from the 2’s",
          symbol: "\\KL(\\q_2 \\,\\|\\, \\q_3)",
          value: pair.kl[0] ?? 0,
          unit: "nats",
        },
        {
          label: "draws that the classifier is sure of",
          value: sure.mean,
          standardError: sure.standardError,
          n: sure.n,
        },
      ],
      checks: [
        {
          label: "The divergence $\\KL(\\q_2 \\,\\|\\, \\q_3)$ of the two clouds, by formula and by integration",
          leftLabel: "closed form, nats",
          rightLabel: "integral, nats",
          check: integral,
        },
      ],
      description: t`Scene ${seen.scene + 1} of ${scenes.length}, ${scenes[seen.scene]?.title}, after
        ${formatCount(step)} training steps. ${seen.words}`,
    };
  }

  return {
    busy: () => player.playing || arriving !== null,
    update: (controls) =>
      turns.run(async () => {
        const copies = await open();
        const [scene, goals] = [controls.scene, steps()];
        if (sought !== goal()) {
          sought = goal();
          if (arriving === null && !player.playing && !story.reached(moment(), goals)) void arrive(true);
        }
        const step = copies[Math.min(moment(), copies.length - 1)]?.step ?? 0;
        bar.style.visibility = moment() === 0 ? "hidden" : "visible";
        bar.value = step / (goals[moment()] || 1);
        player.status(
          arriving !== null
            ? t`scene ${scene} of ${scenes.length}, step ${formatCount(step)}, training to
              ${formatCount(goals[moment()] ?? 0)}`
            : t`scene ${scene} of ${scenes.length}, step ${formatCount(step)}`,
        );
        const key = JSON.stringify(controls);
        const early = arriving !== null && key === shownKey && performance.now() - seenAt < PICTURE_MS;
        if (shown === null || !early) {
          shown = show(await look(controls));
          shownKey = key;
          seenAt = performance.now();
        }
        return shown;
      }),
    methods: {
      /** Resolves when the scene's moment is reached. */
      arrived: () => arrive(true),
    },
  };
}

/** Codes of some classes. */
function only(
  codes: Float32Array,
  labels: Uint8Array,
  classes: readonly number[],
): { codes: Float32Array; labels: Uint8Array } {
  const kept = [...labels.keys()].filter((i) => classes.includes(labels[i] ?? 255));
  return {
    codes: Float32Array.from(kept.flatMap((i) => [codes[2 * i] ?? 0, codes[2 * i + 1] ?? 0])),
    labels: Uint8Array.from(kept, (i) => labels[i] ?? 255),
  };
}
