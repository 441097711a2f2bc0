//! What can go wrong in the lecture's mathematics, in words that a reader of a figure understands.

use thiserror::Error as ThisError;

/// Why a quantity could not be computed. Each message says what was wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// A parameter or a data point is NaN or infinite.
    #[error("{name} is {value}, which is not a finite number; give a finite number")]
    NotFinite {
        /// What was wrong, as the reader knows it ("mu", "data point 3").
        name: String,
        /// The value found.
        value: f64,
    },
    /// A scale, a variance or a rate is zero, negative, or not finite.
    #[error("{name} is {value}; it must be positive and finite")]
    NotPositive {
        /// What was wrong ("sigma", "variance of component 2").
        name: String,
        /// The value found.
        value: f64,
    },
    /// A number lies outside the range in which it has a meaning.
    #[error("{name} is {value}; it must lie between {low} and {high}")]
    OutOfRange {
        /// What was wrong ("probability", "t").
        name: String,
        /// The value found.
        value: f64,
        /// Smallest value allowed.
        low: f64,
        /// Largest value allowed.
        high: f64,
    },
    /// The ends of an interval are not in order.
    #[error("the interval from {low} to {high} is empty; the lower end must be smaller than the upper end")]
    EmptyInterval {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Mixture weights (or probabilities) do not sum to one.
    #[error("the {name} sum to {sum}; they must sum to 1: change one of them, or divide each by their sum")]
    WeightsNotNormalised {
        /// What was summed ("mixture weights").
        name: String,
        /// The sum found.
        sum: f64,
    },
    /// There is nothing to compute with.
    #[error("there are no {name}; add at least one")]
    Empty {
        /// What is missing ("data points", "components").
        name: String,
    },
    /// There is something, but not enough of it.
    #[error("{found} {name} given, at least {needed} needed; add more")]
    TooFew {
        /// What there are too few of ("data points").
        name: String,
        /// How many there are.
        found: usize,
        /// How many are needed.
        needed: usize,
    },
    /// All data points coincide, so the variance that maximises the likelihood is zero and the likelihood has no maximum.
    #[error(
        "the {count} data point(s) all have the value {value}: the likelihood grows without bound as sigma goes to 0, so it has no maximum; add a different data point"
    )]
    NoSpread {
        /// How many data points there are.
        count: usize,
        /// The value that they share, as text.
        value: String,
    },
    /// A covariance matrix has no inverse, or is not symmetric and positive definite.
    #[error(
        "the {name} is singular or not positive definite, so it has no density; make its axes longer or less aligned"
    )]
    SingularCovariance {
        /// Which matrix ("covariance of component 2").
        name: String,
    },
    /// A matrix that must be symmetric is not.
    #[error(
        "the {name} is not symmetric: entry ({row}, {column}) differs from entry ({column}, {row}); make them equal"
    )]
    NotSymmetric {
        /// Which matrix.
        name: String,
        /// Row of the first entry that differs, from 0.
        row: usize,
        /// Column of the first entry that differs, from 0.
        column: usize,
    },
    /// Two things whose sizes must agree do not.
    #[error("{name} has size {found}, but {expected} was expected; make the sizes agree")]
    SizeMismatch {
        /// What has the wrong size ("mean of q").
        name: String,
        /// Size found.
        found: usize,
        /// Size expected.
        expected: usize,
    },
    /// A count is beyond what the page will compute, so that it stays responsive.
    #[error("{name} is {found}, over the limit of {limit}; choose a smaller number")]
    OverLimit {
        /// What is too large ("n", "dimension").
        name: String,
        /// The number asked for.
        found: usize,
        /// The largest number allowed.
        limit: usize,
    },
    /// A name that is not one of the choices.
    #[error("\"{found}\" is not a known {name}; choose one of: {choices}")]
    UnknownName {
        /// What was to be named ("function f").
        name: String,
        /// The name given.
        found: String,
        /// The names there are, separated by commas.
        choices: String,
    },
    /// A component of a mixture holds no data any more, so its mean and variance are undefined.
    #[error(
        "component {component} is responsible for no data point; start it nearer to the data, or use fewer components"
    )]
    EmptyComponent {
        /// Index of the component, from 1 as the figure counts.
        component: usize,
    },
    /// An iteration or a quadrature did not reach the accuracy asked for.
    #[error(
        "{what} did not converge: remaining error {error:e}, tolerance {tolerance:e}; choose less extreme parameters"
    )]
    NotConverged {
        /// What was computed.
        what: String,
        /// Estimated error, or size of the last step.
        error: f64,
        /// What was asked for.
        tolerance: f64,
    },
}

/// `Result` with this module's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Passes `value` on if it is finite.
///
/// # Errors
/// [`Error::NotFinite`] with `name` otherwise.
pub fn finite(name: &str, value: f64) -> Result<f64> {
    if value.is_finite() { Ok(value) } else { Err(Error::NotFinite { name: name.to_owned(), value }) }
}

/// Passes `value` on if it is positive and finite.
///
/// # Errors
/// [`Error::NotPositive`] with `name` otherwise.
pub fn positive(name: &str, value: f64) -> Result<f64> {
    if value.is_finite() && value > 0.0 { Ok(value) } else { Err(Error::NotPositive { name: name.to_owned(), value }) }
}

/// Checks that every one of `values` is finite and that there is at least one; names the first that is not, counted from 1.
///
/// # Errors
/// [`Error::Empty`] or [`Error::NotFinite`].
pub fn all_finite(name: &str, values: &[f64]) -> Result<()> {
    if values.is_empty() {
        return Err(Error::Empty { name: format!("{name}s") });
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(Error::NotFinite { name: format!("{name} {}", index + 1), value: values[index] }),
        None => Ok(()),
    }
}

/// Checks that `found` is `expected`.
///
/// # Errors
/// [`Error::SizeMismatch`] with `name` otherwise.
pub fn same_size(name: &str, found: usize, expected: usize) -> Result<()> {
    if found == expected { Ok(()) } else { Err(Error::SizeMismatch { name: name.to_owned(), found, expected }) }
}

/// Checks that `found` is at least 1 and at most `limit`.
///
/// # Errors
/// [`Error::Empty`] or [`Error::OverLimit`] with `name`.
pub fn within_limit(name: &str, found: usize, limit: usize) -> Result<()> {
    match found {
        0 => Err(Error::Empty { name: name.to_owned() }),
        _ if found > limit => Err(Error::OverLimit { name: name.to_owned(), found, limit }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_what_was_wrong() {
        let message = positive("sigma", 0.0).unwrap_err().to_string();
        assert_eq!(message, "sigma is 0; it must be positive and finite");
        let message = all_finite("data point", &[1.0, f64::NAN]).unwrap_err().to_string();
        assert!(message.starts_with("data point 2 is NaN"), "{message}");
        assert_eq!(
            all_finite("data point", &[]).unwrap_err().to_string(),
            "there are no data points; add at least one"
        );
    }

    #[test]
    fn limits_include_their_ends() {
        assert!(within_limit("n", 10, 10).is_ok());
        assert!(within_limit("n", 11, 10).is_err());
        assert!(within_limit("n", 0, 10).is_err());
        assert!(finite("mu", f64::INFINITY).is_err());
        assert!(positive("sigma", f64::INFINITY).is_err());
        assert!(same_size("x", 2, 3).is_err());
    }
}
