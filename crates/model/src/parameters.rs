//! A module's parameters as one flat list of numbers, in the order of its fields, with a name for each part.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor, TensorData, Transaction};

use super::Error;

/// Name and shape of one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Path of the field, e.g. `encoder.mu.weight`.
    pub name: String,
    /// Its shape, e.g. `[hidden, latent]`.
    pub shape: Vec<usize>,
}

impl Parameter {
    /// Number of scalars.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Names and shapes of all parameters, in the order of [`read`] and [`write()`].
pub fn list<M: Module>(module: &M) -> Vec<Parameter> {
    let mut collector = Collector::default();
    module.visit(&mut collector);
    collector.parameters
}

/// All parameters' numbers, read from the device together.
///
/// # Errors
///
/// [`Error::Read`] when the device does not answer.
pub async fn read<M: Module>(module: &M) -> Result<Vec<f32>, Error> {
    read_all(flattened(module)).await
}

/// Numbers of each parameter.
///
/// # Errors
///
/// [`Error::Read`] when the device does not answer.
pub async fn read_each<M: Module>(module: &M) -> Result<Vec<Vec<f32>>, Error> {
    // burn copies an unshared tensor at once, but reads a shared one number by number: `mul_scalar` makes each unshared.
    read_every(flattened(module).into_iter().map(|tensor| tensor.mul_scalar(1.0)).collect()).await
}

/// Numbers of several tensors, one after the other, in one exchange with the device.
///
/// # Errors
///
/// [`Error::Read`] when the device does not answer.
pub async fn read_all(tensors: Vec<Tensor<1>>) -> Result<Vec<f32>, Error> {
    Ok(read_every(tensors).await?.concat())
}

/// Numbers of each of several tensors, in one exchange with the device.
async fn read_every(tensors: Vec<Tensor<1>>) -> Result<Vec<Vec<f32>>, Error> {
    let mut transaction = Transaction::default();
    for tensor in tensors {
        transaction = transaction.register(tensor);
    }
    let failed = |report: String| Error::Read(innermost_cause(&report).to_owned());
    let parts = transaction.execute_async().await.map_err(|error| failed(format!("{error:?}")))?;
    parts.into_iter().map(|part| part.try_into_vec().map_err(|error| failed(format!("{error:?}")))).collect()
}

/// The last cause in burn's report, which is a chain of causes and a backtrace over many lines.
fn innermost_cause(report: &str) -> &str {
    let causes = report.split("Backtrace:").next().unwrap_or(report);
    causes.rsplit("Caused by:").next().unwrap_or(causes).trim()
}

/// All parameters, each flattened, in the order of [`read`]; without derivatives.
pub fn flattened<M: Module>(module: &M) -> Vec<Tensor<1>> {
    let mut collector = Collector::default();
    module.visit(&mut collector);
    collector.tensors
}

/// Replaces all parameters by tensors in the order of [`flattened`]; parameters beyond the last tensor stay.
pub fn replace<M: Module>(module: M, tensors: Vec<Tensor<1>>) -> M {
    module.map(&mut Replacer { tensors: tensors.into_iter() })
}

/// Numbers of a tensor on the CPU, without waiting; moved, not copied, when the tensor is not shared.
///
/// # Errors
///
/// [`Error::Read`] when they cannot be had.
pub fn read_at_once(tensor: Tensor<1>) -> Result<Vec<f32>, Error> {
    tensor.try_into_vec_as::<f32>().map_err(|error| Error::Read(error.to_string()))
}

/// Gradients of all parameters, each flattened, in the order of [`read`]; zeros where the loss does not reach.
pub fn gradients<M: Module>(module: &M, gradients: &Gradients) -> Vec<Tensor<1>> {
    let mut collector = GradientCollector { gradients, tensors: Vec::new() };
    module.visit(&mut collector);
    collector.tensors
}

/// Replaces all parameters by a flat list of numbers.
///
/// # Errors
///
/// [`Error::WeightCount`] and [`Error::WeightNotFinite`]; the module given is then dropped, so keep a clone.
pub fn write<M: Module>(module: M, values: &[f32]) -> Result<M, Error> {
    let expected = list(&module).iter().map(Parameter::len).sum();
    if values.len() != expected {
        return Err(Error::WeightCount { expected, found: values.len() });
    }
    if let Some((index, value)) = values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        return Err(Error::WeightNotFinite { index, value: *value });
    }
    Ok(module.map(&mut Writer { values }))
}

#[derive(Default)]
struct Collector {
    path: Vec<String>,
    parameters: Vec<Parameter>,
    tensors: Vec<Tensor<1>>,
}

impl ModuleVisitor for Collector {
    // burn counts an enum's variant as a module; it is not a field.
    fn enter_module(&mut self, name: &str, container_type: &str) {
        if !container_type.starts_with("Enum:") {
            self.path.push(name.to_owned());
        }
    }

    fn exit_module(&mut self, _name: &str, container_type: &str) {
        if !container_type.starts_with("Enum:") {
            self.path.pop();
        }
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val().inner();
        self.parameters.push(Parameter { name: self.path.join("."), shape: tensor.dims().to_vec() });
        self.tensors.push(tensor.flatten::<1>(0, D - 1));
    }
}

struct GradientCollector<'a> {
    gradients: &'a Gradients,
    tensors: Vec<Tensor<1>>,
}

impl ModuleVisitor for GradientCollector<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        let gradient = tensor.grad(self.gradients).unwrap_or_else(|| tensor.inner().zeros_like());
        self.tensors.push(gradient.flatten::<1>(0, D - 1));
    }
}

struct Writer<'a> {
    values: &'a [f32],
}

impl ModuleMapper for Writer<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = param.consume();
        let shape = tensor.shape();
        let (mine, rest) = self.values.split_at_checked(shape.num_elements()).unwrap_or((&[], self.values));
        self.values = rest;
        let requires_gradient = tensor.is_require_grad();
        let written = Tensor::<D>::from_data(TensorData::new(mine.to_vec(), shape), &tensor.device());
        Param::from_mapped_value(id, written.set_require_grad(requires_gradient), mapper)
    }
}

struct Replacer {
    tensors: std::vec::IntoIter<Tensor<1>>,
}

impl ModuleMapper for Replacer {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(values) = self.tensors.next() else { return param };
        let (id, tensor, mapper) = param.consume();
        let replaced = Tensor::from_inner(values.reshape(tensor.shape()));
        Param::from_mapped_value(id, replaced.set_require_grad(tensor.is_require_grad()), mapper)
    }
}

#[cfg(test)]
mod tests {
    use super::innermost_cause;

    #[test]
    fn of_a_report_the_innermost_cause_is_told() {
        let report = "It failed\nCaused by:\n  A read failed\nCaused by:\n  no buffer\nBacktrace:\nnone\n";
        assert_eq!(innermost_cause(report), "no buffer");
        assert_eq!(innermost_cause("no buffer"), "no buffer");
        assert_eq!(innermost_cause(""), "");
    }
}
