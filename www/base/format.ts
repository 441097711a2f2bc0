/** Numbers, and what went wrong, as text, in the language of the page. */

import { language, messageInLanguage, t } from "./language";

const formats = new Map<string, Intl.NumberFormat>();

/** A number as the language writes it, with a true minus sign. */
function write(value: number, options: Intl.NumberFormatOptions = {}): string {
  const key = JSON.stringify(options) + language();
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(language(), options);
    formats.set(key, format);
  }
  return format.format(value).replace("-", "−");
}

/** A tick's number, written in English, as the language writes it. */
export function formatTick(text: string): string {
  if (language() === "en") return text;
  const marks = new Intl.NumberFormat(language()).formatToParts(10_000.5);
  const mark = (type: string): string => marks.find((part) => part.type === type)?.value ?? "";
  return text.replace(/[.,]/g, (found) => mark(found === "." ? "decimal" : "group"));
}

/**
 * What a reader types for a number, as scripts read it: "−0,5" is -0.5. Commas that set thousands apart, as in
 * "60,000", go where the language writes them so.
 */
export function typedNumber(text: string): string {
  const plain = text.trim().replace("−", "-");
  const thousands = /^-?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(plain) && formatTick(",") === ",";
  return thousands ? plain.replaceAll(",", "") : plain.replace(",", ".");
}

const fixed = (decimals: number): Intl.NumberFormatOptions => ({
  minimumFractionDigits: decimals,
  maximumFractionDigits: decimals,
});

/** `digits` significant digits with a true minus sign; very large and very small ones as `1.2 × 10⁻⁷`. */
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return t("not a number");
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e7) return scientific(value, digits);
  if (Number.isInteger(value) && size >= 10 ** digits) return write(value);
  return write(value, { minimumSignificantDigits: digits, maximumSignificantDigits: digits });
}

/** A whole number with thousands set apart. */
export function formatCount(value: number): string {
  return Number.isFinite(value) ? write(Math.round(value)) : formatNumber(value);
}

/** `decimals` digits after the point: for numbers that stand in a column. */
export function formatFixed(value: number, decimals = 3): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  return write(value, fixed(decimals));
}

/** A mean with as many digits as its standard error deserves: `0.443 ± 0.012`. */
export function formatEstimate(mean: number, standardError: number): string {
  if (!Number.isFinite(mean) || !Number.isFinite(standardError))
    return `${formatNumber(mean)} ± ${formatNumber(standardError)}`;
  if (standardError === 0) return `${formatNumber(mean)} ± 0`;
  const decimals = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(standardError))));
  if (decimals > 8) return `${formatNumber(mean)} ± ${formatNumber(standardError, 2)}`;
  return `${formatFixed(mean, decimals)} ± ${formatFixed(standardError, decimals)}`;
}

/** Ticks of a logarithmic axis: 0.01, 1, 1,000, 10⁶; nothing for a number between the powers of ten. */
export function formatPowerOfTen(value: number): string {
  const exponent = Math.round(Math.log10(value));
  if (!(Math.abs(Math.log10(value) - exponent) < 1e-9)) return "";
  if (exponent > 4 || exponent < -3) return `10${superscript(exponent)}`;
  return exponent < 0 ? write(10 ** exponent, fixed(-exponent)) : formatCount(value);
}

function scientific(value: number, digits: number): string {
  const [mantissa = "0", exponent = "0"] = value.toExponential(Math.max(0, digits - 2)).split("e");
  return `${write(Number(mantissa), fixed(Math.max(0, digits - 2)))} × 10${superscript(Number(exponent))}`;
}

/** A whole number as an exponent: ⁻³. */
export function superscript(exponent: number): string {
  const raised = (digit: string) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? digit;
  return String(exponent).replace("-", "⁻").replace(/\d/g, raised);
}

/** What an unknown thrown value says. */
export function said(error: unknown): string {
  return messageInLanguage(error instanceof Error ? error.message : String(error));
}

/** A message as a sentence: a point at its end, a capital at its start unless that is the name of a control (`mu1`). */
export function sentence(text: string): string {
  const said = messageInLanguage(text);
  const start = /^(the|there|a|an|all|this|no|every)\b/.test(said)
    ? said.charAt(0).toUpperCase() + said.slice(1)
    : said;
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
