// The selective scan of Mamba (S6) on channel-first tensors: u, delta, y [B, D, L]; A [D, N]; B, C [B, G, N, L].
//
// Method: 64 tokens at a time, turned from rows into vectors of 4 channels in L1; softplus there; recurrence in
// lib/scan-core. Channels are cut into blocks of up to 4 that never straddle a group. Backward: the state at the start of
// every chunk but the first was stored by the forward call (N floats a channel and chunk), everything inside a chunk
// is computed again, then walked back. One pass over each input and output.
// Memory: `scratchBytes`, whatever the length; stored states N/64 floats a channel and token.
// Limits: 32-bit byte offsets, so each tensor under 4 GB. N is padded to a multiple of 4 inside.
//
// blocks: parameters and states, packed and back; chunk: 64 tokens and their memory; forward, backward: a range of blocks.
export { backward } from './assembly/backward.as';
export { addParameterGradients, blockCount, packBytes, packParameters } from './assembly/blocks.as';
export { scratchBytes, stateBytes } from './assembly/chunk.as';
export { forward } from './assembly/forward.as';
