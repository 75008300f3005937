// SS2D in one kernel: x_proj, dt_proj with softplus, the selective scan and the merge, chunks of one direction a call.
//
// Method: the NHWC map is read in the direction's own order (a token is a contiguous run of D floats, so that the column
// order costs nothing), 64 tokens at a time into L1; projections register-blocked; recurrence in lib/scan-core; the result
// is added to the map (or written to it). Backward: the state at the start of every chunk was stored by the forward call (Dp N floats a
// chunk), everything inside a chunk is computed again, then walked back.
// Memory: `scratchBytes`, a few hundred KB whatever the image; stored states: D floats a token over 4 directions.
// Limits: N a multiple of 4. D and R + 2N are padded to multiples of 4 and 12 inside.
//
// weights: packed and back; chunk: 64 tokens and their memory; forward, backward: chunks of one direction of one image.
export { addInOrder } from '../assembly/map-tokens.as';
export { scanDirectionBackward } from './assembly/backward.as';
export { carryBytes, scratchBytes, stateBytes } from './assembly/chunk.as';
export { scanDirection } from './assembly/forward.as';
export { packBytes, packDirection, unpackGradients } from './assembly/weights.as';
