//! Adam (Kingma and Ba 2014): burn's update rule, with the moments held here so that they can be read without blocking.
//!
//! burn's own `ModuleOptimizer` writes its record with synchronous reads, which a browser's GPU does not allow.

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::{AdamConfig, AdamState, AdaptiveMomentumState, Optimizer};
use burn::tensor::{Device, Tensor, TensorData};

use super::Error;
use crate::model::parameters::{self, Parameter};

/// The optimiser's state: first and second moments of each parameter, flattened, in the module's order.
#[derive(Clone)]
pub struct Adam {
    rule: burn::optim::Adam,
    states: Vec<AdamState<1>>,
}

impl Default for Adam {
    /// `beta_1` 0.9, `beta_2` 0.999, epsilon 1e-8, as in the paper.
    fn default() -> Self {
        Self { rule: AdamConfig::new().with_epsilon(1e-8).build(), states: Vec::new() }
    }
}

impl Adam {
    /// One update of all parameters against their gradients, each flattened, in the module's order.
    pub fn step<M: Module>(&mut self, learning_rate: f32, module: M, gradients: Vec<Tensor<1>>) -> M {
        let mut step = Step {
            rule: &self.rule,
            learning_rate: f64::from(learning_rate),
            states: std::mem::take(&mut self.states).into_iter(),
            updated: Vec::new(),
            gradients: gradients.into_iter(),
        };
        let module = module.map(&mut step);
        self.states = step.updated;
        module
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
    learning_rate: f64,
    states: std::vec::IntoIter<AdamState<1>>,
    updated: Vec<AdamState<1>>,
    gradients: std::vec::IntoIter<Tensor<1>>,
}

impl ModuleMapper for Step<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = param.consume();
        let values = tensor.inner();
        let shape = values.shape();
        let values = values.flatten::<1>(0, D - 1);
        let gradient = self.gradients.next().unwrap_or_else(|| values.zeros_like());
        let (values, state) = self.rule.step(self.learning_rate, values, gradient, self.states.next());
        self.updated.extend(state);
        Param::from_mapped_value(id, Tensor::from_inner(values.reshape(shape)).require_grad(), mapper)
    }
}
