//! Figure 6.2, `elbo-derivation`: three derivations of the bound, every line with its value on the model of 6.1.

use elbo_lecture::bound::elbo_derivation::{Derivation, Relation, derivations};
use elbo_lecture::bound::evidence_lower_bound::evidence_lower_bound;
use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::latents::linear_gaussian::LinearGaussian;
use elbo_lecture_web::answer;
use elbo_numerics::{Check, Error, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::elbo_scene::ElboScene;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ElboDerivationControls {
    /// `jensen`, `multiply-and-divide` or `backwards`.
    pub derivation: String,
    /// The last line that is shown, from 1.
    pub line: usize,
    /// Slope of the model `x = w z + mu + sigma epsilon`.
    pub w: f64,
    /// Offset of the model.
    pub mu: f64,
    /// Noise of the model.
    pub sigma: f64,
    /// What was observed.
    pub x: f64,
    /// Mean of q.
    pub q_mu: f64,
    /// Standard deviation of q.
    pub q_sigma: f64,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ElboDerivation {
    /// Every number shown.
    pub values: ElboDerivationValues,
    /// The formulas.
    pub lines: Vec<DerivationLine>,
    /// The curves.
    pub scene: ElboScene,
}

/// One line as it is written.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct DerivationLine {
    /// Why it follows.
    pub rule: String,
    /// Its formula with its sign, `=` or `>=`.
    pub latex: String,
    /// It lies below the line before, by the gap.
    pub drops: bool,
}

/// Every number shown, in nats.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ElboDerivationValues {
    /// The line that is shown, from 1: `line`, or the last one of a shorter derivation.
    pub line: usize,
    /// Value of every line, each computed as it is written.
    pub lines: Vec<f64>,
    /// What each line after the first is checked against: the line before, or the gap.
    #[tsify(type = "Check[]")]
    pub checks: Vec<Check>,
    /// The check with the largest difference beside its tolerance, over all lines of all three derivations.
    #[tsify(type = "Check")]
    pub worst: Check,
    /// How many lines of the three derivations were checked.
    pub checked: usize,
    /// `log p(x)`, closed form.
    pub log_evidence: f64,
    /// `E_q[log p(x | z)] - KL(q || p(z))`, closed form.
    pub elbo: f64,
    /// `KL(q || p(z | x))`, closed form: the drop at the inequality.
    pub kl_to_posterior: f64,
}

/// Computes the figure.
///
/// # Errors
/// A sigma that is not positive; numbers that are not finite; a derivation of another name.
#[wasm_bindgen(js_name = elboDerivation)]
pub fn elbo_derivation(controls: Ts<ElboDerivationControls>) -> std::result::Result<Ts<ElboDerivation>, JsError> {
    answer(controls, compute)
}

fn compute(controls: ElboDerivationControls) -> Result<ElboDerivation> {
    let model = LinearGaussian::new(controls.w, controls.mu, controls.sigma)?;
    let q = Gaussian::new(controls.q_mu, controls.q_sigma)?;
    let bound = evidence_lower_bound(&model, controls.x, &q)?;
    let all = derivations(&model, controls.x, &q)?;
    let checks = |derivation: &Derivation| derivation.lines.iter().filter_map(|line| line.check).collect::<Vec<_>>();
    let everywhere: Vec<Check> = all.iter().flat_map(checks).collect();
    let excess = |check: &Check| if check.holds { check.difference.abs() / check.tolerance } else { f64::INFINITY };
    let worst = everywhere.iter().copied().max_by(|a, b| excess(a).total_cmp(&excess(b)));
    let named = all.into_iter().find(|derivation| derivation.name == controls.derivation);
    let (Some(worst), Some(derivation)) = (worst, named) else {
        return Err(Error::Empty { name: format!("lines in a derivation named {}", controls.derivation) });
    };
    Ok(ElboDerivation {
        values: ElboDerivationValues {
            line: controls.line.clamp(1, derivation.lines.len()),
            lines: derivation.lines.iter().map(|line| line.value).collect(),
            checks: checks(&derivation),
            worst,
            checked: everywhere.len(),
            log_evidence: bound.log_evidence,
            elbo: bound.elbo,
            kl_to_posterior: bound.kl_to_posterior,
        },
        lines: derivation.lines.into_iter().map(DerivationLine::from).collect(),
        scene: ElboScene::new(&model, controls.x, &q)?,
    })
}

impl From<elbo_lecture::bound::elbo_derivation::Line> for DerivationLine {
    fn from(line: elbo_lecture::bound::elbo_derivation::Line) -> Self {
        let (sign, drops) = match line.relation {
            Relation::Start => ("", false),
            Relation::Equal => ("{}=\\;", false),
            Relation::AtLeast { .. } => ("{}\\ge\\;", true),
        };
        Self { rule: line.rule.to_owned(), latex: format!("{sign}{}", line.latex), drops }
    }
}
