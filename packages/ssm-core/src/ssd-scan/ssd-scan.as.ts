// The scan of Mamba-2 (SSD): a scalar decay a head. One group of heads a call, either with steps, B and C given
// (`forwardGroup`), or with them projected from the input in one of the four directions of SS2D (`forwardDirection`).
//
// Method: 64 tokens at a time into L1 (a token is a contiguous run of channels, so that any order of tokens costs the same;
// every head is padded to whole vectors); softplus and decay once a head; recurrence in lib/ssd-core. Backward: the states at
// the start of every chunk were stored by the forward call (P N floats a head and chunk), everything inside a chunk is
// computed again, then walked back. One pass over each input and output.
// Memory: `scratchBytes`, whatever the length; stored states N/64 floats a channel and token.
// Limits: 32-bit byte offsets. N is padded to a multiple of 8, P to one of 4, R + 2N to one of 12 inside.
//
// parameters: packed and back; chunk: scratch and states; prepare, forward, backward: one chunk; group, direction: a call.
export { addInOrder } from '../assembly/map-tokens.as';
export { carryBytes, scratchBytes, stateBytes } from './assembly/chunk.as';
export { backwardDirection, forwardDirection } from './assembly/direction.as';
export { backwardGroup, forwardGroup } from './assembly/group.as';
export {
  addParameterGradients, addProjectionGradient, packBytes, packGroup, packProjection,
} from './assembly/parameters.as';
