// The inside of a Mamba block over many short sequences (M3SR: four tokens a pixel): causal convolution with SiLU, and
// selective scan with skip and gate. Token-major: [tokens, D], a sequence is L consecutive tokens.
//
// Method: vectors of 4 channels; the last block of a D that is no multiple of 4 begins at D - 4 and shares channels with
// the one before (forward: the same values twice; backward: those lanes are masked). All tokens of a sequence stay in
// L1. The scan's backward pass computes everything again from its inputs; sums over tokens are taken in groups of 64.
// Memory: scratch for 64 tokens. Limits: D >= 4, N a multiple of 4, 32-bit byte offsets.
export { blockCount } from './short-sequences/blocks';
export { convBackward, convForward, convPackBytes, packConv } from './short-sequences/convolution';
export { packScan, scanBackward, scanForward, scanPackBytes, scanScratchBytes } from './short-sequences/scan';
