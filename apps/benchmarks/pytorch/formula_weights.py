"""The formula weights of `packages/testing/golden/README.md`, for networks whose golden ships no weight file."""

import numpy as np
import torch


def formula_state(state, check):
    """state: name -> tensor (shapes and order); check: the content of weights_check.json."""
    out, seed = {}, check["seed"]
    for k, (name, tensor) in enumerate(state.items()):
        entry = check["params"][name]
        if entry["k"] != k:
            raise SystemExit(f"formula_state: '{name}' is entry {k} here and {entry['k']} in weights_check.json")
        i = np.arange(tensor.numel(), dtype=np.uint32)
        with np.errstate(over="ignore"):
            h = i * np.uint32(2654435761)
            h = h + np.uint32(((k + 1) * 2246822519 + seed * 3266489917) % 2**32)
            h = h ^ (h >> np.uint32(15))
            h = h * np.uint32(2246822519)
            h = h ^ (h >> np.uint32(13))
            h = h * np.uint32(3266489917)
            h = h ^ (h >> np.uint32(16))
        u = (h.astype(np.float64) + 0.5) / 2147483648 - 1
        value = (entry["center"] + entry["amplitude"] * u).astype(np.float32)
        out[name] = torch.from_numpy(value.reshape(tuple(tensor.shape)))
    return out
