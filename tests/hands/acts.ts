/** What random hands do, as data: the same acts from the same seed, in every browser. */
import { seeded } from "../e2e/figure-tables";

/** What can be acted on inside a figure. */
export type ControlKind = "button" | "slider" | "choice" | "select" | "text";

/** A place in a figure, as fractions of its width and height. */
export type Place = [x: number, y: number];

/** `which`: a number in [0, 1) that picks one of the figure's controls of that kind. */
export type Act =
  /** The figure comes into view; `presented`: in lecture mode. Later acts are on this figure. */
  | { kind: "visit"; figure: string; presented: boolean }
  | { kind: "click"; at: Place }
  | { kind: "double click"; at: Place }
  | { kind: "drag"; along: Place[] }
  | { kind: "keys"; keys: string[] }
  | { kind: "wheel"; at: Place; by: number }
  | { kind: "button"; which: number }
  | { kind: "slider"; which: number; keys: string[] }
  | { kind: "choice"; which: number }
  | { kind: "select"; which: number; keys: string[] }
  | { kind: "text"; which: number; text: string }
  | { kind: "resize"; width: number; height: number }
  | { kind: "link"; hash: string }
  | { kind: "theme" }
  | { kind: "print" }
  /** Scrolls to another part of the page (a fraction of its height), stays for a while, and comes back. */
  | { kind: "away"; to: number; milliseconds: number }
  | { kind: "reload" };

const ACTS_ON_A_FIGURE = 6;

/** How often each act is done, beside the others. */
const shares: { [kind in Exclude<Act["kind"], "visit">]: number } = {
  click: 8,
  drag: 8,
  keys: 8,
  button: 8,
  slider: 6,
  choice: 4,
  text: 5,
  wheel: 5,
  link: 5,
  away: 4,
  resize: 4,
  "double click": 3,
  select: 2,
  theme: 2,
  print: 1,
  reload: 0.5,
};

const keys = [
  ..."Tab Shift+Tab ArrowLeft ArrowRight ArrowUp ArrowDown PageUp PageDown Home End".split(" "),
  ..."Enter Space Escape Delete Backspace 1 - a n p t l ?".split(" "),
];
const sliderKeys = "Home End PageUp PageDown ArrowLeft ArrowRight ArrowUp ArrowDown".split(" ");
const selectKeys = "Home End ArrowUp ArrowDown".split(" ");

const texts = [
  ..."0 1 -1 0.5 2.5 3,5 10 1000000 1e9 1e999 -1e999 1e-320 NaN Infinity −1".split(" "),
  ...[
    "",
    " ",
    "abc",
    "0x10",
    "--5",
    "1 2 3",
    "1,2,3",
    "1;2;3",
    "1, 2, a",
    "[[1,2],[3]]",
    "[1e999]",
    "null",
    "4294967296",
  ],
  ...["<img src=x onerror=alert(1)>", "9".repeat(120), "1,".repeat(60), "💥", "٣"],
];

const windows: [width: number, height: number][] = [
  [390, 844],
  [820, 1180],
  [1280, 900],
  [1920, 1080],
];

/** Good links and hostile ones; `figure` is any figure's name. */
const links: ((figure: string) => string)[] = [
  (figure) => figure,
  (figure) => `${figure}?seed=7`,
  (figure) => `${figure}?seed=4294967295`,
  (figure) => `${figure}?seed=-1&mu=1e999&sigma=0&x=NaN`,
  (figure) => `${figure}?data=1,2,a&w=[[1],[2,3]]&n=1e12`,
  (figure) => `${figure}?${"sigma=0.1&".repeat(300)}`,
  (figure) => `${figure}?__proto__=1&constructor=2&hide=seed`,
  () => "kl-gaussians?mu1=1e999",
  () => "kl-gaussians?mu1=-2&sigma1=0.5&mu2=2&sigma2=3",
  () => "lab?latent=-3&seed=NaN",
  () => "lab?latent=2&beta=4&learning-rate=0.01",
  () => "elbo-bars?x=2",
  () => "gmm-em?data=1,2,a",
  () => "gmm-em?data=1,2,3,4&step=3",
  () => "chapter-2",
  () => "chapter-6",
  () => "",
  () => "nowhere",
  () => "%E0%A4%A",
  () => '"><script>throw 1</script>',
];

/** Acts without end. */
export function* randomActs(seed: number, figures: readonly string[]): Generator<Act, never> {
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const some = <T>(list: readonly T[], count: number): T[] => Array.from({ length: count }, () => pick(list));
  const place = (): Place => [random(), random()];
  const which = random;
  const kinds = Object.entries(shares) as [keyof typeof shares, number][];
  const sum = kinds.reduce((total, [, share]) => total + share, 0);
  const kind = (): keyof typeof shares => {
    let left = random() * sum;
    for (const [drawn, share] of kinds) {
      left -= share;
      if (left < 0) return drawn;
    }
    return "click";
  };
  const act = (): Act => {
    const drawn = kind();
    switch (drawn) {
      case "click":
      case "double click":
        return { kind: drawn, at: place() };
      case "drag":
        return { kind: drawn, along: Array.from({ length: 5 }, place) };
      case "keys":
        return { kind: drawn, keys: some(keys, 5) };
      case "wheel":
        return { kind: drawn, at: place(), by: Math.round((random() - 0.5) * 3000) };
      case "button":
      case "choice":
        return { kind: drawn, which: which() };
      case "slider":
        return { kind: drawn, which: which(), keys: some(sliderKeys, 1 + Math.floor(random() * 6)) };
      case "select":
        return { kind: drawn, which: which(), keys: some(selectKeys, 1) };
      case "text":
        return { kind: drawn, which: which(), text: pick(texts) };
      case "resize": {
        const [width, height] = pick(windows);
        return { kind: drawn, width, height };
      }
      case "link":
        return { kind: drawn, hash: pick(links)(pick(figures)) };
      case "away":
        return { kind: drawn, to: random(), milliseconds: Math.floor(random() * 1500) };
      case "theme":
      case "print":
      case "reload":
        return { kind: drawn };
    }
  };
  for (;;) {
    yield { kind: "visit", figure: pick(figures), presented: random() < 0.08 };
    for (let count = 0; count < ACTS_ON_A_FIGURE; count += 1) yield act();
  }
}

/** An act in one line. */
export function inWords(act: Act): string {
  const { kind, ...rest } = act;
  const details = JSON.stringify(rest, (_, value: unknown) => {
    if (typeof value === "number") return Number(value.toFixed(3));
    return typeof value === "string" ? shortened(value) : value;
  });
  return details === "{}" ? kind : `${kind} ${details}`;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}… (${text.length} characters)` : text;
}
