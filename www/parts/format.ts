/** Numbers, and what went wrong, as text. One locale, so that a figure reads as the formula beside it. */

const formats = new Map<number, Intl.NumberFormat>();

function significant(digits: number): Intl.NumberFormat {
  let format = formats.get(digits);
  if (format === undefined) {
    format = new Intl.NumberFormat("en", { minimumSignificantDigits: digits, maximumSignificantDigits: digits });
    formats.set(digits, format);
  }
  return format;
}

/** `digits` significant digits with a true minus sign; very large and very small ones as `1.2 × 10⁻⁷`. */
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e7) return scientific(value, digits);
  if (Number.isInteger(value) && size >= 10 ** digits) return minus(new Intl.NumberFormat("en").format(value));
  return minus(significant(digits).format(value));
}

/** A whole number with thousands set apart. */
export function formatCount(value: number): string {
  return Number.isFinite(value) ? minus(new Intl.NumberFormat("en").format(Math.round(value))) : formatNumber(value);
}

/** `decimals` digits after the point: for numbers that stand in a column. */
export function formatFixed(value: number, decimals = 3): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  return minus(new Intl.NumberFormat("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value));
}

/** A mean with as many digits as its standard error deserves: `0.443 ± 0.012`. */
export function formatEstimate(mean: number, standardError: number): string {
  if (!Number.isFinite(mean) || !Number.isFinite(standardError)) return `${formatNumber(mean)} ± ${formatNumber(standardError)}`;
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
  return exponent < 0 ? (10 ** exponent).toFixed(-exponent) : formatCount(value);
}

function scientific(value: number, digits: number): string {
  const [mantissa = "0", exponent = "0"] = value.toExponential(Math.max(0, digits - 2)).split("e");
  return `${minus(mantissa)} × 10${superscript(Number(exponent))}`;
}

/** A whole number as an exponent: ⁻³. */
export function superscript(exponent: number): string {
  return [...String(exponent)].map((digit) => (digit === "-" ? "⁻" : ("⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? digit))).join("");
}

function minus(text: string): string {
  return text.replace("-", "−");
}

/** What an unknown thrown value says. */
export function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A message as a sentence: a point at its end, a capital at its start unless that is the name of a control (`mu1`). */
export function sentence(text: string): string {
  const start = /^(the|there|a|an|all|this|no|every)\b/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
