"""MST++ (three U-shaped stages of spectral-wise attention) in straightforward PyTorch, written from the description."""

import torch
import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    """The channels are the tokens: each is a row over all pixels."""

    def __init__(self, channels, heads):
        super().__init__()
        self.heads = heads
        self.rescale = nn.Parameter(torch.ones(heads, 1, 1))
        self.to_q, self.to_k, self.to_v = (nn.Linear(channels, channels, bias=False) for _ in range(3))
        self.proj = nn.Linear(channels, channels)
        depthwise = {"padding": 1, "groups": channels, "bias": False}
        self.pos_emb = nn.Sequential(
            nn.Conv2d(channels, channels, 3, **depthwise), nn.GELU(), nn.Conv2d(channels, channels, 3, **depthwise)
        )

    def forward(self, x):  # [B, H, W, C]
        b, h, w, c = x.shape

        def rows(t):  # [B, heads, C/heads, HW]
            return t.reshape(b, h * w, self.heads, c // self.heads).permute(0, 2, 3, 1)

        v = self.to_v(x)
        q, k = (F.normalize(rows(layer(x)), dim=-1) for layer in (self.to_q, self.to_k))
        scores = (k @ q.transpose(-2, -1)) * self.rescale
        out = scores.softmax(-1) @ rows(v)
        out = self.proj(out.permute(0, 3, 1, 2).reshape(b, h, w, c))
        return out + self.pos_emb(v.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class FeedForward(nn.Module):
    def __init__(self, channels):
        super().__init__()
        wide = 4 * channels
        self.net = nn.Sequential(
            nn.Conv2d(channels, wide, 1, bias=False),
            nn.GELU(),
            nn.Conv2d(wide, wide, 3, padding=1, groups=wide, bias=False),
            nn.GELU(),
            nn.Conv2d(wide, channels, 1, bias=False),
        )

    def forward(self, x):
        return self.net(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class PreNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fn = FeedForward(channels)
        self.norm = nn.LayerNorm(channels)

    def forward(self, x):
        return self.fn(self.norm(x))


class Blocks(nn.Module):
    """One block; [B, C, H, W] outside."""

    def __init__(self, channels, heads):
        super().__init__()
        self.blocks = nn.ModuleList([nn.ModuleList([Attention(channels, heads), PreNorm(channels)])])

    def forward(self, x):
        x = x.permute(0, 2, 3, 1)
        for attention, feed_forward in self.blocks:
            x = attention(x) + x
            x = feed_forward(x) + x
        return x.permute(0, 3, 1, 2)


class Stage(nn.Module):
    def __init__(self, width=31, levels=2):
        super().__init__()
        self.embedding = nn.Conv2d(width, width, 3, padding=1, bias=False)
        sizes = [width * 2**level for level in range(levels + 1)]
        self.encoder_layers = nn.ModuleList(
            nn.ModuleList([Blocks(c, c // width), nn.Conv2d(c, 2 * c, 4, 2, 1, bias=False)]) for c in sizes[:-1]
        )
        self.bottleneck = Blocks(sizes[-1], sizes[-1] // width)
        self.decoder_layers = nn.ModuleList(
            nn.ModuleList(
                [
                    nn.ConvTranspose2d(2 * c, c, 2, 2),
                    nn.Conv2d(2 * c, c, 1, bias=False),
                    Blocks(c, c // width),
                ]
            )
            for c in reversed(sizes[:-1])
        )
        self.mapping = nn.Conv2d(width, width, 3, padding=1, bias=False)

    def forward(self, x):
        f, skips = self.embedding(x), []
        for blocks, down in self.encoder_layers:
            f = blocks(f)
            skips.append(f)
            f = down(f)
        f = self.bottleneck(f)
        for up, fuse, blocks in self.decoder_layers:
            f = blocks(fuse(torch.cat([up(f), skips.pop()], 1)))
        return self.mapping(f) + x


class MSTPlusPlus(nn.Module):
    def __init__(self, stages=3):
        super().__init__()
        self.conv_in = nn.Conv2d(3, 31, 3, padding=1, bias=False)
        self.body = nn.Sequential(*(Stage() for _ in range(stages)))
        self.conv_out = nn.Conv2d(31, 31, 3, padding=1, bias=False)

    def forward(self, rgb):
        h, w = rgb.shape[2:]
        f = self.conv_in(F.pad(rgb, (0, -w % 8, 0, -h % 8), mode="reflect"))
        return (self.conv_out(self.body(f)) + f)[:, :, :h, :w]
