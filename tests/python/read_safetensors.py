"""Reads weights that the page saved, as a PyTorch user would, and gives others back.

    python read_safetensors.py FOLDER

For each NAME.safetensors in FOLDER there is NAME.json: {"images": [[...]], "reconstructions": [[...]]}, as our Rust code
computed them. NumPy computes the reconstructions again from the weights, by the formulas of torch.nn.Linear, Conv2d and
ConvTranspose2d. Then every weight is halved, and NAME-halved.safetensors and .json are written, without our metadata.
"""

import json
import sys
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

TOLERANCE = 1e-5
SIDE = 28


def linear(weights, name, x):
    """torch.nn.Linear: weight [out, in]."""
    return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def conv2d(weights, name, x):
    """torch.nn.Conv2d(in, out, 4, stride=2, padding=1): weight [out, in, 4, 4]."""
    kernel, half = weights[f"{name}.weight"], x.shape[2] // 2
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    y = np.zeros((x.shape[0], kernel.shape[0], half, half), x.dtype)
    for i in range(4):
        for j in range(4):
            seen = padded[:, :, i : i + 2 * half : 2, j : j + 2 * half : 2]
            y += np.einsum("bcyx,oc->boyx", seen, kernel[:, :, i, j])
    return y + weights[f"{name}.bias"][:, None, None]


def conv_transpose2d(weights, name, x):
    """torch.nn.ConvTranspose2d(in, out, 4, stride=2, padding=1): weight [in, out, 4, 4]."""
    kernel, side = weights[f"{name}.weight"], x.shape[2]
    y = np.zeros((x.shape[0], kernel.shape[1], 2 * side + 2, 2 * side + 2), x.dtype)
    for i in range(4):
        for j in range(4):
            y[:, :, i : i + 2 * side : 2, j : j + 2 * side : 2] += np.einsum("bcyx,co->boyx", x, kernel[:, :, i, j])
    return y[:, :, 1:-1, 1:-1] + weights[f"{name}.bias"][:, None, None]


def relu(x):
    return np.maximum(x, 0)


def reconstruct(weights, likelihood, images):
    """Means of p(x | z) at z = mu(x), as pixels."""
    batch = len(images)
    if "encoder.hidden.first.weight" in weights:
        x = images.reshape(batch, 1, SIDE, SIDE)
        x = relu(conv2d(weights, "encoder.hidden.first", x))
        hidden = relu(conv2d(weights, "encoder.hidden.second", x)).reshape(batch, -1)
    else:
        hidden = relu(linear(weights, "encoder.hidden", images))
    z = linear(weights, "encoder.mu", hidden)
    hidden = relu(linear(weights, "decoder.hidden", z))
    if "decoder.output.first.weight" in weights:
        x = hidden.reshape(batch, -1, SIDE // 4, SIDE // 4)
        x = relu(conv_transpose2d(weights, "decoder.output.first", x))
        output = conv_transpose2d(weights, "decoder.output.second", x).reshape(batch, -1)
    else:
        output = linear(weights, "decoder.output", hidden)
    return np.clip(output, 0, 1) if likelihood == "gaussian" else 1 / (1 + np.exp(-output))


def main(folder):
    files = sorted(path for path in folder.glob("*.safetensors") if not path.stem.endswith("-halved"))
    if not files:
        sys.exit(f"there is no .safetensors file in {folder}")
    for path in files:
        with safe_open(path, framework="numpy") as file:
            weights = {name: file.get_tensor(name) for name in file.keys()}
            about = json.loads(file.metadata()["elbo_room"])
        known = json.loads(path.with_suffix(".json").read_text())
        images = np.array(known["images"], np.float32)
        likelihood = about["config"]["likelihood"]
        found = reconstruct(weights, likelihood, images)
        difference = np.abs(found - np.array(known["reconstructions"], np.float32)).max()
        print(f"{path.stem}: {len(weights)} tensors, version {about['version']}, largest difference {difference:.1e}")
        if not difference <= TOLERANCE:
            sys.exit(f"{path.name}: reconstructions differ by {difference}, more than {TOLERANCE}")
        halved = {name: np.ascontiguousarray(tensor / 2) for name, tensor in weights.items()}
        answer = path.with_name(f"{path.stem}-halved.safetensors")
        save_file(halved, answer)
        reconstructions = reconstruct(halved, likelihood, images)
        text = json.dumps({"images": known["images"], "reconstructions": reconstructions.tolist()})
        answer.with_suffix(".json").write_text(text)


main(Path(sys.argv[1]))
