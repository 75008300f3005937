"""AGD-Net (nine unfolded gradient-descent stages) in straightforward PyTorch, written from the description."""

import torch
import torch.nn.functional as F
from torch import nn


class Conv(nn.Module):
    """Keeps the official nesting of names (`<layer>.conv.weight`)."""

    def __init__(self, *args, **kwargs):
        super().__init__()
        self.conv = nn.Conv2d(*args, **kwargs)

    def forward(self, x):
        return self.conv(x)


class DenseLayer(nn.Module):
    def __init__(self, cin, cout, first, last):
        super().__init__()
        self.compressLayer = Conv(cin, cout, 1, bias=first)
        self.actlayer = Conv(cout, cout, 3, padding=1, groups=cout, bias=first)
        self.center, self.act = (not first and not last), not last

    def forward(self, x):
        for conv in (self.compressLayer, self.actlayer):
            if self.center:
                x = x - x.mean(1, keepdim=True)
            x = conv(x)
            if self.act:
                x = F.relu(x)
        return x


class Stage(nn.Module):
    def __init__(self, first):
        super().__init__()
        self.first = first
        self.Upconv = Conv(3, 31, 3, padding=1, bias=False)
        widths = [62, 62, 62, 62, 31]
        cin, layers = 31, []
        for i, cout in enumerate(widths):
            layers.append(DenseLayer(cin, cout, first, i == 4))
            cin += cout
        self.denselayers = nn.ModuleList(layers)

    def forward(self, msi):
        u = self.Upconv(msi)
        features = [u]
        for layer in self.denselayers:
            features.append(layer(torch.cat(features, 1)))
        return features[-1] if self.first else features[-1] + u


class AGDNet(nn.Module):
    def __init__(self, stages=9):
        super().__init__()
        self.stages = nn.ModuleList(Stage(i == 0) for i in range(stages))
        self.degradation = Conv(31, 3, 3, padding=1, bias=False)

    def forward(self, rgb):
        msi, recon = rgb, 0
        for i, stage in enumerate(self.stages):
            recon = recon + stage(msi)
            if i + 1 < len(self.stages):
                msi = rgb - self.degradation(recon)
        return recon

    def load_official(self, state):
        """The official file names every convolution twice; the `Module.<i>` aliases are left out."""
        self.load_state_dict({k: v for k, v in state.items() if ".Module." not in k}, strict=True)
