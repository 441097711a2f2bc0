//! Our GPU kernel for matrix multiplication as one of burn's operations, with its derivatives.

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::autodiff::{Autodiff, NodeId};
use burn::backend::tensor::FloatTensor;
use burn::backend::wgpu::CubeBackend;
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;

/// The operation that our kernel adds to burn's.
#[backend_extension(Cube, Autodiff)]
pub trait Matmul: Backend {
    /// `[rows, columns]` of `[rows, inner]` and `[inner, columns]`.
    fn matmul(left: FloatTensor<Self>, right: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl Matmul for CubeBackend {
    fn matmul(left: FloatTensor<Self>, right: FloatTensor<Self>) -> FloatTensor<Self> {
        super::gpu_kernel::matmul(left, right)
    }
}

impl<B: Matmul, C: CheckpointStrategy> Matmul for Autodiff<B, C> {
    fn matmul(left: FloatTensor<Self>, right: FloatTensor<Self>) -> FloatTensor<Self> {
        // The derivative by one factor needs the other factor.
        let needed = [right.is_tracked(), left.is_tracked()];
        match MatmulBackward.prepare::<C>([left.node(), right.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prepared) => {
                let kept =
                    [needed[0].then(|| prepared.checkpoint(&left)), needed[1].then(|| prepared.checkpoint(&right))];
                prepared.finish(kept, B::matmul(left.into_primitive(), right.into_primitive()))
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::matmul(left.into_primitive(), right.into_primitive())),
        }
    }
}

/// The derivatives: by the left factor `out right^T`, by the right one `left^T out`, where `out` is the derivative by the result
/// (Giles 2008).
#[derive(Debug)]
struct MatmulBackward;

impl<B: Matmul> Backward<B, 2> for MatmulBackward {
    type State = [Option<NodeId>; 2];

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let out = gradients.consume::<B>(&ops.node);
        let [left, right] = ops.state.map(|kept| {
            kept.map(|factor| B::float_transpose(checkpointer.retrieve_node_output::<FloatTensor<B>>(factor)))
        });
        let [of_left, of_right] = ops.parents;
        if let (Some(node), Some(right)) = (of_left, right) {
            gradients.register::<B>(node.id, B::matmul(out.clone(), right));
        }
        if let (Some(node), Some(left)) = (of_right, left) {
            gradients.register::<B>(node.id, B::matmul(left, out));
        }
    }
}

/// See [`Matmul::matmul`].
pub fn matmul(left: Tensor<2>, right: Tensor<2>) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Matmul>::matmul(left.into_dispatch(), right.into_dispatch()))
}
