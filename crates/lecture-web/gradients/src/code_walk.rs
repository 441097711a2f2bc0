//! Figure 8.3, `code-walk`: the model's source beside its formulas.

use elbo_lecture::loss::code_walk::{CoupledFormula, SourceFile, formulas, sources};
use elbo_lecture_web::answer;
use elbo_numerics::{Check, Error, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct CodeWalkControls {
    /// The file shown, by name.
    pub file: String,
    /// The formula lit, from 1.
    pub formula: usize,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct CodeWalk {
    /// Every number shown.
    pub values: CodeWalkValues,
    /// All files.
    #[tsify(type = "{ name: string; path: string; lines: string[] }[]")]
    pub sources: Vec<SourceFile>,
    /// All formulas, in order.
    #[tsify(type = "CoupledFormula[]")]
    pub formulas: Vec<CoupledFormula>,
}

#[wasm_bindgen(typescript_custom_section)]
const COUPLED_FORMULA: &str = r#"
/** A formula, and the lines of a file (from 1) that compute it. */
export interface CoupledFormula { file: string; latex: string; words: string; lines: number[]; missing: string[]; }
"#;

/// Every number shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct CodeWalkValues {
    /// Path of the file shown.
    pub path: String,
    /// Its lines.
    pub lines: usize,
    /// Numbers of the lines that are lit, from 1; empty when the formula belongs to another file.
    pub lit: Vec<usize>,
    /// The formula's LaTeX source.
    pub formula: String,
    /// Coupled lines found in the source against coupled lines.
    #[tsify(type = "Check")]
    pub coupled: Check,
}

/// Computes the figure.
///
/// # Errors
/// A file that is not part of the walk, a formula beyond the last.
#[wasm_bindgen(js_name = codeWalk)]
pub fn code_walk(controls: Ts<CodeWalkControls>) -> std::result::Result<Ts<CodeWalk>, JsError> {
    answer(controls, compute)
}

fn compute(controls: CodeWalkControls) -> Result<CodeWalk> {
    let (sources, formulas) = (sources(), formulas());
    let file = sources.iter().find(|source| source.name == controls.file).ok_or_else(|| Error::UnknownName {
        name: "file of the model".to_owned(),
        found: controls.file.clone(),
        choices: sources.iter().map(|source| source.name).collect::<Vec<_>>().join(", "),
    })?;
    let formula = controls.formula.checked_sub(1).and_then(|index| formulas.get(index)).ok_or(Error::OutOfRange {
        name: "formula".to_owned(),
        value: controls.formula as f64,
        low: 1.0,
        high: formulas.len() as f64,
    })?;
    let found: usize = formulas.iter().map(|formula| formula.lines.len()).sum();
    let missing: usize = formulas.iter().map(|formula| formula.missing.len()).sum();
    Ok(CodeWalk {
        values: CodeWalkValues {
            path: file.path.clone(),
            lines: file.lines.len(),
            lit: if formula.file == file.name { formula.lines.clone() } else { Vec::new() },
            formula: formula.latex.to_owned(),
            coupled: Check::absolute(found as f64, (found + missing) as f64, 0.0),
        },
        sources,
        formulas,
    })
}
