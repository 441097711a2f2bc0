// For a page with figures in iframes: each frame becomes as high as what is in it. Sources of messages cannot be
// forged, and a frame moves nothing but itself.
(() => {
  const frames = () => document.querySelectorAll<HTMLIFrameElement>('iframe[src*="embed.html?"]');
  addEventListener("message", ({ data, source }: MessageEvent<{ type?: unknown; height?: unknown } | null>) => {
    const height = Number(data?.height);
    if (data?.type !== "elbo-room:height" || !(height >= 0 && height < 20_000)) return;
    for (const frame of frames()) if (frame.contentWindow === source) frame.style.height = `${height}px`;
  });
  // Those that have spoken before this script came.
  for (const frame of frames()) frame.contentWindow?.postMessage({ type: "elbo-room:ask" }, "*");
})();
