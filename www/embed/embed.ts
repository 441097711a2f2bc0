// The script of embed.html. A classic one, because it runs also where a frame may not fetch modules (a sandboxed frame
// has no origin, and its host then has to allow every origin): it says so there. It tells the host page the height, and
// fetches the figure.
(() => {
  const query = new URLSearchParams(location.search);
  const theme = query.get("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  // Figures ask the page which language they speak.
  document.documentElement.lang = query.get("lang") ?? "en";

  /** The message to the host page; see elbo-room-frame.js. */
  const tell = () =>
    parent.postMessage(
      { type: "elbo-room:height", height: Math.ceil(document.documentElement.getBoundingClientRect().height) },
      "*",
    );
  if (parent !== window) {
    new ResizeObserver(tell).observe(document.documentElement);
    addEventListener(
      "message",
      ({ data }: MessageEvent<{ type?: unknown } | null>) => data?.type === "elbo-room:ask" && tell(),
    );
  }

  const place = document.getElementById("figure");
  const notes = document.getElementById("notes");
  if (place === null || notes === null) return;

  /** Says something under the figure, with a way out of the frame. */
  const say = (text: string, kind = "", way = "Open this figure on its own page") => {
    const line = document.createElement("p");
    line.className = kind;
    line.textContent = text;
    if (parent !== window) {
      const link = document.createElement("a");
      link.href = location.href;
      link.target = "_blank";
      link.textContent = way;
      line.append(" ", link, ".");
    }
    notes.append(line);
  };
  notes.replaceChildren();

  // What a script reads of its origin, not what stands in the address.
  const sandboxed = self.origin === "null";
  // In full: a script of another origin, as every one is in a sandboxed frame, does not know where it lies.
  import(new URL("./embed-figure.js", location.href).href)
    .then(({ showFigure }: typeof import("./figure")) => showFigure(place, query))
    .then(
      ({ problems, sandboxed: limits, way }) => {
        for (const problem of problems) say(problem, "problem", way);
        if (sandboxed) say(limits, "", way);
      },
      () =>
        say(
          sandboxed
            ? "This figure could not be loaded: the frame is sandboxed and so has no origin, and the host of the " +
                "figure does not serve other origins. Either its files are sent with the header " +
                "“Access-Control-Allow-Origin: *”, or the iframe's sandbox attribute also says " +
                "“allow-same-origin”."
            : "This figure could not be loaded. Check the connection and reload the page.",
          "problem",
        ),
    );
})();
