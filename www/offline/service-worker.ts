/**
 * The service worker, `sw.js`: the lecture without a network, and one version of it at a time. Workbox keeps the files,
 * each under its address and its contents' digest; a page gets all of its files from the version that it was loaded
 * with, and another version takes over when the page asks for it (see www/page/offline.ts), or when no page is open.
 */

import { PrecacheController } from "workbox-precaching/PrecacheController.js";
import { digest } from "./digest";
import type { Request as Asked, Extra } from "./protocol";

declare const self: ServiceWorkerGlobalScope;

/**
 * Written by xtask/node/offline.mjs: the version, address and digest of every file kept at once, and of those kept on
 * request with their bytes.
 */
declare const VERSION: string;
declare const CORE: [url: string, revision: string][];
declare const EXTRA: [url: string, revision: string, bytes: number][];

const { scope } = self.registration;

/** A host that is being updated gives old files and new ones: nothing is taken that is not of this version. */
const ofThisVersion = {
  async fetchDidSucceed({ request, response }: { request: Request; response: Response }): Promise<Response> {
    const key = core.getCacheKeyForURL(plain(request.url)) ?? extra.getCacheKeyForURL(plain(request.url)) ?? "";
    if (
      response.ok &&
      (await digest(await response.clone().arrayBuffer())) !== new URL(key).searchParams.get("__WB_REVISION__")
    ) {
      throw new Error(`${request.url} is of another version.`);
    }
    return response;
  },
};

/** Other copies of the lecture on the same host keep theirs apart. */
const named = (name: string): PrecacheController =>
  new PrecacheController({ cacheName: `${name} ${scope}`, plugins: [ofThisVersion] });
const core = named("elbo-room");
const extra = named("elbo-room-extra");
core.addToCacheList(CORE.map(([url, revision]) => ({ url, revision })));
extra.addToCacheList(EXTRA.map(([url, revision]) => ({ url, revision })));

/** An address as it is listed. */
function plain(address: string): string {
  const url = new URL(address);
  url.search = url.hash = "";
  if (url.href === scope) url.pathname += "index.html";
  return url.href;
}

self.addEventListener("install", (event) => {
  void core.install(event);
  // Who has everything keeps everything.
  event.waitUntil(caches.has(`elbo-room-all ${scope}`).then((all) => void (all && extra.install(event))));
});

self.addEventListener("activate", (event) => {
  void core.activate(event);
  void extra.activate(event);
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  // The page counts bytes as they come, and checks them itself.
  if (request.method !== "GET" || request.cache === "no-store") return;
  for (const files of [core, extra]) {
    const cacheKey = files.getCacheKeyForURL(plain(request.url));
    if (cacheKey === undefined) continue;
    const answer = files.strategy.handle({ event, request, params: { cacheKey } });
    // Kept files that are gone must not lock the reader out.
    event.respondWith(request.mode === "navigate" ? answer.catch(() => fetch(request)) : answer);
  }
});

/** Tabs that show this lecture. */
async function tabs(): Promise<number> {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return open.filter(({ url, frameType }) => url.startsWith(scope) && frameType !== "nested").length;
}

self.addEventListener("message", (event) => {
  const asked = event.data as Asked;
  const answer = (data: unknown): void => event.ports[0]?.postMessage(data);
  event.waitUntil(
    (async () => {
      if (asked.type === "extras") {
        answer({
          cache: extra.strategy.cacheName,
          all: `elbo-room-all ${scope}`,
          files: EXTRA.map(
            ([url, revision, bytes]): Extra => ({
              key: extra.getCacheKeyForURL(url) ?? "",
              url: new URL(url, scope).href,
              revision,
              bytes,
            }),
          ),
        });
      } else if (asked.type === "take-over") {
        // The other tabs are of another version, and would get this one's files.
        const others = (await tabs()) - 1;
        answer(others);
        if (others < 1) await self.skipWaiting();
      } else if (asked.version === VERSION) {
        // The first visit: the page came before its service worker.
        await self.clients.claim();
      }
    })(),
  );
});
