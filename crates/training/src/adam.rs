//! Adam (Kingma and Ba 2014): burn's update rule, with the moments held here so that they can be read without blocking.
//!
//! burn's own `ModuleOptimizer` writes its record with synchronous reads, which a browser's GPU does not allow. On the CPU the
//! update is fused into one pass over memory; on a GPU it is launched once for all parameters together.

use std::ops::Range;

use burn::module::Module;
use burn::optim::{AdamConfig, AdamState, AdaptiveMomentumState, Optimizer};
use burn::tensor::{Device, Tensor, TensorData};
use elbo_kernels::adam::Adam as OnePass;
use elbo_model::device::{self, is_cpu};
use elbo_model::parameters::{self, Parameter};

use super::Error;

/// As in the paper.
const RULE: OnePass = OnePass { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 };

/// The optimizer's state: first and second moments of all parameters, flattened, one after the other in the module's order.
#[derive(Clone)]
pub struct Adam {
    rule: burn::optim::Adam,
    state: Option<AdaptiveMomentumState<1>>,
}

impl Default for Adam {
    /// `beta_1` 0.9, `beta_2` 0.999, epsilon 1e-8, as in the paper.
    fn default() -> Self {
        let OnePass { beta_1, beta_2, epsilon } = RULE;
        let rule = AdamConfig::new().with_beta_1(beta_1).with_beta_2(beta_2).with_epsilon(epsilon).build();
        Self { rule, state: None }
    }
}

impl Adam {
    /// One update of all parameters against their gradients, each flattened, in the module's order.
    ///
    /// # Errors
    ///
    /// When the CPU's numbers cannot be read; the optimizer is then unusable and must be dropped.
    pub fn step<M: Module>(&mut self, learning_rate: f32, module: M, gradients: Vec<Tensor<1>>) -> Result<M, Error> {
        let values = parameters::flattened(&module);
        let on_cpu = values.first().is_none_or(|tensor| is_cpu(&tensor.device()));
        let update = if on_cpu { Self::in_one_pass } else { Self::all_at_once };
        Ok(parameters::replace(module, update(self, learning_rate, values, gradients)?))
    }

    /// The values after an update on the CPU.
    fn in_one_pass(
        &mut self,
        learning_rate: f32,
        values: Vec<Tensor<1>>,
        gradients: Vec<Tensor<1>>,
    ) -> Result<Vec<Tensor<1>>, Error> {
        let places = places(&gradients);
        let total = places.last().map_or(0, |place| place.end);
        let (time, mut first, mut second) = match self.state.take() {
            Some(AdaptiveMomentumState { time, moment_1, moment_2, .. }) => {
                (time + 1, parameters::read_at_once(moment_1)?, parameters::read_at_once(moment_2)?)
            }
            None => (1, vec![0.0; total], vec![0.0; total]),
        };
        let device = device::cpu();
        let mut updated = Vec::with_capacity(values.len());
        for ((values, gradient), place) in values.into_iter().zip(gradients).zip(places) {
            let mut gradient = parameters::read_at_once(gradient)?;
            let first = first.get_mut(place.clone()).unwrap_or_default();
            let second = second.get_mut(place).unwrap_or_default();
            RULE.update(time, learning_rate, first, second, &mut gradient);
            updated.push(values - tensor(gradient, &device));
        }
        self.state = Some(state(time, (first, second), &device));
        Ok(updated)
    }

    /// The values after an update on a GPU: the update's operations are launched once, not once for each parameter.
    fn all_at_once(
        &mut self,
        learning_rate: f32,
        values: Vec<Tensor<1>>,
        gradients: Vec<Tensor<1>>,
    ) -> Result<Vec<Tensor<1>>, Error> {
        let places = places(&values);
        let (values, gradient) = (Tensor::cat(values, 0), Tensor::cat(gradients, 0));
        let state = self.state.take().map(AdamState::new);
        let (values, state) = self.rule.step(f64::from(learning_rate), values, gradient, state);
        self.state = state.map(|state| state.momentum);
        Ok(places.into_iter().map(|place| values.clone().slice([place])).collect())
    }

    /// Number of updates so far.
    pub fn time(&self) -> usize {
        self.state.as_ref().map_or(0, |state| state.time)
    }

    /// All first moments, then all second moments; empty before the first step.
    ///
    /// # Errors
    ///
    /// When the device does not answer.
    pub async fn read(&self) -> Result<Vec<f32>, Error> {
        let moments = self.state.iter().flat_map(|state| [state.moment_1.clone(), state.moment_2.clone()]);
        Ok(parameters::read_all(moments.collect()).await?)
    }

    /// The state that [`Adam::read`] gave, after `time` updates of a module with these parameters.
    ///
    /// # Errors
    ///
    /// [`Error::Checkpoint`] when the number of moments does not fit.
    pub fn restore(time: usize, moments: &[f32], parameters: &[Parameter], device: &Device) -> Result<Self, Error> {
        if time == 0 && moments.is_empty() {
            return Ok(Self::default());
        }
        let total: usize = parameters.iter().map(Parameter::len).sum();
        if moments.len() != 2 * total {
            let message = format!("it holds {} moments of the optimiser where {} are needed", moments.len(), 2 * total);
            return Err(Error::Checkpoint(message));
        }
        let (first, second) = moments.split_at(total);
        Ok(Self { state: Some(state(time, (first.to_vec(), second.to_vec()), device)), ..Self::default() })
    }
}

/// The range of each tensor in their concatenation.
fn places(tensors: &[Tensor<1>]) -> Vec<Range<usize>> {
    let mut end = 0;
    let place = |tensor: &Tensor<1>| {
        let begin = end;
        end += tensor.dims()[0];
        begin..end
    };
    tensors.iter().map(place).collect()
}

fn state(time: usize, (first, second): (Vec<f32>, Vec<f32>), device: &Device) -> AdaptiveMomentumState<1> {
    AdaptiveMomentumState::new(time, tensor(first, device), tensor(second, device))
}

fn tensor(numbers: Vec<f32>, device: &Device) -> Tensor<1> {
    let shape = [numbers.len()];
    Tensor::from_data(TensorData::new(numbers, shape), device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streams::{Purpose, standard_normals, stream};

    #[test]
    fn both_ways_give_the_same_bits() {
        let device = device::cpu();
        let mut random = stream(6, Purpose::Weights, 0);
        let mut draw = |n: usize| tensor(standard_normals(n, &mut random), &device);
        let (mut one_pass, mut at_once) = (Adam::default(), Adam::default());
        let mut one = vec![draw(5), draw(1), draw(12)];
        let mut other = one.clone();
        for _ in 0..5 {
            let gradients = vec![draw(5), draw(1), draw(12)];
            one = one_pass.in_one_pass(0.1, one, gradients.clone()).expect("an update");
            other = at_once.all_at_once(0.1, other, gradients).expect("an update");
        }
        let numbers = |adam: &Adam| pollster::block_on(adam.read()).expect("moments");
        assert_eq!(numbers(&one_pass), numbers(&at_once));
        assert_eq!((one_pass.time(), at_once.time()), (5, 5));
        for (one, other) in one.into_iter().zip(other) {
            assert_eq!(parameters::read_at_once(one), parameters::read_at_once(other));
        }
    }

    #[test]
    fn one_pass_gives_the_bits_of_burns_rule() {
        let device = device::cpu();
        let Adam { rule, .. } = Adam::default();
        let mut random = stream(5, Purpose::Weights, 0);
        let (mut values, mut state) = (tensor(vec![0.0; 37], &device), None);
        let (mut first, mut second) = (vec![0.0; 37], vec![0.0; 37]);
        let mut ours = [0.0_f32; 37];
        for time in 1..=20 {
            let mut gradient: Vec<f32> = standard_normals(37, &mut random).iter().map(|e| e.powi(7)).collect();
            (values, state) = rule.step(f64::from(1e-3_f32), values, tensor(gradient.clone(), &device), state);
            RULE.update(time, 1e-3, &mut first, &mut second, &mut gradient);
            ours.iter_mut().zip(&gradient).for_each(|(value, delta)| *value -= delta);
            let theirs = parameters::read_at_once(values.clone()).expect("numbers");
            assert_eq!(ours.as_slice(), theirs, "update {time}");
        }
    }
}
