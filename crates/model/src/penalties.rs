//! What sparse and contractive autoencoders pay for beside the reconstruction (decks 003, 004), image by image.

use burn::tensor::Tensor;

use super::Encoder;

/// Far below the distance at which rectified units switch, far above the rounding of `f32`.
const STEP: f32 = 1e-3;

/// `|z|_1`: `[batch]` from codes `[batch, latent]`.
pub fn absolute_code(z: Tensor<2>) -> Tensor<1> {
    z.abs().sum_dim(1).squeeze_dim::<1>(1)
}

/// An estimate of `|d mu / dx|_F^2` (Rifai et al. 2011) for an encoder of any architecture: for a direction
/// `v ~ N(0, I)`, `E |J v|^2 = |J|_F^2`, and `J v` is the change of the code along `v`.
///
/// # Shapes
///
/// - x, direction: `[batch, pixels]`
/// - mu: `[batch, latent]`, the codes of `x`
/// - output: `[batch]`
pub fn squared_jacobian(encoder: &Encoder, x: Tensor<2>, mu: Tensor<2>, direction: Tensor<2>) -> Tensor<1> {
    let moved = encoder.forward(x + direction.mul_scalar(STEP)).mu;
    let change = (moved - mu).mul_scalar(1.0 / STEP);
    change.square().sum_dim(1).squeeze_dim::<1>(1)
}
