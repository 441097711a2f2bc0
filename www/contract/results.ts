/** What Rust returns wherever two sides or draws are compared. */

/** An equality computed from two sides (`stats::Check`). */
export interface Check {
  left: number;
  right: number;
  difference: number;
  tolerance: number;
  holds: boolean;
}

/** A Monte Carlo value (`stats::Estimate`). */
export interface Estimate {
  mean: number;
  standardError: number;
  n: number;
}
