"""Writes the golden folders of networks whose official weights are too large for a clone: formula weights, and the
outputs and gradients of our own PyTorch network in float64. First shows, on the official golden folder, that this
network is the official one (same names and order, outputs to 1e-7, gradients to 1e-5), and writes nothing otherwise.

  python3 write_golden.py mst-plus-plus --official ../shared/reference/golden/mst-plus-plus \
      --out packages/testing/golden/mst-plus-plus-formula
"""

import argparse
import json
import math
import os

import numpy as np
import torch

from formula_weights import formula_state
from hsrnet import HSRNet
from mst_plus_plus import MSTPlusPlus
from run import npz

# Seeds, gains and overrides as in the `formula` trait of the TypeScript definitions; sizes of the gradient's image.
NETWORKS = {
    "mst-plus-plus": (MSTPlusPlus, 20244, 0.7, {"rescale": (1.5, 1.0)}, (24, 20)),
    "hsrnet": (HSRNet, 20245, 0.7, {}, (8, 9)),
}


def formula_range(name, shape, gain, overrides):
    """Center and amplitude; the rules of `packages/testing/golden/README.md` that these networks need."""
    for ending, given in overrides.items():
        if name.endswith(ending):
            return given
    if len(shape) > 1:
        return 0.0, gain * math.sqrt(3 / math.prod(shape[1:]))
    return (1.0, 0.2) if name.endswith("weight") else (0.0, 0.1)


def formula(state, seed, gain, overrides):
    """The weights and the content of weights_check.json."""
    check = {"seed": seed, "params": {}}
    for k, (name, tensor) in enumerate(state.items()):
        center, amplitude = formula_range(name, tensor.shape, gain, overrides)
        check["params"][name] = {"k": k, "center": center, "amplitude": amplitude}
    weights = formula_state(state, check)
    for name, tensor in weights.items():
        flat = tensor.reshape(-1).double()
        first, last = flat[:3].tolist(), flat[-1].item()
        check["params"][name].update(shape=list(tensor.shape), first3=first, last=last, sum=flat.sum().item())
    return weights, check


def gradients(net, x, target):
    x = x.clone().requires_grad_()
    net.zero_grad()
    loss = (net(x) - target).abs().mean()
    loss.backward()
    return loss.item(), x.grad, {name: p.grad.clone() for name, p in net.named_parameters()}


def error(a, b):
    return ((a.double() - b.double()).abs().max() / b.double().abs().max()).item()


def verify(net, folder):
    state = torch.load(f"{folder}/weights.pth")
    if list(state) != list(net.state_dict()):
        raise SystemExit("write_golden.py: names or order differ from the official weights.pth")
    net.load_state_dict(state)
    net.double()
    io, grads = (npz(f"{folder}/{name}.npz") for name in ("io", "grads"))
    with torch.no_grad():
        worst = max(
            error(net(torch.from_numpy(io[f"x{i}"]).double()), torch.from_numpy(io[f"y{i}_ref64"])) for i in (1, 2)
        )
    x, target = (torch.from_numpy(grads[name]).double() for name in ("x", "target"))
    _, _, ours = gradients(net, x, target)
    slope = max(error(g, torch.from_numpy(grads[f"grad/{name}"])) for name, g in ours.items())
    print(f"against {folder}: outputs {worst:.1e}, gradients {slope:.1e}")
    if worst > 1e-7 or slope > 1e-5:
        raise SystemExit("write_golden.py: this is not the official network; nothing written")


def sampled(gradient):
    """At most 256 values at a stride, and [sum, sum of absolute values, L2 norm, stride]."""
    flat = gradient.reshape(-1)
    stride = max(1, flat.numel() // 256)
    sums = [flat.sum().item(), flat.abs().sum().item(), flat.norm().item(), stride]
    return flat[::stride][:256].float().numpy(), np.array(sums, dtype=np.float64)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=list(NETWORKS))
    parser.add_argument("--official", required=True, help="golden folder with weights.pth")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    cls, seed, gain, overrides, size = NETWORKS[args.model]
    net = cls().eval()
    verify(net, args.official)
    weights, check = formula(cls().state_dict(), seed, gain, overrides)
    net.float().load_state_dict(weights)
    net.double()
    random = np.random.default_rng(seed)

    def image(*shape):
        return torch.from_numpy(random.random(shape, dtype=np.float32))

    io = {"x1": image(1, 3, 24, 20), "x2": image(2, 3, 17, 33)}
    with torch.no_grad():
        for i in (1, 2):
            io[f"y{i}_ref64"] = net(io[f"x{i}"].double()).float()
        x = image(1, 3, *size)
        y = net(x.double())
    # At least 0.1 standard deviations from y: no sign of the L1 gradient is in doubt.
    away = torch.from_numpy(random.uniform(0.1, 1, y.shape) * random.choice([-1, 1], y.shape))
    target = (y + away * y.std()).float()
    loss, grad_input, grads = gradients(net, x.double(), target.double())
    # The same weights in float32: no activation sits on its kink.
    _, input32, grads32 = gradients(net.float(), x, target)
    worst = max(error(input32, grad_input), *(error(grads32[name], grads[name]) for name in grads))
    print(f"float32 against float64: gradients {worst:.1e}; output deviation {y.std().item():.3f}")
    if worst > 5e-5:
        raise SystemExit("write_golden.py: float32 and float64 gradients differ; choose another image")
    arrays = {"x": x, "target": target, "loss_ref64": np.float64(loss), "grad_input": grad_input.float()}
    for name, gradient in grads.items():
        arrays[f"gsamp/{name}"], arrays[f"gstat/{name}"] = sampled(gradient)
    os.makedirs(args.out, exist_ok=True)
    for name, content in (("io", io), ("grads", arrays)):
        np.savez(f"{args.out}/{name}.npz", **{key: np.asarray(value) for key, value in content.items()})
    with open(f"{args.out}/weights_check.json", "w") as file:
        json.dump(check, file)


if __name__ == "__main__":
    main()
