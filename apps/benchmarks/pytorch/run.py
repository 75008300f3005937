"""Times one PyTorch rival and prints one JSON line. First checks the network against golden outputs (or, for a
scan variant, against the same golden), so that only equal outputs are timed.

  python3 run.py gmsr-net --scan scripted-loop --mode forward --size 482x512 --threads 1 --golden DIR
"""

import argparse
import io
import json
import os
import resource
import time
import zipfile

import numpy as np
import torch

from agd_net import AGDNet
from formula_weights import formula_state
from gmsr_net import GMSRNet
from hsrnet import HSRNet
from m3sr import M3SR
from mst_plus_plus import MSTPlusPlus
from scans import SCANS

NETWORKS = {"agd-net": AGDNet, "m3sr": M3SR, "mst-plus-plus": MSTPlusPlus, "hsrnet": HSRNet}


def npz(path):
    with zipfile.ZipFile(path) as archive:
        return {n[:-4]: np.load(io.BytesIO(archive.read(n))) for n in archive.namelist()}


def load(net, golden):
    """Official weights (file or formula) into the network, every name accounted for."""
    if os.path.exists(f"{golden}/weights.pth"):
        state = torch.load(f"{golden}/weights.pth")
        net.load_official(state) if hasattr(net, "load_official") else net.load_state_dict(state, strict=True)
    else:
        with open(f"{golden}/weights_check.json") as file:
            net.load_state_dict(formula_state(net.state_dict(), json.load(file)), strict=True)


def check(net, golden):
    data = npz(f"{golden}/io.npz")
    with torch.no_grad():
        y = net(torch.from_numpy(data["x1"]))
    reference = torch.from_numpy(data["y1_ref64"])
    error = ((y - reference).abs().max() / reference.abs().max()).item()
    if error > 2e-5:
        raise SystemExit(f"run.py: outputs differ from the golden by {error:.2e}, wanted <= 2e-5")
    return error


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=["gmsr-net", *NETWORKS])
    parser.add_argument("--scan", choices=list(SCANS), default="scripted-loop")
    parser.add_argument("--mode", choices=["forward", "train"], default="forward")
    parser.add_argument("--size", default="482x512")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--golden", required=True)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    h, w = (int(v) for v in args.size.split("x"))

    if args.model == "gmsr-net":
        net = GMSRNet(SCANS[args.scan]).eval()
    else:
        net = NETWORKS[args.model]().eval()
    load(net, args.golden)
    without_scan = args.model == "gmsr-net" and args.scan == "no-scan"
    error = None if without_scan else check(net, args.golden)
    x = torch.rand(args.batch, 3, h, w)
    target = torch.rand(args.batch, 31, h, w)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-4)

    def forward():
        with torch.no_grad():
            net(x)

    def train():
        optimizer.zero_grad()
        torch.nn.functional.l1_loss(net(x), target).backward()
        optimizer.step()

    step = forward if args.mode == "forward" else train
    small = x[:, :, :16, :16]
    with torch.no_grad():
        net(small)
    wall, cpu = [], []
    for _ in range(args.repeats):
        wall0, cpu0 = time.perf_counter(), time.process_time()
        step()
        wall.append(time.perf_counter() - wall0)
        cpu.append(time.process_time() - cpu0)
    print(
        json.dumps(
            {
                "framework": f"PyTorch {torch.__version__}",
                "model": args.model,
                "scan": args.scan if args.model == "gmsr-net" else None,
                "mode": args.mode,
                "size": args.size,
                "batch": args.batch,
                "threadsRan": torch.get_num_threads(),
                "seconds": min(wall),
                "cpuSeconds": min(cpu),
                "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                "goldenError": error,
            }
        )
    )


if __name__ == "__main__":
    main()
