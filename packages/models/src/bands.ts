/** Bands of every network of the papers: 400 to 700 nm every 10 nm. */
export const OUTPUT_BANDS = 31;
/** Channels of the input: red, green, blue. */
export const INPUT_CHANNELS = 3;
