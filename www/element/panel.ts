/** The controls as the reader sees them: built from the definition's table, in groups. */

import { button, html } from "../base/dom";
import { formatNumber, typedNumber } from "../base/format";
import { t } from "../base/language";
import type { ControlSpec, Controls } from "../contract/controls";
import { tex } from "../parts/tex";
import { parse } from "./controls";
import { type Field, makeField } from "./field";

/** What the panel tells the element. */
export interface PanelEvents {
  /** `notes`: what was changed in what was typed. */
  set(patch: Controls, notes?: string[]): void;
  refuse(error: unknown): void;
}

export interface Panel {
  root: HTMLElement;
  /** Moves every control to `controls`. */
  show(controls: Controls): void;
  /** Leaves controls out (the attribute `hide`). */
  hide(names: ReadonlySet<string>): void;
}

/** Builds the panel of a figure. */
export function createPanel(table: { [name: string]: ControlSpec }, events: PanelEvents): Panel {
  const root = html("div", { class: "controls" });
  const groups = new Map<string, HTMLElement>();
  const rows = new Map<string, { row: HTMLElement; show: (value: Controls[string]) => void }>();

  for (const [name, spec] of Object.entries(table)) {
    const row = createRow(name, spec, events);
    if (row === null) continue;
    rows.set(name, row);
    groupOf(spec.group).append(row.row);
  }

  function groupOf(name = ""): HTMLElement {
    let group = groups.get(name);
    if (group === undefined) {
      group =
        name === ""
          ? html("div", { class: "control-group" })
          : html("fieldset", { class: "control-group" }, html("legend", {}, name));
      groups.set(name, group);
      root.append(group);
    }
    return group;
  }

  let left: ReadonlySet<string> = new Set();
  let shown: Controls = {};

  function lay(): void {
    for (const [name, { row }] of rows) row.hidden = left.has(name) || table[name]?.when?.(shown) === false;
    for (const group of groups.values())
      group.hidden = [...group.querySelectorAll(":scope > .control")].every((row) => (row as HTMLElement).hidden);
    root.hidden = [...groups.values()].every((group) => group.hidden);
  }

  return {
    root,
    show(controls) {
      for (const [name, row] of rows) row.show(controls[name] ?? null);
      shown = controls;
      lay();
    },
    hide(names) {
      left = names;
      lay();
    },
  };
}

function createRow(
  name: string,
  spec: ControlSpec,
  events: PanelEvents,
): { row: HTMLElement; show: Field["show"] } | null {
  const set = (value: Controls[string]) => events.set({ [name]: value });
  /** Reads what was typed; a slip is said and the last good value comes back. */
  const type = (text: string, restore: () => void) => {
    try {
      const { value, note } = parse(
        spec.label,
        spec,
        spec.kind === "number" || spec.kind === "seed" ? typedNumber(text) : text,
      );
      events.set({ [name]: value }, note === null ? [] : [note]);
    } catch (error) {
      restore();
      events.refuse(error);
    }
  };
  const field = makeField(spec, set, type);
  if (field === null) return null;
  const row = html("div", { class: `control control-${spec.kind}`, "data-control": name });
  const words = html("span", { class: "control-label" });
  if (spec.symbol === undefined) words.append(spec.label);
  else {
    words.title = spec.label;
    words.append(tex(spec.symbol));
  }
  row.append(words, ...field.elements);
  if (spec.kind === "seed") {
    row.append(button(t("Draw again"), () => set(Number(field.current ?? 0) + 1), { class: "button button-small" }));
  }
  if (spec.kind === "number" && spec.unit !== undefined) row.append(html("span", { class: "control-unit" }, spec.unit));
  if (spec.kind === "number")
    row.title = t("{0}: {1} to {2}", spec.label, formatNumber(spec.min), formatNumber(spec.max));
  return {
    row,
    show(value) {
      field.current = value;
      field.show(value);
    },
  };
}
