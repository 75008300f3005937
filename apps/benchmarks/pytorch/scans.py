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
    delta: torch.Tensor, u: torch.Tensor, A: torch.Tensor, B: torch.Tensor, C: torch.Tensor, repeat: int
) -> torch.Tensor:
    # delta, u (L, B, D); A (D, N); B, C (L, B, G, N): nothing of size [L, D, N] is kept when no gradient is asked
    h = torch.zeros([delta.shape[1], delta.shape[2], A.shape[1]])
    ys = torch.jit.annotate(list[torch.Tensor], [])
    for t in range(delta.shape[0]):
        d = delta[t].unsqueeze(-1)
        b = B[t].repeat_interleave(repeat, dim=1)
        c = C[t].repeat_interleave(repeat, dim=1)
        h = torch.exp(d * A) * h + (d * u[t].unsqueeze(-1)) * b
        ys.append((h * c).sum(-1))
    return torch.stack(ys, dim=-1)


def scripted_loop(u, delta, A, B, C, skip, bias):
    """One step a token, the loop compiled by TorchScript; factors are expanded inside the loop."""
    delta = F.softplus(delta + bias[:, None])
    repeat = u.shape[1] // B.shape[1]
    y = _loop_from_factors(
        delta.permute(2, 0, 1).contiguous(),
        u.permute(2, 0, 1).contiguous(),
        A,
        B.permute(3, 0, 1, 2).contiguous(),
        C.permute(3, 0, 1, 2).contiguous(),
        repeat,
    )
    return y + skip[:, None] * u


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
