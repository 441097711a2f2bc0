/**
 * The lecture without a network: the service worker keeps it, here the reader is told, asks for the rest, and lets a
 * new version in. Where the browser keeps nothing (a private window, denied storage, http), nothing is said.
 */

import { button, html } from "../base/dom";
import { formatFixed, said, sentence } from "../base/format";
import { t } from "../base/language";
import { digest } from "../offline/digest";
import type { Extras, Request } from "../offline/protocol";

/** Time after the page is loaded in which it has the network for itself. */
const SETTLE_MS = 4000;

const worker = new URL("./sw.js", import.meta.url);
const megabytes = (bytes: number): string => formatFixed(bytes / 1e6, 1);

/** Registers the service worker, when the page is at rest, and fills `place`, in the page's foot. */
export function setUpOffline(place: HTMLElement): void {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  // A page inside another one is an embed, which keeps nothing on its reader's device.
  if (container === undefined || top !== self) return;
  if (isDevelopment()) {
    // What was asked for earlier must not hide what is new.
    void container.getRegistration().then(
      (registration) => registration?.active?.scriptURL === worker.href && registration.unregister(),
      () => {},
    );
    return;
  }
  // Whoever saves data is not sent megabytes unasked.
  const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
  const start = (): void => void register(container, place).catch(() => {});
  const accept = (): void => {
    invitation.disabled = true;
    start();
  };
  const invitation = button(t("Keep the lecture for offline use"), accept, { class: "bar-button" });
  if (saving && container.controller === null) place.replaceChildren(invitation);
  else if (document.readyState === "complete") setTimeout(start, SETTLE_MS);
  else addEventListener("load", () => setTimeout(start, SETTLE_MS));
}

/** On a developer's own machine files change all the time: there only with `?offline` in the address. */
function isDevelopment(): boolean {
  return (
    /^(localhost|127\.0\.0\.1|\[::1\])$/.test(location.hostname) && !new URLSearchParams(location.search).has("offline")
  );
}

async function register(container: ServiceWorkerContainer, place: HTMLElement): Promise<void> {
  const registration = await container.register(worker);
  watchForNews(registration);
  const { active } = await container.ready;
  if (active === null) return;
  const version = document.querySelector<HTMLMetaElement>("meta[name=version]")?.content ?? "";
  if (container.controller === null) active.postMessage({ type: "claim", version } satisfies Request);
  const extras = await ask<Extras>(active, { type: "extras" });
  await new Rest(place, extras).look();
}

function ask<Answer>(of: ServiceWorker, request: Request): Promise<Answer> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data as Answer);
    of.postMessage(request, [port2]);
  });
}

/** Says that a new version waits, now or whenever one is there. */
function watchForNews(registration: ServiceWorkerRegistration): void {
  const look = (): void => {
    if (registration.waiting !== null && navigator.serviceWorker.controller !== null) tellOfNews(registration);
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  // A page that stays open for days asks when it is looked at again.
  document.addEventListener("visibilitychange", () => void (document.hidden || registration.update().catch(() => {})));
  look();
}

function tellOfNews(registration: ServiceWorkerRegistration): void {
  if (document.querySelector(".news") !== null) return;
  const words = html(
    "span",
    {},
    t("There is a new version of this lecture. A run in the Lab is kept, and can go on in it."),
  );
  const reload = async (): Promise<void> => {
    const { waiting } = registration;
    if (waiting === null) return location.reload();
    waiting.addEventListener("statechange", () => void (waiting.state === "activated" && location.reload()));
    const others = await ask<number>(waiting, { type: "take-over" });
    if (others > 0)
      words.textContent = t(
        "The lecture is open in another tab too, in the version of before. Close that tab first, then reload here.",
      );
  };
  const news = html("div", { class: "news", role: "status" });
  document.body.append(news);
  // A status is read out when it changes, not when it appears.
  setTimeout(() =>
    news.append(
      words,
      button(t("Reload"), () => void reload(), { class: "bar-button" }),
      button(t("Later"), () => news.remove(), { class: "bar-button" }),
    ),
  );
}

/** What is kept only on request: most of the digits, and the engine for WebGPU. */
class Rest {
  readonly #words = html("span", { role: "status" });
  readonly #progress = html("progress", { max: 1, "aria-label": t("Fetched so far") });
  readonly #keep = button("", () => void this.#fetch(), { class: "bar-button" });
  readonly #cancel = button(t("Cancel"), () => this.#stopped.abort(), { class: "bar-button" });
  #stopped = new AbortController();

  constructor(
    place: HTMLElement,
    private readonly extras: Extras,
  ) {
    place.replaceChildren(this.#words, this.#progress, this.#keep, this.#cancel);
  }

  /** Shows what is kept and what is not. */
  async look(problem = ""): Promise<void> {
    const missing = await this.#missing();
    const bytes = missing.reduce((sum, file) => sum + file.bytes, 0);
    const all = missing.length === 0;
    this.#show(
      false,
      problem ||
        (all
          ? t("This lecture is kept in your browser and opens without a network, with all digits and engines.")
          : t(
              "This lecture is kept in your browser and opens without a network, with the first 10,000 digits to " +
                "train on.",
            )),
    );
    this.#keep.textContent = t("Keep all digits and engines too, {0} MB", megabytes(bytes));
    this.#keep.hidden = all;
    if (all) await caches.open(this.extras.all);
  }

  #show(fetching: boolean, words: string): void {
    this.#words.textContent = words;
    this.#keep.hidden = fetching;
    this.#progress.hidden = this.#cancel.hidden = !fetching;
  }

  async #missing(): Promise<Extras["files"]> {
    const cache = await caches.open(this.extras.cache);
    const kept = new Set((await cache.keys()).map(({ url }) => url));
    return this.extras.files.filter(({ key }) => !kept.has(key));
  }

  async #fetch(): Promise<void> {
    this.#stopped = new AbortController();
    const { signal } = this.#stopped;
    let file = "";
    try {
      // Asked for, so that the browser does not throw it away when space gets scarce.
      void navigator.storage?.persist?.().catch(() => {});
      const missing = await this.#missing();
      const all = missing.reduce((sum, { bytes }) => sum + bytes, 0);
      let come = 0;
      this.#progress.value = 0;
      this.#show(true, t("Fetching {0} MB.", megabytes(all)));
      this.#cancel.focus();
      const count = (bytes: number): void => {
        come += bytes;
        this.#progress.value = come / all;
        this.#progress.textContent = t`${megabytes(come)} / ${megabytes(all)} MB`;
      };
      const cache = await caches.open(this.extras.cache);
      for (const { url, key, revision } of missing) {
        file = url.slice(url.lastIndexOf("/") + 1);
        // Not through the service worker, which would answer when all of it is there.
        const response = await fetch(url, { signal, cache: "no-store" });
        if (!response.ok) throw new Error(t("the server answered {0}", response.status));
        const contents = await read(response, count);
        if ((await digest(contents)) !== revision)
          throw new Error(t("it is of another version than this page; reload the page"));
        await cache.put(
          key,
          new Response(contents, { headers: { "Content-Type": response.headers.get("Content-Type") ?? "" } }),
        );
      }
      await this.look();
    } catch (error) {
      if (signal.aborted) await this.look();
      else if (error instanceof DOMException && error.name === "QuotaExceededError")
        await this.look(t("The browser gives this page no more space. What was there before is still kept."));
      else
        await this.look(
          t(
            "{0} could not be fetched: {1} What has come is kept; try again later.",
            file,
            sentence(navigator.onLine ? said(error) : t("there is no network")),
          ),
        );
    }
    this.#keep.focus();
  }
}

/** The body of an answer, counted as it comes. */
async function read(response: Response, count: (bytes: number) => void): Promise<ArrayBuffer> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (part?.value === undefined) break;
    parts.push(part.value);
    count(part.value.length);
  }
  return new Blob(parts).arrayBuffer();
}
