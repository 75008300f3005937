"""Three plain-PyTorch selective scans, as people run them on a CPU today. Shapes: u, delta (B, D, L); A (D, N);
B, C (B, G, N, L) with D // G channels a group; skip (D); bias (D). All return y (B, D, L)."""

import torch
import torch.nn.functional as F


def _prepare(u, delta, A, B, C, bias):
    delta = F.softplus(delta + bias[:, None])
    repeat = u.shape[1] // B.shape[1]
    B = B.repeat_interleave(repeat, dim=1)  # (B, D, N, L)
    C = C.repeat_interleave(repeat, dim=1)
    return delta, B, C


@torch.jit.script
def _loop_from_factors(
    delta: torch.Tensor, u: torch.Tensor, A: torch.Tensor, B: torch.Tensor, C: torch.Tensor
) -> torch.Tensor:
    # delta, u (L, B, G, D/G, 1); A (G, D/G, N); B, C (L, B, G, 1, N): no [L, D, N] tensor when no gradient is asked
    h = torch.zeros([delta.shape[1], A.shape[0], A.shape[1], A.shape[2]])
    ys = torch.jit.annotate(list[torch.Tensor], [])
    for d, x, b, c in zip(delta.unbind(0), u.unbind(0), B.unbind(0), C.unbind(0)):
        h = torch.exp(d * A) * h + (d * x) * b
        ys.append((h * c).sum(-1))
    return torch.stack(ys, dim=-1)


def scripted_loop(u, delta, A, B, C, skip, bias):
    """One step a token, the loop compiled by TorchScript; groups are broadcast, nothing is expanded beforehand."""
    batch, D, length = u.shape
    groups = B.shape[1]
    delta = F.softplus(delta + bias[:, None])
    tokens = lambda x: x.permute(2, 0, 1).reshape(length, batch, groups, D // groups, 1)  # noqa: E731
    y = _loop_from_factors(
        tokens(delta),
        tokens(u),
        A.view(groups, D // groups, -1),
        B.permute(3, 0, 1, 2).unsqueeze(3).contiguous(),
        C.permute(3, 0, 1, 2).unsqueeze(3).contiguous(),
    )
    return y.reshape(batch, D, length) + skip[:, None] * u


def unbound_loop(u, delta, A, B, C, skip, bias):
    """The common workaround: everything expanded to (L, B, D, N) first, then a Python loop over unbound steps."""
    delta, B, C = _prepare(u, delta, A, B, C, bias)
    decay = torch.exp(torch.einsum("bdl,dn->lbdn", delta, A))
    drive = torch.einsum("bdl,bdnl,bdl->lbdn", delta, B, u)
    h = torch.zeros_like(drive[0])
    ys = []
    for a, b, c in zip(decay.unbind(0), drive.unbind(0), C.permute(3, 0, 1, 2).unbind(0)):
        h = a * h + b
        ys.append((h * c).sum(-1))
    return torch.stack(ys, dim=-1) + skip[:, None] * u


def parallel_scan(u, delta, A, B, C, skip, bias):
    """Hillis-Steele over the whole length in tensor operators: log2(L) passes over (B, D, N, L)."""
    delta, B, C = _prepare(u, delta, A, B, C, bias)
    a = torch.exp(delta[:, :, None, :] * A[None, :, :, None])
    h = (delta * u)[:, :, None, :] * B
    step = 1
    length = u.shape[-1]
    while step < length:
        h = torch.cat([h[..., :step], h[..., step:] + a[..., step:] * h[..., :-step]], dim=-1)
        a = torch.cat([a[..., :step], a[..., step:] * a[..., :-step]], dim=-1)
        step *= 2
    return (h * C).sum(2) + skip[:, None] * u


def no_scan(u, delta, A, B, C, skip, bias):
    """Leaves the recurrence out: what the rest of the network costs."""
    return u * F.softplus(delta + bias[:, None])


SCANS = {
    "scripted-loop": scripted_loop,
    "unbound-loop": unbound_loop,
    "parallel-scan": parallel_scan,
    "no-scan": no_scan,
}
