//! Slips in the decks: what is printed, what holds, and both computed now.

mod deck_000;
mod deck_001;
mod deck_001_code;
mod deck_002;
mod deck_003;
mod deck_004;

use elbo_numerics::{Check, Result};
use serde::Serialize;

/// A comparison with the words that say what is on its two sides.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LabelledCheck {
    /// "left against right", in words.
    pub label: &'static str,
    /// Both sides.
    pub check: Check,
}

/// One slip.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Erratum {
    /// Stable name, for links.
    pub name: &'static str,
    /// The deck, "000" to "004".
    pub deck: &'static str,
    /// Where in the deck.
    pub place: &'static str,
    /// What the deck prints, in LaTeX with the page's macros.
    pub printed: &'static str,
    /// What holds.
    pub corrected: &'static str,
    /// Why, in one or two sentences.
    pub explanation: &'static str,
    /// The corrected formula at work: each holds.
    pub checks: Vec<LabelledCheck>,
    /// The printed formula taken at its word: each fails, which is the point.
    pub counterexamples: Vec<LabelledCheck>,
}

fn labelled(label: &'static str, check: Check) -> LabelledCheck {
    LabelledCheck { label, check }
}

/// Every slip found so far, by deck, with its checks computed by this call.
///
/// # Errors
/// None for the fixed examples in use; the type lets the computations speak for themselves.
pub fn errata() -> Result<Vec<Erratum>> {
    let mut all = deck_000::errata()?;
    all.extend(deck_001::errata()?);
    all.extend(deck_001_code::errata()?);
    all.extend(deck_002::errata()?);
    all.extend(deck_003::errata()?);
    all.extend(deck_004::errata()?);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_hold_and_printed_formulas_do_not() {
        let all = errata().unwrap();
        for erratum in &all {
            assert!(!erratum.checks.is_empty(), "{}", erratum.name);
            for check in &erratum.checks {
                assert!(check.check.holds, "{}: {check:?}", erratum.name);
            }
            for check in &erratum.counterexamples {
                assert!(!check.check.holds, "{}: {check:?}", erratum.name);
            }
        }
        let mut names: Vec<&str> = all.iter().map(|erratum| erratum.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
    }
}
