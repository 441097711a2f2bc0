//! The model on the CPU against the golden file, and its properties.

use elbo_model::device;
use pollster::block_on;

use crate::golden;
use crate::vae_step::agrees_with_golden;

#[test]
fn the_training_step_agrees_with_jax() {
    block_on(agrees_with_golden(&golden::read("vae_step"), &device::cpu()));
}
