//! `stats` against reference values made with other software.

use crate::{golden::read, stats_golden_bodies as bodies};

#[test]
fn gaussian_mle() {
    bodies::gaussian_mle(&read("gaussian_mle"));
}

#[test]
fn gmm_em() {
    bodies::gmm_em(&read("gmm_em"));
}

#[test]
fn kl_gaussian_1d() {
    bodies::kl_gaussian_1d(&read("kl_gaussian_1d"));
}

#[test]
fn kl_diagonal_to_standard() {
    bodies::kl_diagonal_to_standard(&read("kl_diagonal_to_standard"));
}

#[test]
fn kl_gaussian_full() {
    bodies::kl_gaussian_full(&read("gaussian_full"));
}

#[test]
fn scale_mixture() {
    bodies::scale_mixture(&read("scale_mixture"));
}
