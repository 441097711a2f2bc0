//! Reading and comparing reference values; knows no file system, so that a browser test can use it with included text.

use serde_json::Value;

/// Relative tolerance of every closed form in f64.
pub const RELATIVE: f64 = 1e-9;

/// The entries of `cases`; a file without any is an error, not a pass.
pub fn cases(golden: &Value) -> &[Value] {
    let cases = golden["cases"].as_array().map(Vec::as_slice).unwrap_or_default();
    assert!(!cases.is_empty(), "no cases in {}", golden["what"]);
    cases
}

/// A number.
pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("not a number: {value}"))
}

/// A list of numbers.
pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap_or_else(|| panic!("not a list: {value}")).iter().map(number).collect()
}

/// A list of rows.
pub fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap_or_else(|| panic!("not a list: {value}")).iter().map(numbers).collect()
}

/// Fails unless `found` is the reference to 1e-9 of its magnitude, or of 1e-6 where it is smaller than that; names what differs.
pub fn assert_close(what: &str, case: usize, found: f64, reference: &Value) {
    let reference = number(reference);
    let scale = reference.abs().max(1e-6);
    let difference = (found - reference).abs();
    assert!(difference <= RELATIVE * scale, "{what}, case {case}: {found} is not {reference} (off by {difference:e})");
}

/// [`assert_close`] for lists.
pub fn assert_all_close(what: &str, case: usize, found: &[f64], reference: &Value) {
    let reference = reference.as_array().unwrap_or_else(|| panic!("{what}, case {case}: not a list"));
    assert_eq!(found.len(), reference.len(), "{what}, case {case}: length");
    for (index, (found, reference)) in found.iter().zip(reference).enumerate() {
        assert_close(&format!("{what}[{index}]"), case, *found, reference);
    }
}
