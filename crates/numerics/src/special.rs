//! Special functions.

/// `sigmoid(l) = 1 / (1 + exp(-l))`, without overflow.
pub fn sigmoid(logit: f64) -> f64 {
    if logit >= 0.0 { 1.0 / (1.0 + (-logit).exp()) } else { logit.exp() / (1.0 + logit.exp()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_tail_overflows() {
        assert!(sigmoid(-800.0).abs() < 1e-300 && (sigmoid(800.0) - 1.0).abs() < 1e-15);
    }
}
