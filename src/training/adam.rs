//! Adam (Kingma and Ba 2014): burn's update rule, with the moments held here so that they can be read without blocking.
//!
//! burn's own `ModuleOptimizer` writes its record with synchronous reads, which a browser's GPU does not allow. On the CPU the
//! same rule is taken in one pass over memory.

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::{AdamConfig, AdamState, AdaptiveMomentumState, Optimizer};
use burn::tensor::{Device, Tensor, TensorData};
use elbo_room_kernels::adam::Adam as OnePass;

use super::Error;
use crate::device::is_cpu;
use crate::model::parameters::{self, Parameter};

/// As in the paper.
const RULE: OnePass = OnePass { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 };

/// The optimiser's state: first and second moments of each parameter, flattened, in the module's order.
#[derive(Clone)]
pub struct Adam {
    rule: burn::optim::Adam,
    states: Vec<AdamState<1>>,
}

impl Default for Adam {
    /// `beta_1` 0.9, `beta_2` 0.999, epsilon 1e-8, as in the paper.
    fn default() -> Self {
        let OnePass { beta_1, beta_2, epsilon } = RULE;
        let rule = AdamConfig::new().with_beta_1(beta_1).with_beta_2(beta_2).with_epsilon(epsilon).build();
        Self { rule, states: Vec::new() }
    }
}

impl Adam {
    /// One update of all parameters against their gradients, each flattened, in the module's order.
    ///
    /// # Errors
    ///
    /// When the CPU's numbers cannot be had; the optimiser is then to be dropped.
    pub fn step<M: Module>(&mut self, learning_rate: f32, module: M, gradients: Vec<Tensor<1>>) -> Result<M, Error> {
        let mut step = Step {
            rule: &self.rule,
            learning_rate,
            states: std::mem::take(&mut self.states).into_iter(),
            updated: Vec::new(),
            gradients: gradients.into_iter(),
            failed: None,
        };
        let module = module.map(&mut step);
        self.states = step.updated;
        step.failed.map_or(Ok(module), Err)
    }

    /// Number of updates so far.
    pub fn time(&self) -> usize {
        self.states.first().map_or(0, |state| state.momentum.time)
    }

    /// All first moments, then all second moments; empty before the first step.
    ///
    /// # Errors
    ///
    /// When the device does not answer.
    pub async fn read(&self) -> Result<Vec<f32>, Error> {
        let first = self.states.iter().map(|state| state.momentum.moment_1.clone());
        let second = self.states.iter().map(|state| state.momentum.moment_2.clone());
        Ok(parameters::read_all(first.chain(second).collect()).await?)
    }

    /// The state that [`Adam::read`] gave, after `time` updates of a module with these parameters.
    ///
    /// # Errors
    ///
    /// [`Error::Checkpoint`] when the number of moments does not fit.
    pub fn restore(time: usize, moments: &[f32], parameters: &[Parameter], device: &Device) -> Result<Self, Error> {
        let mut adam = Self::default();
        if time == 0 && moments.is_empty() {
            return Ok(adam);
        }
        let total: usize = parameters.iter().map(Parameter::len).sum();
        if moments.len() != 2 * total {
            let message = format!("it holds {} moments of the optimiser where {} are needed", moments.len(), 2 * total);
            return Err(Error::Checkpoint(message));
        }
        let (mut first, mut second) = moments.split_at(total);
        for parameter in parameters {
            let take = |values: &mut &[f32]| {
                let (mine, rest) = values.split_at(parameter.len());
                *values = rest;
                Tensor::<1>::from_data(TensorData::new(mine.to_vec(), [mine.len()]), device)
            };
            let momentum = AdaptiveMomentumState::new(time, take(&mut first), take(&mut second));
            adam.states.push(AdamState::new(momentum));
        }
        Ok(adam)
    }
}

struct Step<'a> {
    rule: &'a burn::optim::Adam,
    learning_rate: f32,
    states: std::vec::IntoIter<AdamState<1>>,
    updated: Vec<AdamState<1>>,
    gradients: std::vec::IntoIter<Tensor<1>>,
    failed: Option<Error>,
}

impl Step<'_> {
    /// The values after an update, and the state.
    fn update(&mut self, values: Tensor<1>, gradient: Tensor<1>) -> Result<(Tensor<1>, Option<AdamState<1>>), Error> {
        let state = self.states.next();
        if !is_cpu(&values.device()) {
            return Ok(self.rule.step(f64::from(self.learning_rate), values, gradient, state));
        }
        let device = values.device();
        let tensor = |numbers: Vec<f32>| {
            let shape = [numbers.len()];
            Tensor::<1>::from_data(TensorData::new(numbers, shape), &device)
        };
        let mut gradient = parameters::read_at_once(gradient)?;
        let (time, mut first, mut second) = match state {
            Some(AdamState { momentum: AdaptiveMomentumState { time, moment_1, moment_2, .. } }) => {
                (time + 1, parameters::read_at_once(moment_1)?, parameters::read_at_once(moment_2)?)
            }
            None => (1, vec![0.0; gradient.len()], vec![0.0; gradient.len()]),
        };
        RULE.update(time, self.learning_rate, &mut first, &mut second, &mut gradient);
        let momentum = AdaptiveMomentumState::new(time, tensor(first), tensor(second));
        Ok((values - tensor(gradient), Some(AdamState::new(momentum))))
    }
}

impl ModuleMapper for Step<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = param.consume();
        let values = tensor.inner();
        let shape = values.shape();
        let values = values.flatten::<1>(0, D - 1);
        let gradient = self.gradients.next().unwrap_or_else(|| values.zeros_like());
        let (values, state) = self.update(values.clone(), gradient).unwrap_or_else(|error| {
            self.failed = Some(error);
            (values, None)
        });
        self.updated.extend(state);
        Param::from_mapped_value(id, Tensor::from_inner(values.reshape(shape)).require_grad(), mapper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device;
    use crate::training::streams::{Purpose, standard_normals, stream};

    #[test]
    fn one_pass_gives_the_bits_of_burns_rule() {
        let device = device::cpu();
        let Adam { rule, .. } = Adam::default();
        let mut random = stream(5, Purpose::Weights, 0);
        let tensor = |values: &[f32]| Tensor::<1>::from_data(TensorData::new(values.to_vec(), [values.len()]), &device);
        let (mut values, mut state) = (tensor(&[0.0; 37]), None);
        let (mut first, mut second) = (vec![0.0; 37], vec![0.0; 37]);
        let mut ours = [0.0_f32; 37];
        for time in 1..=20 {
            let mut gradient: Vec<f32> = standard_normals(37, &mut random).iter().map(|e| e.powi(7)).collect();
            (values, state) = rule.step(f64::from(1e-3_f32), values, tensor(&gradient), state);
            RULE.update(time, 1e-3, &mut first, &mut second, &mut gradient);
            ours.iter_mut().zip(&gradient).for_each(|(value, delta)| *value -= delta);
            let theirs = parameters::read_at_once(values.clone()).expect("numbers");
            assert_eq!(ours.as_slice(), theirs, "update {time}");
        }
    }
}
