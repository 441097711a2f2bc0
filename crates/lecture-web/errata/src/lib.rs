//! Figure 11.1, `errata`: the slips in the decks, with the numbers that show them.

use elbo_lecture::errata::{Erratum, LabelledCheck, errata};
use elbo_lecture_web::answer;
use elbo_numerics::{Check, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// The controls: none of them changes a number.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ErrataControls {}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Errata {
    /// Every number shown.
    pub values: ErrataValues,
}

/// Every number shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ErrataValues {
    /// All slips, by deck.
    pub errata: Vec<ShownErratum>,
    /// Checks of corrected formulas that hold against all of them.
    #[tsify(type = "Check")]
    pub corrected: Check,
    /// Printed formulas whose two sides differ, as they should, against all of them.
    #[tsify(type = "Check")]
    pub refuted: Check,
}

/// One slip.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ShownErratum {
    /// For links.
    pub name: String,
    /// The deck, "000" to "004".
    pub deck: String,
    /// Where in the deck.
    pub place: String,
    /// As printed, LaTeX.
    pub printed: String,
    /// What holds, LaTeX.
    pub corrected: String,
    /// Why.
    pub explanation: String,
    /// The corrected formula at work.
    #[tsify(type = "{ label: string; check: Check }[]")]
    pub checks: Vec<LabelledCheck>,
    /// The printed formula taken at its word.
    pub counterexamples: Vec<Counterexample>,
}

/// Two sides that the printed formula says are equal, and that are not.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Counterexample {
    /// "left against right", in words.
    pub label: String,
    /// Left side.
    pub left: f64,
    /// Right side.
    pub right: f64,
    /// `left - right`.
    pub difference: f64,
    /// What would still have counted as equal.
    pub tolerance: f64,
    /// Whether they differ by more.
    pub differs: bool,
}

/// Computes every check of the errata.
///
/// # Errors
/// None for the fixed examples in use.
#[wasm_bindgen(js_name = errata)]
pub fn errata_figure(controls: Ts<ErrataControls>) -> std::result::Result<Ts<Errata>, JsError> {
    answer(controls, compute)
}

fn compute(_: ErrataControls) -> Result<Errata> {
    let errata: Vec<ShownErratum> = errata()?.into_iter().map(shown).collect();
    let checks = errata.iter().flat_map(|erratum| &erratum.checks);
    let counterexamples = errata.iter().flat_map(|erratum| &erratum.counterexamples);
    let corrected = all(checks.map(|labelled| labelled.check.holds));
    let refuted = all(counterexamples.map(|counterexample| counterexample.differs));
    Ok(Errata { values: ErrataValues { errata, corrected, refuted } })
}

/// How many of them are true, against how many there are.
fn all(these: impl Iterator<Item = bool>) -> Check {
    let (mut count, mut wanted) = (0, 0);
    for this in these {
        wanted += 1;
        count += i32::from(this);
    }
    Check::absolute(f64::from(count), f64::from(wanted), 0.0)
}

fn shown(erratum: Erratum) -> ShownErratum {
    ShownErratum {
        name: erratum.name.to_owned(),
        deck: erratum.deck.to_owned(),
        place: erratum.place.to_owned(),
        printed: erratum.printed.to_owned(),
        corrected: erratum.corrected.to_owned(),
        explanation: erratum.explanation.to_owned(),
        checks: erratum.checks,
        counterexamples: erratum
            .counterexamples
            .into_iter()
            .map(|LabelledCheck { label, check }| Counterexample {
                label: label.to_owned(),
                left: check.left,
                right: check.right,
                difference: check.difference,
                tolerance: check.tolerance,
                differs: !check.holds,
            })
            .collect(),
    }
}
