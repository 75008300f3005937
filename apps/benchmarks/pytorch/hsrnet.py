"""HSRNet (eight unfolded optimisation units) in straightforward PyTorch, written from the description."""

import torch
from torch import nn


def pad_conv(cin, cout, size, slope):
    """Replication padding, convolution with bias, LeakyReLU."""
    return nn.Sequential(
        nn.ReplicationPad2d(size // 2), nn.Conv2d(cin, cout, size), nn.LeakyReLU(slope)
    )


class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Conv2d(31, 31, 1, bias=False)
        self.fc2 = nn.Conv2d(31, 31, 1, bias=False)
        self.act = nn.LeakyReLU(0.01)

    def forward(self, x):
        pooled = (x.mean((2, 3), keepdim=True), nn.functional.adaptive_max_pool2d(x, 1))
        return torch.sigmoid(sum(self.fc2(self.act(self.fc1(p))) for p in pooled))


class Prior(nn.Module):
    """Its 3x3 back-projection pads with zeros, unlike all others."""

    def __init__(self):
        super().__init__()
        self.conv1 = pad_conv(31, 128, 3, 0.2)
        self.conv2 = nn.Conv2d(128, 31, 3, padding=1)
        self.conv3 = pad_conv(31, 31, 1, 0.2)
        self.act = nn.LeakyReLU(0.01)

    def forward(self, x):
        return self.conv3(self.act(x + self.conv2(self.conv1(x))))


class HSRNet(nn.Module):
    def __init__(self, units=8):
        super().__init__()
        self.units = units
        for letter, channels in (("B", 6), ("G", 10), ("R", 15)):
            setattr(self, f"conv_{letter}", pad_conv(5, channels, 3, 0.01))
        for letter, channels in (("b", 6), ("g", 10), ("r", 15)):
            setattr(self, f"convinput{letter}", pad_conv(channels, channels, 1, 0.01))
        for t in range(1, units + 1):
            setattr(self, f"conv{t}", pad_conv(31, 31, 3, 0.01))
            setattr(self, f"e{t}", Gate())
            setattr(self, f"HSI{t}", Prior())
            setattr(self, f"en{t}", Gate())

    def forward(self, rgb):
        r, g, b = rgb.split(1, 1)
        x = torch.cat([r, (g - r).abs(), g, (b - g).abs(), b], 1)
        branches = [getattr(self, f"convinput{c.lower()}")(getattr(self, f"conv_{c}")(x)) for c in "BGR"]
        f0 = f = torch.cat(branches, 1)
        for t in range(1, self.units + 1):
            conv, e, prior, en = (getattr(self, f"{name}{t}") for name in ("conv", "e", "HSI", "en"))
            f = conv(f) + f0 * e(f) + prior(f) * en(f)  # the skip is always f0
        return f
