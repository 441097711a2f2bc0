//! Three derivations of the evidence lower bound as lists of lines, each with its value on the one-dimensional model.

use elbo_numerics::check::Check;
use elbo_numerics::error::Result;
use serde::Serialize;

use crate::bound::elbo_terms::ElboTerms;
use crate::distributions::gaussian::Gaussian;
use crate::latents::linear_gaussian::LinearGaussian;

/// How a line follows from the line before it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Relation {
    /// The first line.
    Start,
    /// The line before equals this one.
    Equal,
    /// The line before is at least this one.
    AtLeast {
        /// Line before minus this line, in nats, computed on its own: here always `KL(q || posterior)`.
        gap: f64,
    },
}

/// One line of a derivation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Why this line follows from the line before, in words.
    pub rule: &'static str,
    /// The line without its relation sign, with the macros `\x \z \p \q \ttheta \pphi`; what is new in it stands in
    /// `\htmlClass{changed}{...}`.
    pub latex: String,
    /// How it follows from the line before.
    pub relation: Relation,
    /// Value in nats, computed as the line is written.
    pub value: f64,
    /// At an equality this value against the one before; at an inequality the drop against the gap. None for the first line.
    pub check: Option<Check>,
}

/// A derivation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Derivation {
    /// `jensen`, `multiply-and-divide` or `backwards`.
    pub name: &'static str,
    /// For the reader.
    pub title: &'static str,
    /// The decks that show it.
    pub decks: &'static [&'static str],
    /// From first to last.
    pub lines: Vec<Line>,
}

impl Derivation {
    /// Whether every line's check holds.
    pub fn holds(&self) -> bool {
        self.lines.iter().all(|line| line.check.is_none_or(|check| check.holds))
    }
}

/// A line before its neighbours are known: rule, LaTeX template, whether it is an inequality, value.
type Draft = (&'static str, &'static str, bool, f64);

/// Replaces the templates' short names by the page's macros.
fn latex(template: &str) -> String {
    const NAMES: [(&str, &str); 8] = [
        ("<new>", r"\htmlClass{changed}"),
        ("<E>", r"\mathbb{E}_{\q_{\pphi}}"),
        ("<q>", r"\q_{\pphi}(\z\mid\x)"),
        ("<like>", r"\p_{\ttheta}(\x\mid\z)"),
        ("<prior>", r"\p(\z)"),
        ("<joint>", r"\p_{\ttheta}(\x,\z)"),
        ("<post>", r"\p_{\ttheta}(\z\mid\x)"),
        ("<ev>", r"\p_{\ttheta}(\x)"),
    ];
    NAMES.iter().fold(template.to_owned(), |text, (short, long)| text.replace(short, long))
}

fn derivation(
    name: &'static str,
    title: &'static str,
    decks: &'static [&'static str],
    drafts: Vec<Draft>,
    terms: &ElboTerms,
) -> Derivation {
    let tolerance = 1e-9 * terms.largest();
    let gap = terms.kl_to_posterior_by_quadrature();
    let mut lines: Vec<Line> = Vec::with_capacity(drafts.len());
    for (rule, template, inequality, value) in drafts {
        let (relation, check) = match lines.last() {
            None => (Relation::Start, None),
            Some(before) if inequality => {
                (Relation::AtLeast { gap }, Some(Check::absolute(before.value - value, gap, tolerance)))
            }
            Some(before) => (Relation::Equal, Some(Check::absolute(before.value, value, tolerance))),
        };
        lines.push(Line { rule, latex: latex(template), relation, value, check });
    }
    Derivation { name, title, decks, lines }
}

/// By Jensen's inequality (decks 001 and 003): the logarithm of a mean is at least the mean of the logarithm.
///
/// # Errors
/// `x` not finite; terms beyond the range of numbers.
pub fn jensen(model: &LinearGaussian, x: f64, q: &Gaussian) -> Result<Derivation> {
    let t = ElboTerms::new(model, x, q)?;
    let drafts: Vec<Draft> = vec![
        ("The log evidence: what maximum likelihood would raise.", r"\log <ev>", false, t.log_evidence()),
        (
            "Sum rule: x can arise from every z.",
            r"\log <new>{\int <like>\, <prior>\, d\z}",
            false,
            t.log_of_integral_over_z(),
        ),
        (
            "Multiply by q/q, which is 1 wherever q is positive.",
            r"\log \int <new>{\frac{<q>}{<q>}}\, <like>\, <prior>\, d\z",
            false,
            t.log_of_integral_with_q_over_q(),
        ),
        (
            "Read the integral as a mean under q.",
            r"\log\, <new>{<E>}\left[ \frac{<like>\, <prior>}{<q>} \right]",
            false,
            t.log_of_mean_ratio(),
        ),
        (
            "Jensen's inequality: log is concave. The drop is KL(q || posterior).",
            r"<new>{<E>}\left[ <new>{\log}\, \frac{<like>\, <prior>}{<q>} \right]",
            true,
            t.mean_log_ratio(),
        ),
        (
            "The log of a product is a sum of logs.",
            r"<new>{<E>\left[ \log <like> \right]} + <new>{<E>\left[ \log \frac{<prior>}{<q>} \right]}",
            false,
            t.expected_log_likelihood_by_quadrature() - t.kl_to_prior_by_quadrature(),
        ),
        (
            "The second mean is minus a KL divergence. This is the ELBO.",
            r"<E>\left[ \log <like> \right] <new>{{}- \mathrm{KL}\left( <q> \,\|\, <prior> \right)}",
            false,
            t.elbo(),
        ),
    ];
    Ok(derivation("jensen", "With Jensen's inequality", &["001", "003"], drafts, &t))
}

/// Without Jensen (deck 001): multiply and divide under the mean, and see what the bound leaves out.
///
/// # Errors
/// As [`jensen`].
pub fn multiply_and_divide(model: &LinearGaussian, x: f64, q: &Gaussian) -> Result<Derivation> {
    let t = ElboTerms::new(model, x, q)?;
    let drafts: Vec<Draft> = vec![
        ("The log evidence.", r"\log <ev>", false, t.log_evidence()),
        (
            "It does not contain z, so it is its own mean under any q.",
            r"<new>{<E>}\left[ \log <ev> \right]",
            false,
            t.mean_log_evidence(),
        ),
        (
            "Multiply and divide by the posterior.",
            r"<E>\left[ \log \frac{<new>{<post>}\, <ev>}{<new>{<post>}} \right]",
            false,
            t.mean_log_posterior_over_posterior(),
        ),
        (
            "Product rule: posterior times evidence is the joint density.",
            r"<E>\left[ \log \frac{<new>{<joint>}}{<post>} \right]",
            false,
            t.mean_log_joint_over_posterior(),
        ),
        (
            "Multiply and divide by q.",
            r"<E>\left[ \log \frac{<joint>\, <new>{<q>}}{<post>\, <new>{<q>}} \right]",
            false,
            t.mean_log_joint_q_over_posterior_q(),
        ),
        (
            "Split the log into two means.",
            r"<new>{<E>\left[ \log \frac{<joint>}{<q>} \right]} + <new>{<E>\left[ \log \frac{<q>}{<post>} \right]}",
            false,
            t.mean_log_joint_over_q() + t.kl_to_posterior_by_quadrature(),
        ),
        (
            "Product rule again: joint density is likelihood times prior.",
            r"<E>\left[ \log \frac{<new>{<like>\, <prior>}}{<q>} \right] + <E>\left[ \log \frac{<q>}{<post>} \right]",
            false,
            t.mean_log_ratio() + t.kl_to_posterior_by_quadrature(),
        ),
        (
            "Split the first mean.",
            r"<new>{<E>\left[ \log <like> \right]} - <new>{<E>\left[ \log \frac{<q>}{<prior>} \right]} + <E>\left[ \log \frac{<q>}{<post>} \right]",
            false,
            t.expected_log_likelihood_by_quadrature() - t.kl_to_prior_by_quadrature()
                + t.kl_to_posterior_by_quadrature(),
        ),
        (
            "Two of the means are KL divergences. Still an equality.",
            r"<E>\left[ \log <like> \right] - <new>{\mathrm{KL}\left( <q> \,\|\, <prior> \right)} + <new>{\mathrm{KL}\left( <q> \,\|\, <post> \right)}",
            false,
            t.elbo() + t.kl_to_posterior(),
        ),
        (
            "A KL divergence is never negative: leave out the one with the unknown posterior.",
            r"<E>\left[ \log <like> \right] - \mathrm{KL}\left( <q> \,\|\, <prior> \right)",
            true,
            t.elbo(),
        ),
    ];
    Ok(derivation("multiply-and-divide", "Without Jensen: multiply and divide", &["001", "003"], drafts, &t))
}

/// The full proof, backwards (deck 004): bound plus gap, collected until the evidence is left.
///
/// # Errors
/// As [`jensen`].
pub fn backwards(model: &LinearGaussian, x: f64, q: &Gaussian) -> Result<Derivation> {
    let t = ElboTerms::new(model, x, q)?;
    let drafts: Vec<Draft> = vec![
        (
            "Claim: gap plus bound is the log evidence. Start from gap plus bound.",
            r"\mathrm{KL}\left( <q> \,\|\, <post> \right) - \mathrm{KL}\left( <q> \,\|\, <prior> \right) + <E>\left[ \log <like> \right]",
            false,
            t.kl_to_posterior() + t.elbo(),
        ),
        (
            "Write the three means as integrals.",
            r"<new>{\int <q> \log \frac{<q>}{<post>}\, d\z} - <new>{\int <q> \log \frac{<q>}{<prior>}\, d\z} + <new>{\int <q> \log <like>\, d\z}",
            false,
            t.kl_to_posterior_by_quadrature() - t.kl_to_prior_by_quadrature()
                + t.expected_log_likelihood_by_quadrature(),
        ),
        (
            "Collect them under one integral.",
            r"<new>{\int <q> \bigl[} \log <q> - \log <post> - \log <q> + \log <prior> + \log <like> <new>{\bigr]\, d\z}",
            false,
            t.collected(),
        ),
        (
            "log q cancels.",
            r"\int <q> \log <new>{\frac{<like>\, <prior>}{<post>}}\, d\z",
            false,
            t.mean_log_joint_over_posterior(),
        ),
        (
            "Bayes' rule: the fraction is the evidence.",
            r"\int <q> \log <new>{<ev>}\, d\z",
            false,
            t.mean_log_evidence(),
        ),
        (
            "The evidence does not contain z.",
            r"<new>{\log <ev>} \int <q>\, d\z",
            false,
            t.log_evidence_times_mass_of_q(),
        ),
        ("q integrates to 1.", r"<new>{\log <ev>}", false, t.log_evidence()),
        (
            "The gap is never negative, so the bound alone is at most the log evidence.",
            r"<E>\left[ \log <like> \right] - \mathrm{KL}\left( <q> \,\|\, <prior> \right)",
            true,
            t.elbo(),
        ),
    ];
    Ok(derivation("backwards", "The proof backwards", &["004"], drafts, &t))
}

/// All three, in the order of the lecture.
///
/// # Errors
/// As [`jensen`].
pub fn derivations(model: &LinearGaussian, x: f64, q: &Gaussian) -> Result<[Derivation; 3]> {
    Ok([jensen(model, x, q)?, multiply_and_divide(model, x, q)?, backwards(model, x, q)?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_has_one_inequality_and_ends_at_the_bound() {
        let model = LinearGaussian::new(1.4, -0.2, 0.6).unwrap();
        let q = Gaussian::new(0.1, 0.9).unwrap();
        for derivation in derivations(&model, 2.0, &q).unwrap() {
            let drops =
                derivation.lines.iter().filter(|line| matches!(line.relation, Relation::AtLeast { .. })).count();
            assert_eq!(drops, 1, "{}", derivation.name);
            assert!(matches!(derivation.lines[0].relation, Relation::Start));
            assert!(derivation.lines.iter().all(|line| !line.latex.contains('<') && !line.rule.is_empty()));
            let equal = derivation.lines.iter().filter(|line| line.relation == Relation::Equal);
            assert!(equal.into_iter().all(|line| line.latex.contains("{changed}")), "what is new is marked");
        }
    }

    #[test]
    fn serialises_as_the_page_reads_it() {
        let model = LinearGaussian::new(1.0, 0.0, 1.0).unwrap();
        let json = serde_json::to_value(jensen(&model, 1.0, &Gaussian::STANDARD).unwrap()).unwrap();
        assert_eq!(json["lines"][0]["relation"]["kind"], "start");
        assert_eq!(json["lines"][4]["relation"]["kind"], "atLeast");
        assert!(json["lines"][4]["relation"]["gap"].as_f64().unwrap() > 0.0);
    }

    proptest! {
        #[test]
        fn every_line_holds(w in -5.0..5.0f64, mu in -5.0..5.0f64, log_sigma in -4.0..2.0f64, x in -9.0..9.0f64, m in -5.0..5.0f64, log_s in -5.0..2.0f64) {
            let model = LinearGaussian::new(w, mu, log_sigma.exp()).unwrap();
            let q = Gaussian::from_log_sigma(m, log_s).unwrap();
            for derivation in derivations(&model, x, &q).unwrap() {
                prop_assert!(derivation.holds(), "{derivation:?}");
            }
        }
    }
}
