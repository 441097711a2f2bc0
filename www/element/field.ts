/** The input elements of one control, by its kind. */

import { html, uniqueId } from "../base/dom";
import { formatNumber } from "../base/format";
import { t } from "../base/language";
import type { ControlKind, ControlSpec, Json } from "../contract/controls";
import { toText } from "./controls";

export interface Field {
  elements: HTMLElement[];
  /** What is shown now. */
  current: Json;
  show(value: Json): void;
}

type NumberSpec = Extract<ControlKind, { kind: "number" }>;

/** Steps of a logarithmic slider from end to end. */
const LOG_STEPS = 400;

/**
 * Builds the inputs; `set` takes values, `type` takes text that still has to be read. `null`: the control is only moved
 * in the drawing.
 */
export function makeField(
  spec: ControlSpec,
  set: (value: Json) => void,
  type: (text: string, restore: () => void) => void,
): Field | null {
  if (spec.panel === false) return null;
  switch (spec.kind) {
    case "number":
      return numberField(spec.label, spec, set, type);
    case "choice":
      // One option is no choice.
      if (spec.options.length < 2) return null;
      return spec.options.length <= 3
        ? segmentField(spec.label, spec.options, set)
        : selectField(spec.label, spec.options, set);
    case "boolean":
      return checkField(spec.label, set);
    case "picture":
      return null;
    case "seed":
      return textField(spec.label, "numeric", "seed-input", type);
    case "numbers":
    case "rows":
      return textField(spec.label, "text", "list-input", type);
  }
}

function numberField(
  label: string,
  spec: NumberSpec,
  set: (value: Json) => void,
  type: (text: string, restore: () => void) => void,
): Field {
  const scale = spec.scale === "log" ? logScale(spec) : linearScale(spec);
  const slider = html("input", {
    type: "range",
    class: "slider",
    min: scale.min,
    max: scale.max,
    step: scale.step,
    "aria-label": label,
  });
  const number = html("input", {
    type: "text",
    inputmode: "decimal",
    class: "number-input",
    "aria-label": t("{0}, as a number", label),
    autocomplete: "off",
    spellcheck: "false",
  });
  const field: Field = {
    elements: [slider, number],
    current: spec.default,
    show(value) {
      const current = Number(value);
      slider.value = String(scale.toSlider(current));
      slider.setAttribute(
        "aria-valuetext",
        `${formatNumber(current)}${spec.unit === undefined ? "" : ` ${spec.unit}`}`,
      );
      slider.style.setProperty("--fill", `${(100 * (scale.toSlider(current) - scale.min)) / (scale.max - scale.min)}%`);
      if (!isFocused(number)) number.value = short(current);
    },
  };
  slider.addEventListener("input", () => set(scale.fromSlider(Number(slider.value))));
  // Among small whole numbers a step of the logarithmic slider is less than 1, and arrow keys would never leave the
  // first.
  if (spec.scale === "log" && spec.integer === true) {
    slider.addEventListener("keydown", (event) => {
      const direction = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (direction === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      const current = Number(field.current);
      if (scale.fromSlider(scale.toSlider(current) + direction) !== current) return;
      event.preventDefault();
      set(Math.min(spec.max, Math.max(spec.min, current + direction)));
    });
  }
  number.addEventListener("change", () => {
    type(number.value, () => (number.value = short(Number(field.current))));
    // Shows what became of it (clamped, rounded) even while the cursor is still inside.
    queueMicrotask(() => (number.value = short(Number(field.current))));
  });
  number.addEventListener("blur", () => (number.value = short(Number(field.current))));
  return field;
}

/** Enough digits for a person; `controls` and links carry all of them. */
function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}

function isFocused(element: HTMLElement): boolean {
  const root = element.getRootNode();
  return (root instanceof ShadowRoot || root instanceof Document) && root.activeElement === element;
}

function linearScale(spec: NumberSpec) {
  const decimals = Math.max(0, -Math.floor(Math.log10(spec.step)) + 1);
  return {
    min: spec.min,
    max: spec.max,
    step: spec.step,
    toSlider: (value: number) => value,
    // 0.1 + 0.2 would otherwise reach the read-outs.
    fromSlider: (value: number) => Number(value.toFixed(decimals)),
  };
}

function logScale(spec: NumberSpec) {
  const low = Math.log(spec.min);
  const span = Math.log(spec.max) - low;
  return {
    min: 0,
    max: LOG_STEPS,
    step: 1,
    toSlider: (value: number) => (LOG_STEPS * (Math.log(value) - low)) / span,
    fromSlider: (position: number) => {
      if (position >= LOG_STEPS) return spec.max;
      if (position <= 0) return spec.min;
      const value = Math.exp(low + (span * position) / LOG_STEPS);
      return spec.integer === true ? Math.round(value) : Number(value.toPrecision(3));
    },
  };
}

type Options = readonly { value: string; label: string }[];

function selectField(label: string, options: Options, set: (value: Json) => void): Field {
  const select = html(
    "select",
    { class: "select", "aria-label": label },
    ...options.map((option) => html("option", { value: option.value }, option.label)),
  );
  select.addEventListener("change", () => set(select.value));
  return { elements: [select], current: null, show: (value) => (select.value = String(value)) };
}

function segmentField(label: string, options: Options, set: (value: Json) => void): Field {
  const group = html("div", { class: "segments", role: "radiogroup", "aria-label": label });
  const name = uniqueId("choice");
  const inputs = options.map((option) => {
    const input = html("input", { type: "radio", name, value: option.value, class: "segment-input" });
    input.addEventListener("change", () => set(option.value));
    group.append(html("label", { class: "segment" }, input, html("span", {}, option.label)));
    return input;
  });
  return {
    elements: [group],
    current: null,
    show: (value) => {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}

function checkField(label: string, set: (value: Json) => void): Field {
  const input = html("input", { type: "checkbox", class: "check", "aria-label": label });
  input.addEventListener("change", () => set(input.checked));
  return { elements: [input], current: null, show: (value) => (input.checked = value === true) };
}

function textField(
  label: string,
  inputmode: string,
  className: string,
  type: (text: string, restore: () => void) => void,
): Field {
  const input = html("input", {
    type: "text",
    inputmode,
    class: className,
    "aria-label": label,
    autocomplete: "off",
    spellcheck: "false",
  });
  const field: Field = {
    elements: [input],
    current: null,
    show: (value) => {
      if (!isFocused(input)) input.value = display(value);
    },
  };
  const restore = () => (input.value = display(field.current));
  input.addEventListener("change", () => {
    type(input.value, restore);
    queueMicrotask(restore);
  });
  return field;
}

/** Lists are shown with few digits, each number on its own; seeds as they are. */
function display(value: Json): string {
  if (!Array.isArray(value)) return toText(value);
  const brief = value.map((entry) =>
    Array.isArray(entry) ? entry.map((number) => short(Number(number))) : short(Number(entry)),
  );
  return toText(brief).replaceAll(",", ", ").replaceAll(";", "; ");
}
