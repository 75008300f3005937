"""GMSR-Net in straightforward PyTorch, written from the description of the network (not from anybody's code).
`module.state_dict()` has the official names, so official weights load with strict=True."""

import torch
import torch.nn.functional as F
from torch import nn


class SpectralAttention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.fc = nn.Sequential(
            nn.Conv2d(c, c, 1, bias=False), nn.ReLU(), nn.Conv2d(c, c, 1, bias=False), nn.Sigmoid()
        )

    def forward(self, x):
        g = x[:, 1:] - x[:, :-1]
        n = (g - g.min()) / (g.max() - g.min() + 1e-8)
        n = torch.cat([n, n[:, -1:]], dim=1)
        s = torch.sigmoid(self.fc(n.mean((2, 3), keepdim=True)) + self.fc(n.amax((2, 3), keepdim=True)))
        return x * s


class SpatialAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 1, 7, padding=3, bias=False)

    def forward(self, x):
        gx = F.pad(x[..., 1:] - x[..., :-1], (0, 1, 0, 0), mode="reflect")
        gy = F.pad(x[..., 1:, :] - x[..., :-1, :], (0, 0, 0, 1), mode="reflect")
        t = torch.cat([gx, gy], dim=1)
        n = (t - t.min()) / (t.max() - t.min())
        pooled = torch.cat([n.mean(1, keepdim=True), n.max(1, keepdim=True).values], dim=1)
        return x * torch.sigmoid(self.conv1(pooled))


class SS2D(nn.Module):
    def __init__(self, d, scan, states=16):
        super().__init__()
        D, R = 2 * d, -(-d // 16)
        self.R, self.N, self.scan = R, states, scan
        self.x_proj_weight = nn.Parameter(torch.zeros(4, R + 2 * states, D))
        self.dt_projs_weight = nn.Parameter(torch.zeros(4, D, R))
        self.dt_projs_bias = nn.Parameter(torch.zeros(4, D))
        self.A_logs = nn.Parameter(torch.zeros(4 * D, states))
        self.Ds = nn.Parameter(torch.ones(4 * D))
        self.in_proj = nn.Linear(d, 2 * D, bias=False)
        self.conv2d = nn.Conv2d(D, D, 3, padding=1, groups=D)
        self.out_norm = nn.LayerNorm(D)
        self.out_proj = nn.Linear(D, d, bias=False)

    def forward(self, x):
        b, h, w, _ = x.shape
        x, z = self.in_proj(x).chunk(2, dim=-1)
        x = F.silu(self.conv2d(x.permute(0, 3, 1, 2)))
        d, length = x.shape[1], h * w
        two = torch.stack([x.flatten(2), x.transpose(2, 3).flatten(2)], dim=1)
        xs = torch.cat([two, two.flip(-1)], dim=1)  # (B, 4, D, L)
        proj = torch.einsum("bkdl,kcd->bkcl", xs, self.x_proj_weight)
        low, B, C = proj.split([self.R, self.N, self.N], dim=2)
        delta = torch.einsum("bkrl,kdr->bkdl", low, self.dt_projs_weight)
        y = self.scan(
            xs.reshape(b, 4 * d, length),
            delta.reshape(b, 4 * d, length),
            -torch.exp(self.A_logs),
            B,
            C,
            self.Ds,
            self.dt_projs_bias.reshape(-1),
        ).view(b, 4, d, length)
        back = y[:, 2:].flip(-1)
        rows = y[:, 0] + back[:, 0]
        columns = (y[:, 1] + back[:, 1]).view(b, d, w, h).transpose(2, 3).reshape(b, d, length)
        merged = (rows + columns).view(b, d, h, w).permute(0, 2, 3, 1)
        return self.out_proj(self.out_norm(merged) * F.silu(z))


class VSSBlock(nn.Module):
    def __init__(self, d, scan):
        super().__init__()
        self.skip_scale = nn.Parameter(torch.ones(d))
        self.skip_scale2 = nn.Parameter(torch.ones(d))
        self.ln_1 = nn.LayerNorm(d)
        self.self_attention = SS2D(d, scan)

    def forward(self, x):
        return self.self_attention(self.ln_1(x.permute(0, 2, 3, 1))).permute(0, 3, 1, 2)


class GMSRNet(nn.Module):
    def __init__(self, scan, widths=(10, 20, 31)):
        super().__init__()
        previous = 3
        for i, c in enumerate(widths, 1):
            setattr(self, f"output{i}", nn.Conv2d(previous, c, 1, bias=False))
            setattr(self, f"VSS{i}", VSSBlock(c, scan))
            setattr(self, f"spectral_attention{i}", SpectralAttention(c))
            setattr(self, f"conv{i}", nn.Sequential(nn.Conv2d(3 * c, c, 1), nn.GELU()))
            previous = c
        self.spatial_attention = SpatialAttention()
        self.stages = len(widths)

    def forward(self, x):
        for i in range(1, self.stages + 1):
            o = getattr(self, f"output{i}")(x)
            parts = [
                getattr(self, f"VSS{i}")(o),
                self.spatial_attention(o),
                getattr(self, f"spectral_attention{i}")(o),
            ]
            x = o + getattr(self, f"conv{i}")(torch.cat(parts, dim=1))
        return x
