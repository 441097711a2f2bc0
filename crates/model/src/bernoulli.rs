//! `log p(x | z)` of binary pixels in one pass over the logits, on the CPU. After matrix multiplication this is where training
//! spends most time, and an importance-weighted bound spends nearly all of it here.

use burn::tensor::{Tensor, TensorData};
use elbo_kernels::bernoulli;

use crate::device::is_cpu;

/// `-log p(x | z)` `[batch]` of x and logits `[batch, pixels]`, whose derivative by a logit, `sigmoid(logit) - x`, comes from
/// the same pass; `None` where the logits are not in the CPU's memory.
///
/// The sum of `logit * (sigmoid(logit) - x)` with the second factor held constant has that derivative; its value is replaced.
pub fn negative_log_likelihood(x: &Tensor<2>, logits: &Tensor<2>) -> Option<Tensor<1>> {
    let known = logits.clone().inner();
    let (device, [batch, pixels]) = (known.device(), known.dims());
    if !is_cpu(&device) {
        return None;
    }
    // A sum of its own is read as a whole; what is shared, as the logits are, burn reads number by number.
    let (x, known) = (x.clone().inner().add_scalar(0.0).into_data(), known.add_scalar(0.0).into_data());
    let (x, known) = (x.as_slice::<f32>().ok()?, known.as_slice::<f32>().ok()?);
    if !logits.is_autodiff() {
        return Some(Tensor::from_data(TensorData::new(bernoulli::costs(x, known, pixels), [batch]), &device));
    }
    let (costs, derivatives) = bernoulli::costs_and_derivatives(x, known, pixels);
    let costs = Tensor::<1>::from_data(TensorData::new(costs, [batch]), &device);
    let derivatives = Tensor::<2>::from_data(TensorData::new(derivatives, [batch, pixels]), &device);
    let linear = (logits.clone() * derivatives).sum_dim(1).squeeze_dim::<1>(1);
    Some(linear.clone() - linear.inner() + costs)
}

/// `E[x | z]`, the sigmoid of logits `[batch, pixels]`; `None` where they are not in the CPU's memory.
pub fn means(logits: &Tensor<2>) -> Option<Tensor<2>> {
    let (device, shape) = (logits.device(), logits.dims());
    if !is_cpu(&device) || logits.is_autodiff() {
        return None;
    }
    let mut values = logits.clone().add_scalar(0.0).into_data().try_into_vec::<f32>().ok()?;
    bernoulli::means(&mut values);
    Some(Tensor::from_data(TensorData::new(values, shape), &device))
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::activation;
    use elbo_numerics::random::{seeded, standard_normal};

    #[test]
    fn costs_and_derivatives_are_those_of_the_formula_tensor_by_tensor() {
        let device = crate::device::cpu();
        let mut random = seeded(5);
        let mut tensor = |scale: f64, center: f64| {
            let values: Vec<f32> =
                (0..6 * 784).map(|_| (center + scale * standard_normal(&mut random)) as f32).collect();
            Tensor::<2>::from_data(TensorData::new(values, [6, 784]), &device)
        };
        let x = tensor(0.2, 0.5).clamp(0.0, 1.0);
        // Not linear in the costs, as an importance-weighted bound is not.
        let outer = |costs: Tensor<1>| costs.mul_scalar(-1e-3).exp().sum();
        for logits in [tensor(3.0, 0.0), tensor(0.0, 0.0), tensor(40.0, -5.0)] {
            let logits = logits.autodiff().require_grad();
            let ours = negative_log_likelihood(&x, &logits).unwrap();
            let formula = -activation::log_sigmoid(-logits.clone()) - x.clone() * logits.clone();
            let formula = formula.sum_dim(1).squeeze_dim::<1>(1);
            let difference = (ours.clone() - formula.clone()).abs() / formula.clone();
            assert!(difference.max().into_scalar::<f32>() < 1e-5);
            let derivative = |costs| logits.grad(&outer(costs).backward()).unwrap();
            let (ours, formula) = (derivative(ours), derivative(formula));
            let largest = formula.clone().abs().max().into_scalar::<f32>();
            assert!((ours - formula).abs().max().into_scalar::<f32>() <= 1e-5 * largest);
        }
    }
}
